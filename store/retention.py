"""Takes away what is older than its retention, a batch at a time, and only what nothing can act on any more.

What waits, is unfinished, was given up, or has an effect nobody knows the fate of stays, however old. An effect keeps
its act from being done twice: it goes with its delivery, and both stay as long as the act can still be made. Requests,
follow-ups, outcomes and tombstones stay for good (.env.example). Commits nothing itself: one transaction a batch.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningDelete

from hiring.follow_ups import FollowUpState
from store.due import MOVE_EVENT
from store.effect_keys import LEAD_KEY, WITHDRAWAL_KEY
from store.outcome_tables import FollowUp, HiringOutcome
from store.people import ABSOLUTE, IDLE, SignInFailures
from store.people_tables import PageSession, SignInFailure
from store.tables import (
    IN_HISTORY,
    LOOKED,
    OPEN_REQUEST,
    PASSING,
    Audit,
    Delivery,
    Effect,
    NewestMove,
    ReferenceRequest,
)
from store.unknown_effects import is_unsettled

BATCH = 50
"""Deliveries of one transaction, or rows of another kind: few enough that whoever records a webhook does not notice."""
_WRITTEN_BATCH: ColumnElement[int] = literal_column(str(BATCH))
"""Of a number that is bound a plan for any values takes a tenth of the table."""

_ABOUT = "opportunity:"


class Retention:
    """Each method does one batch of up to BATCH rows, and says how many it has dealt with; fewer: nothing is left."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def commit_lazily(self) -> None:
        """The transaction does not wait for the disk: should a crash undo it, the next purge does it again."""
        await self._session.execute(text("SET LOCAL synchronous_commit = off"))

    async def forget_bodies(self, older_than: timedelta) -> int:
        """Of what was finished that long ago; the row and its outcome stay."""
        old = (
            select(Delivery.id)
            .where(Delivery.finished_at < func.now() - older_than, Delivery.body.is_not(None))
            .order_by(Delivery.finished_at)
            .limit(_WRITTEN_BATCH)
            .with_for_update(skip_locked=True)
        )
        ids = (await self._session.scalars(old)).all()
        if ids:
            await self._session.execute(update(Delivery).where(Delivery.id.in_(ids)).values(body=None))
        return len(ids)

    async def forget_deliveries(self, older_than: timedelta) -> int:
        """With their effects. Where an act that these guard can still be made, the retention begins anew instead."""
        since = func.greatest(Delivery.kept_at, Delivery.finished_at)
        old = (
            select(Delivery.id)
            # Written out: PostgreSQL takes a partial index only where it sees that the query implies its condition.
            .where(literal_column(IN_HISTORY), since < func.now() - older_than)
            .order_by(since)
            .limit(_WRITTEN_BATCH)
            .with_for_update(skip_locked=True)
        )
        ids = (await self._session.scalars(old)).all()
        if not ids:
            return 0
        guarding = set(
            await self._session.scalars(select(Delivery.id).where(Delivery.id.in_(ids), _guards()))
        )
        if guarding:
            keep = update(Delivery).where(Delivery.id.in_(guarding))
            await self._session.execute(keep.values(kept_at=func.now()))
        await self._delete([one for one in ids if one not in guarding])
        return len(ids)

    async def _delete(self, ids: Sequence[int]) -> None:
        if not ids:
            return
        await self._keep_newest_moves(ids)
        await self._session.execute(delete(Effect).where(Effect.delivery_id.in_(ids)))
        await self._session.execute(delete(Delivery).where(Delivery.id.in_(ids)))

    async def _keep_newest_moves(self, ids: Sequence[int]) -> None:
        opportunity = func.substr(Delivery.subject, len(_ABOUT) + 1)
        moves = (
            select(Delivery.connection_id, opportunity, func.max(Delivery.triggered_at))
            .where(
                Delivery.id.in_(ids),
                Delivery.event == MOVE_EVENT,
                Delivery.subject.startswith(_ABOUT),
                Delivery.triggered_at.is_not(None),
            )
            .group_by(Delivery.connection_id, opportunity)
            # In one order, so that two purges at once do not wait for each other.
            .order_by(Delivery.connection_id, opportunity)
        )
        new = insert(NewestMove).from_select(["connection_id", "opportunity_id", "moved_at"], moves)
        newer = func.greatest(NewestMove.moved_at, new.excluded.moved_at)
        await self._session.execute(
            new.on_conflict_do_update(
                index_elements=[NewestMove.connection_id, NewestMove.opportunity_id],
                set_={"moved_at": newer},
            )
        )

    async def forget_audits(self, older_than: timedelta) -> int:
        """But what was done to a connection itself, and its newest look at the list of deleted opportunities."""
        newer = aliased(Audit)
        is_newest_look = and_(
            Audit.what == LOOKED,
            ~exists().where(
                newer.connection_id == Audit.connection_id, newer.what == LOOKED, newer.at > Audit.at
            ),
        )
        old = (
            select(Audit.id)
            .where(literal_column(f"({PASSING})"), Audit.at < func.now() - older_than, ~is_newest_look)
            .order_by(Audit.at)
            .limit(_WRITTEN_BATCH)
            .with_for_update(skip_locked=True)
        )
        return await self._deleted(delete(Audit).where(Audit.id.in_(old)).returning(Audit.id))

    async def forget_sessions(self) -> int:
        """Of browsers, that are over; whoever signs in does the same."""
        over = (PageSession.seen_at < func.now() - IDLE) | (PageSession.created_at < func.now() - ABSOLUTE)
        some = select(PageSession.id).where(over).limit(_WRITTEN_BATCH).with_for_update(skip_locked=True)
        return await self._deleted(
            delete(PageSession).where(PageSession.id.in_(some)).returning(PageSession.id)
        )

    async def forget_failures(self) -> int:
        """Wrong passwords that make nobody wait any more."""
        over = SignInFailure.at < func.now() - SignInFailures.WITHIN
        some = select(SignInFailure.id).where(over).limit(_WRITTEN_BATCH).with_for_update(skip_locked=True)
        return await self._deleted(
            delete(SignInFailure).where(SignInFailure.id.in_(some)).returning(SignInFailure.id)
        )

    async def _deleted(self, query: ReturningDelete[int]) -> int:
        return len((await self._session.scalars(query)).all())


def _guards() -> ColumnElement[bool]:
    """Of a delivery that has ended: an act under its effects, or one of the same opportunity, can still be made."""
    kind = func.split_part(Effect.key, "/", 1)
    effects = exists().where(
        Effect.delivery_id == Delivery.id, or_(kind.in_((LEAD_KEY, WITHDRAWAL_KEY)), is_unsettled())
    )
    opportunity = func.coalesce(
        Delivery.opportunity_id,
        case((Delivery.subject.startswith(_ABOUT), func.substr(Delivery.subject, len(_ABOUT) + 1))),
    )
    request = exists().where(
        ReferenceRequest.connection_id == Delivery.connection_id,
        ReferenceRequest.opportunity_id == opportunity,
        ReferenceRequest.state.in_(OPEN_REQUEST),
    )
    follow_up = exists().where(
        FollowUp.connection_id == Delivery.connection_id,
        FollowUp.opportunity_id == opportunity,
        FollowUp.state != FollowUpState.ENDED,
    )
    outcome = exists().where(
        HiringOutcome.connection_id == Delivery.connection_id,
        HiringOutcome.opportunity_id == opportunity,
        HiringOutcome.shown_version < HiringOutcome.version,
    )
    return or_(effects, request, follow_up, outcome)
