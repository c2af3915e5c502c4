"""The follow-ups of finished requests: when each is due, and what changes that. Commits nothing itself.

A follow-up is scheduled anew by a higher generation: the run that waits in Prefect for the one before is void from that
moment, whatever it does, and is cancelled there later (store.wake_ups).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hiring.answers import Answer
from hiring.follow_ups import FollowUpFacts, FollowUpPolicy, FollowUpState
from hiring.outcomes import Outcome
from store.attempts import Attempt
from store.outcome_tables import FollowUp
from store.tables import Connection, ReferenceRequest


@dataclass(frozen=True)
class Schedule:
    """What a follow-up waits for next, and until when."""

    state: FollowUpState
    due_at: datetime


class FollowUps:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def begin(self, request: ReferenceRequest, reported_at: datetime, due_at: datetime) -> None:
        """Once for each request, when its report is complete."""
        await self._session.execute(
            insert(FollowUp)
            .values(
                connection_id=request.connection_id,
                request_id=request.id,
                opportunity_id=request.opportunity_id,
                state=FollowUpState.WAITING,
                reported_at=reported_at,
                due_at=due_at,
            )
            .on_conflict_do_nothing(index_elements=[FollowUp.request_id])
        )

    async def find(self, follow_up_id: int) -> FollowUp | None:
        """Locked until the transaction ends."""
        return await self._session.get(FollowUp, follow_up_id, with_for_update=True, populate_existing=True)

    async def of_attempt(self, attempt: Attempt) -> FollowUp | None:
        """The one a delivery was made for, as long as nobody has changed it since; locked."""
        query = _open().where(FollowUp.delivery_id == attempt.delivery_id).with_for_update()
        return (await self._session.scalars(query)).one_or_none()

    async def open_of(self, connection_id: int, opportunity_id: str) -> Sequence[FollowUp]:
        """All that wait for something about an opportunity; locked."""
        query = _open().where(
            FollowUp.connection_id == connection_id, FollowUp.opportunity_id == opportunity_id
        )
        return (await self._session.scalars(query.order_by(FollowUp.id).with_for_update())).all()

    async def latest_of(self, connection_id: int, opportunity_id: str) -> FollowUp | None:
        """The newest, whether it has ended or not; locked."""
        query = (
            select(FollowUp)
            .where(FollowUp.connection_id == connection_id, FollowUp.opportunity_id == opportunity_id)
            .order_by(FollowUp.id.desc())
            .limit(1)
            .with_for_update()
        )
        return (await self._session.scalars(query)).one_or_none()

    async def next_due(self, limit: int) -> Sequence[FollowUp]:
        """Those that are open, the next due first."""
        return (await self._session.scalars(_open().order_by(FollowUp.due_at).limit(limit))).all()

    async def newest_ended(self, limit: int) -> Sequence[FollowUp]:
        query = select(FollowUp).where(~is_open()).order_by(FollowUp.ended_at.desc()).limit(limit)
        return (await self._session.scalars(query)).all()

    async def reschedule(self, follow_up: FollowUp, schedule: Schedule) -> None:
        """A new generation: whatever was ordered for the one before may not act any more."""
        follow_up.state, follow_up.due_at = schedule.state, schedule.due_at
        follow_up.generation += 1
        follow_up.ended_at = follow_up.ended_because = None
        await self._let_go(follow_up)

    async def end(self, follow_up: FollowUp, because: str) -> None:
        """For good, unless it is scheduled anew."""
        follow_up.state, follow_up.ended_because, follow_up.ended_at = (
            FollowUpState.ENDED,
            because,
            func.now(),
        )
        await self._let_go(follow_up)

    async def note_delivery(self, follow_up: FollowUp, delivery_id: int, by_run: str | None) -> None:
        """It is in the inbox now: a run that still waits for it is void, but for `by_run`, which has waited."""
        if follow_up.flow_run_id == by_run:
            follow_up.flow_run_id = None
        await self._let_go(follow_up)
        follow_up.delivery_id = delivery_id
        await self._session.flush()

    async def _let_go(self, follow_up: FollowUp) -> None:
        if follow_up.flow_run_id is not None:
            follow_up.void_runs = [*follow_up.void_runs, follow_up.flow_run_id]
        follow_up.flow_run_id = follow_up.delivery_id = follow_up.seen_at = None
        await self._session.flush()

    async def note_answer(
        self, follow_up: FollowUp, answer: Outcome | None, hired_on: date | None, at: datetime | None
    ) -> None:
        follow_up.answer, follow_up.hired_on, follow_up.answered_at = answer, hired_on, at
        await self._session.flush()

    async def forget_question(self, follow_up: FollowUp) -> None:
        """As if it had never been asked: what was answered, or contradicted, does not count for the next question."""
        follow_up.contradicted_at = follow_up.reminded_at = follow_up.link_generation = None
        await self.note_answer(follow_up, None, None, None)


def facts_of(row: FollowUp) -> FollowUpFacts:
    """The row in the shape our rules read."""
    return FollowUpFacts(
        state=row.state,
        due_at=row.due_at,
        was_reminded=row.reminded_at is not None,
        answer=answer_of(row),
        was_contradicted=row.contradicted_at is not None,
    )


def answer_of(row: FollowUp) -> Answer | None:
    """The last one given to the question asked last."""
    if row.answer is None or row.answered_at is None:
        return None
    return Answer(row.answer, row.answered_at, row.hired_on)


def policy_of(connection: Connection) -> FollowUpPolicy:
    return FollowUpPolicy(connection.follow_up_after, connection.remind_after, connection.settle_after)


def _open() -> Select[FollowUp]:
    return select(FollowUp).where(is_open())


def is_open() -> ColumnElement[bool]:
    return FollowUp.state != FollowUpState.ENDED
