"""Reference requests: at most one open per opportunity, each known by Crosschq's id. Commits nothing itself."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hiring import status_tags
from store.tables import OPEN_REQUEST, ReferenceRequest, RequestState

_IS_SENT = ReferenceRequest.state == RequestState.SENT

CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""Crosschq's clock and ours may differ so much."""


@dataclass(frozen=True)
class NewRequest:
    """What is remembered of a request before it is sent."""

    connection_id: int
    opportunity_id: str
    contact_id: str | None
    template: str
    job_position: str
    candidate_index: str
    delivery_id: int | None = None


class Requests:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def latest(self, connection_id: int, opportunity_id: str) -> ReferenceRequest | None:
        return (
            await self._session.scalars(
                select(ReferenceRequest)
                .where(
                    ReferenceRequest.connection_id == connection_id,
                    ReferenceRequest.opportunity_id == opportunity_id,
                )
                .order_by(ReferenceRequest.generation.desc())
                .limit(1)
            )
        ).one_or_none()

    async def of_opportunity(self, connection_id: int, opportunity_id: str) -> Sequence[ReferenceRequest]:
        """All that there ever were, the newest first."""
        rows = await self._session.scalars(
            select(ReferenceRequest)
            .where(
                ReferenceRequest.connection_id == connection_id,
                ReferenceRequest.opportunity_id == opportunity_id,
            )
            .order_by(ReferenceRequest.generation.desc())
        )
        return rows.all()

    async def latest_in_crosschq(self, connection_id: int, opportunity_id: str) -> ReferenceRequest | None:
        """The newest of those that Crosschq has."""
        return (
            await self._session.scalars(
                select(ReferenceRequest)
                .where(
                    ReferenceRequest.connection_id == connection_id,
                    ReferenceRequest.opportunity_id == opportunity_id,
                    ReferenceRequest.crosschq_id.is_not(None),
                )
                .order_by(ReferenceRequest.generation.desc())
                .limit(1)
            )
        ).one_or_none()

    async def reserve(self, new: NewRequest) -> ReferenceRequest | None:
        """The next generation as `intended`, or the one an earlier attempt left so; None: another one is open."""
        made = await self._add(new, state=RequestState.INTENDED)
        return made or await self._take_over(new)

    async def add_found(self, new: NewRequest, tag: str, problem: str) -> ReferenceRequest | None:
        """The next generation as `unknown`, known from its status tag alone; None: another one is open."""
        return await self._add(new, state=RequestState.UNKNOWN, found_tag=tag, problem=problem)

    async def end_found(self, connection_id: int, opportunity_id: str) -> None:
        """Fail the one known from its status tag alone, as the tag is gone."""
        await self._session.execute(
            update(ReferenceRequest)
            .where(_is_found(connection_id, opportunity_id))
            .values(state=RequestState.FAILED, problem="Its tag was removed in Lever.", ended_at=func.now())
        )

    async def adopt(self, new: NewRequest, crosschq_id: str, made_at: datetime) -> ReferenceRequest | None:
        """The next generation as `sent` at `made_at`, or the open one of unknown fate; None: another one is open."""
        values = {
            "state": RequestState.SENT,
            "crosschq_id": crosschq_id,
            "sent_at": made_at,
            "next_check_at": func.now(),
        }
        adopted = await self._session.scalar(
            update(ReferenceRequest)
            .where(_is_found(new.connection_id, new.opportunity_id))
            .values(values)
            .returning(ReferenceRequest)
        )
        return adopted or await self._add(new, **values, created_at=made_at)

    async def _add(self, new: NewRequest, **values: object) -> ReferenceRequest | None:
        generation = (
            select(func.coalesce(func.max(ReferenceRequest.generation), 0) + 1)
            .where(
                ReferenceRequest.connection_id == new.connection_id,
                ReferenceRequest.opportunity_id == new.opportunity_id,
            )
            .scalar_subquery()
        )
        return await self._session.scalar(
            insert(ReferenceRequest)
            .values(**asdict(new), generation=generation, **values)
            # No index named: two that reserve at once may meet at either of the two.
            .on_conflict_do_nothing()
            .returning(ReferenceRequest)
        )

    async def _take_over(self, new: NewRequest) -> ReferenceRequest | None:
        return await self._session.scalar(
            update(ReferenceRequest)
            .where(
                ReferenceRequest.connection_id == new.connection_id,
                ReferenceRequest.opportunity_id == new.opportunity_id,
                ReferenceRequest.state == RequestState.INTENDED,
            )
            # It surely never left: reserved now, it counts among those of this hour (store.requests_per_hour).
            .values(**asdict(new), created_at=func.now())
            .returning(ReferenceRequest)
        )

    async def by_id(self, request_id: int) -> ReferenceRequest:
        return (
            await self._session.scalars(select(ReferenceRequest).where(ReferenceRequest.id == request_id))
        ).one()

    async def find(self, request_id: int) -> ReferenceRequest | None:
        return await self._session.get(ReferenceRequest, request_id, with_for_update=True)

    async def unknown(self) -> Sequence[ReferenceRequest]:
        """Those that a person must resolve, unless Crosschq tells of them."""
        rows = await self._session.scalars(
            select(ReferenceRequest)
            .where(ReferenceRequest.state == RequestState.UNKNOWN)
            .order_by(ReferenceRequest.id)
        )
        return rows.all()

    async def by_crosschq_id(self, connection_id: int, crosschq_id: str) -> ReferenceRequest | None:
        return (
            await self._session.scalars(
                select(ReferenceRequest).where(
                    ReferenceRequest.connection_id == connection_id,
                    ReferenceRequest.crosschq_id == crosschq_id,
                )
            )
        ).one_or_none()

    async def asked_among(self, connection_id: int, opportunity_ids: Collection[str]) -> set[str]:
        """Those of the opportunities that a request in Crosschq is about."""
        rows = await self._session.scalars(
            select(ReferenceRequest.opportunity_id).where(
                ReferenceRequest.connection_id == connection_id,
                ReferenceRequest.opportunity_id.in_(opportunity_ids),
                ReferenceRequest.crosschq_id.is_not(None),
            )
        )
        return set(rows)

    async def to_check(self, connection_id: int, now: datetime, limit: int) -> Sequence[ReferenceRequest]:
        """Those under way that are to be read in Crosschq by now, the longest due first."""
        rows = await self._session.scalars(
            select(ReferenceRequest)
            .where(
                _IS_SENT,
                ReferenceRequest.connection_id == connection_id,
                ReferenceRequest.next_check_at <= now,
            )
            .order_by(ReferenceRequest.next_check_at)
            .limit(limit)
        )
        return rows.all()

    async def expired(self, limit: int) -> Sequence[ReferenceRequest]:
        """Those under way without news for so long that nobody reads them any more, the newest first."""
        rows = await self._session.scalars(
            select(ReferenceRequest)
            .where(_IS_SENT, ReferenceRequest.next_check_at.is_(None))
            .order_by(ReferenceRequest.id.desc())
            .limit(limit)
        )
        return rows.all()

    async def unanswered(
        self, connection_id: int, candidate_indexes: list[str], job_position: str, made_at: datetime | None
    ) -> ReferenceRequest | None:
        """The request whose creation Crosschq has not answered (yet) and that one it made at `made_at` must be."""
        # One that is known from its status tag alone was made before we heard of it.
        asked_before = (
            []
            if made_at is None
            else [
                or_(
                    ReferenceRequest.created_at <= made_at + CLOCKS_DIFFER_BY,
                    ReferenceRequest.found_tag.is_not(None),
                )
            ]
        )
        return (
            await self._session.scalars(
                select(ReferenceRequest)
                .where(
                    ReferenceRequest.connection_id == connection_id,
                    ReferenceRequest.state.in_((RequestState.UNKNOWN, RequestState.INTENDED)),
                    ReferenceRequest.candidate_index.in_(candidate_indexes),
                    ReferenceRequest.job_position == job_position,
                    *asked_before,
                )
                .order_by(ReferenceRequest.id)
                .limit(1)
                .with_for_update()
            )
        ).one_or_none()

    async def mark_sent(self, request_id: int, crosschq_id: str) -> None:
        await self._change(
            request_id,
            state=RequestState.SENT,
            crosschq_id=crosschq_id,
            sent_at=func.now(),
            next_check_at=func.now(),
        )

    async def mark_unknown(self, request_id: int, problem: str) -> None:
        await self._change(request_id, state=RequestState.UNKNOWN, problem=problem)

    async def mark_failed(self, request_id: int, problem: str) -> None:
        await self._change(request_id, state=RequestState.FAILED, problem=problem, ended_at=func.now())

    async def mark_disproved(self, request_id: int, problem: str) -> None:
        """Failed, as a person says that Crosschq does not have it: the status tag then says nothing any more."""
        tag = func.coalesce(ReferenceRequest.found_tag, status_tags.UNCONFIRMED)
        await self._change(request_id, found_tag=tag)
        await self.mark_failed(request_id, problem)

    async def note_progress(
        self, request_id: int, *, answered: int, asked: int, updated_on: datetime | None
    ) -> None:
        known = ReferenceRequest.crosschq_updated_on
        await self._change(
            request_id,
            answered=answered,
            asked=asked,
            crosschq_updated_on=func.coalesce(updated_on, known),
            next_check_at=func.now(),
        )

    async def note_check(self, request_id: int, checked_at: datetime, next_check_at: datetime | None) -> None:
        """`next_check_at` None: it has expired."""
        await self._change(request_id, last_checked_at=checked_at, next_check_at=next_check_at)

    async def mark_ended(self, request_id: int, state: RequestState) -> None:
        await self._change(request_id, state=state, ended_at=func.now())

    async def count_open(self) -> int:
        count = await self._session.scalar(
            select(func.count()).select_from(ReferenceRequest).where(ReferenceRequest.state.in_(OPEN_REQUEST))
        )
        return count or 0

    async def _change(self, request_id: int, **values: object) -> None:
        await self._session.execute(
            update(ReferenceRequest).where(ReferenceRequest.id == request_id).values(**values)
        )


def _is_found(connection_id: int, opportunity_id: str) -> ColumnElement[bool]:
    """Known from its status tag alone, and not settled yet."""
    return and_(
        ReferenceRequest.connection_id == connection_id,
        ReferenceRequest.opportunity_id == opportunity_id,
        ReferenceRequest.state == RequestState.UNKNOWN,
        ReferenceRequest.found_tag.is_not(None),
    )
