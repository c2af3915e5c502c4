"""The inbox: records what vendors say, and remembers what came of it. Commits nothing itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.attempts import Attempt
from store.due import MOVE_EVENT
from store.erasure import ERASED
from store.tables import NOT_OVER, UNFINISHED, Delivery, DeliveryState, NewestMove
from store.tombstones import DELETED_EVENT, Tombstones

RECONCILE = "reconcile"
"""The origin of what we found by asking. It does not revive what was given up; only a person or a vendor does."""


LOST_NEWS = (
    "Crosschq has news of a reference request that was still under way when its candidate was deleted in Lever and "
    "erased here: nothing of it is kept or shown. If it is still needed, look for the report in Crosschq; if not, ask "
    "for the erasure there. Then drop this."
)


@dataclass(frozen=True, kw_only=True)
class NewDelivery:
    """What the edge has verified, or what we send ourselves: that has no endpoint and no body."""

    connection_id: int
    endpoint_id: int | None = None
    origin: str
    event: str
    subject: str
    opportunity_id: str | None = None
    replay_key: str
    body: bytes | None = None
    body_sha256: str = ""
    triggered_at: datetime | None = None
    outcome: str | None = None
    """Given when nothing needs to run."""
    subject_digests: tuple[str, ...] = ()
    """What a tombstone of the subject would say, under each key (`Vault.blind_indexes`); none for what is our own."""


class Recorded(Enum):
    NEW = auto()
    REPEAT = auto()
    """Seen before and in hand or handled."""
    QUEUED_AGAIN = auto()
    """Seen before, given up, and now sent again (Lever's Rerun)."""
    ANOTHER_BODY = auto()
    """The same key with other content: somebody replays a signature, which does not cover the body."""
    ERASED = auto()
    """About somebody who was erased: not recorded."""


# Made once, and on the table: SQLAlchemy compiles a mapped class's bulk insert anew each time.
_INSERT = (
    insert(Delivery.metadata.tables[Delivery.__tablename__])
    .on_conflict_do_nothing(index_elements=[Delivery.replay_key])
    .returning(Delivery.replay_key)
)


def _row(new: NewDelivery) -> dict[str, object]:
    state = DeliveryState.WAITING if new.outcome is None else DeliveryState.IGNORED
    finished_at = None if new.outcome is None else datetime.now(UTC)
    columns = {name: value for name, value in vars(new).items() if name != "subject_digests"}
    return {**columns, "state": state, "finished_at": finished_at}


def _tombs(new: NewDelivery) -> set[tuple[int, str]]:
    return {(new.connection_id, digest) for digest in new.subject_digests}


class Deliveries:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def record(self, new: NewDelivery) -> Recorded:
        """Inserts under the unique replay key, or says what the same key already stands for."""
        [recorded] = await self.record_all([new])
        return recorded

    async def record_all(self, news: Sequence[NewDelivery]) -> list[Recorded]:
        """As `record` for each, in one statement and in this order."""
        erased = await Tombstones(self._session).among(set().union(*map(_tombs, news)))
        living = [_row(new) for new in news if not _tombs(new) & erased]
        inserted = set(await self._session.scalars(_INSERT, living)) if living else set()
        recorded = []
        for new in news:
            if _tombs(new) & erased:
                recorded.append(await self._about_erased(new))
            elif new.replay_key in inserted:
                # A second one with the same key in the same batch is a repeat of the first.
                inserted.remove(new.replay_key)
                recorded.append(Recorded.NEW)
            else:
                recorded.append(await self._repeat(new))
        return recorded

    async def _repeat(self, new: NewDelivery) -> Recorded:
        known = await self._session.scalar(
            select(Delivery).where(Delivery.replay_key == new.replay_key).with_for_update()
        )
        if known is None or known.body_sha256 != new.body_sha256:
            return Recorded.ANOTHER_BODY
        if known.state is not DeliveryState.DEAD or new.origin == RECONCILE:
            return Recorded.REPEAT
        await self.queue_again(known, "Sent again by the vendor after we had given up.")
        return Recorded.QUEUED_AGAIN

    async def _about_erased(self, new: NewDelivery) -> Recorded:
        """Only an erasure that was given up half way is taken up again."""
        known = await self._session.scalar(select(Delivery).where(Delivery.replay_key == new.replay_key))
        given_up = known is not None and known.state is DeliveryState.DEAD and known.event == DELETED_EVENT
        if given_up:
            return await self._repeat(new)
        if awaited := await Tombstones(self._session).awaited(_tombs(new)):
            await self._show_lost_news(new, *awaited)
        return Recorded.ERASED

    async def _show_lost_news(self, new: NewDelivery, connection_id: int, digest: str) -> None:
        """That a report which was awaited reaches nobody is for ops to see: once, and without whom it is about."""
        await self._session.execute(
            insert(Delivery)
            .values(
                connection_id=connection_id,
                endpoint_id=new.endpoint_id,
                origin=new.origin,
                event=new.event,
                subject=f"{ERASED}{digest}",
                replay_key=f"{ERASED}{connection_id}:{digest}",
                body_sha256="",
                state=DeliveryState.DEAD,
                finished_at=func.now(),
                outcome=LOST_NEWS,
            )
            .on_conflict_do_nothing(index_elements=[Delivery.replay_key])
        )

    async def queue_again(self, given_up: Delivery, why: str) -> None:
        """Begins anew, with the next attempt number: older runs stay void."""
        given_up.state, given_up.next_attempt_at = DeliveryState.WAITING, func.now()
        given_up.first_attempt_at = given_up.finished_at = None
        given_up.outcome, given_up.after_shadow = why, False
        await self._session.flush()

    async def drop(self, given_up: Delivery, why: str) -> None:
        """Leaves it undone, by a person's decision."""
        given_up.state, given_up.outcome, given_up.finished_at = DeliveryState.IGNORED, why, func.now()
        await self._session.flush()

    async def note_run(self, attempt: Attempt, flow_run_id: str) -> None:
        await self._session.execute(
            update(Delivery)
            .where(Delivery.id == attempt.delivery_id, Delivery.attempt == attempt.number)
            .values(flow_run_id=flow_run_id)
        )

    async def count_anew(self, connection_id: int) -> None:
        """The time the connection could not work does not count towards giving up."""
        await self._session.execute(
            update(Delivery)
            .where(Delivery.connection_id == connection_id, Delivery.state == DeliveryState.WAITING)
            .values(first_attempt_at=None)
        )

    async def attempt_of_run(self, flow_run_id: str) -> Attempt | None:
        """Which attempt a flow run is, for one that does not know it from its parameters."""
        query = select(Delivery).where(Delivery.flow_run_id == flow_run_id)
        delivery = (await self._session.scalars(query)).one_or_none()
        return Attempt(delivery.id, delivery.attempt) if delivery else None

    async def get(self, delivery_id: int) -> Delivery | None:
        return await self._session.get(Delivery, delivery_id)

    async def knows_of(
        self, events: Collection[str], connection_id: int, opportunity_id: str, since: datetime
    ) -> bool:
        """Whether such an event of this opportunity since then was told of, whatever came of it.

        Of moves also those that are kept no more; of anything else, what its retention holds (store.retention).
        """
        told = exists().where(
            Delivery.connection_id == connection_id,
            Delivery.subject == f"opportunity:{opportunity_id}",
            Delivery.event.in_(events),
            Delivery.triggered_at >= since,
        )
        kept_apart = exists().where(
            NewestMove.connection_id == connection_id,
            NewestMove.opportunity_id == opportunity_id,
            NewestMove.moved_at >= since,
        )
        # In one statement: between two, the purge may put it from here to there.
        known = or_(told, kept_apart) if MOVE_EVENT in events else told
        return bool(await self._session.scalar(select(known)))

    async def is_waiting(self, connection_id: int, subject: str, event: str | None = None) -> bool:
        """Whether something about the subject, or such an event of it, is still to be handled."""
        such = [] if event is None else [Delivery.event == event]
        found = await self._session.scalar(
            select(Delivery.id)
            .where(
                Delivery.connection_id == connection_id,
                Delivery.subject == subject,
                Delivery.state.in_(UNFINISHED),
                *such,
            )
            .limit(1)
        )
        return found is not None

    async def newest(self, limit: int, *, given_up: bool = False) -> Sequence[Delivery]:
        """`given_up`: only those that need a person."""
        query = select(Delivery).order_by(Delivery.id.desc()).limit(limit)
        if given_up:
            query = query.where(Delivery.state == DeliveryState.DEAD)
        return (await self._session.scalars(query)).all()

    async def count_by_state(self) -> dict[DeliveryState, int]:
        """Of those that are not over: to count all others would take the longer, the more there were."""
        rows = await self._session.execute(
            select(Delivery.state, func.count().label("number"))
            .where(Delivery.state.in_(NOT_OVER))
            .group_by(Delivery.state)
        )
        return {row.state: row.number for row in rows}
