"""What we remember of a follow-up: when it begins, what its time finds, what comes next. Touches our own store only."""

from dataclasses import dataclass
from datetime import datetime

from prefect.runtime import flow_run
from sqlalchemy.ext.asyncio import AsyncSession

from hiring.follow_ups import FollowUpFacts, FollowUpPolicy, FollowUpState, when_due
from store.attempts import Attempt
from store.audits import Audits
from store.claiming import claim
from store.connections import Connections
from store.deliveries import Deliveries
from store.due_follow_ups import DueFollowUps, TimeHasCome
from store.follow_ups import FollowUps, Schedule, facts_of, policy_of
from store.outcome_tables import FollowUp
from store.outcomes import Outcomes
from store.requests import Requests
from store.wake_ups import WakeUps
from tasks.case import Case
from tasks.waits import begin_at
from wiring import current_parts


@dataclass(frozen=True)
class DueFollowUp:
    """A follow-up whose time has come, as its story needs it."""

    id: int
    generation: int
    link_generation: int | None
    was_asked: bool
    """Whether anybody ever was, as far as the row knows."""
    facts: FollowUpFacts
    policy: FollowUpPolicy
    asked_role: str
    crosschq_id: str | None
    is_first: bool
    """Whether the report is the opportunity's first, as far as we know."""
    job_position: str
    reported_at: datetime
    fallback_asked: str | None

    @property
    def mark(self) -> str:
        """Of this step's note on the opportunity."""
        return f"follow-up-{self.id}-{self.generation}"


async def begin_follow_up(session: AsyncSession, request_id: int) -> None:
    """With the completion of the report: in the same transaction."""
    request = await Requests(session).by_id(request_id)
    connection = await Connections(session).get(request.connection_id)
    reported_at = request.ended_at or current_parts().now()
    if request.generation > 1:
        # How the first round ended says nothing about this one.
        await Outcomes(session).forget_answered(request.connection_id, request.opportunity_id)
    await FollowUps(session).begin(request, reported_at, when_due(reported_at, connection.follow_up_after))


async def take_from_prefect(follow_up_id: int, generation: int) -> Attempt | TimeHasCome | None:
    """Puts the follow-up into the inbox for the run that has waited for it.

    The run's own attempt at the delivery; None when something else about the opportunity is in hand, and the dispatcher
    starts another run as soon as that is over.
    """
    async with current_parts().database.transaction() as session:
        row = await FollowUps(session).find(follow_up_id)
        if row is None:
            return TimeHasCome.NO_MORE
        begin = begin_at(row.due_at, await WakeUps(session).count_due())
        handed = await DueFollowUps(session).hand_over(
            follow_up_id, generation, not_before=begin, by_run=str(flow_run.id)
        )
        if isinstance(handed, TimeHasCome):
            return handed
        claimed = await claim(session, handed.id)
        if claimed is None:
            return None
        attempt = Attempt(claimed.id, claimed.attempt)
        await Deliveries(session).note_run(attempt, str(flow_run.id))
        return attempt


async def due_follow_up(case: Case) -> DueFollowUp | None:
    """None when it was changed meanwhile, or an earlier attempt has done its step."""
    async with current_parts().database.transaction() as session:
        row = await FollowUps(session).of_attempt(case.attempt)
        return await due_of(session, row) if row else None


async def due_of(session: AsyncSession, row: FollowUp) -> DueFollowUp:
    connection = await Connections(session).get(row.connection_id)
    request = await Requests(session).by_id(row.request_id)
    return DueFollowUp(
        id=row.id,
        generation=row.generation,
        link_generation=row.link_generation,
        was_asked=row.asked_at is not None,
        facts=facts_of(row),
        policy=policy_of(connection),
        asked_role=row.asked_role or "The one who was asked",
        crosschq_id=request.crosschq_id,
        is_first=request.generation == 1,
        job_position=request.job_position,
        reported_at=row.reported_at,
        fallback_asked=connection.fallback_asked or connection.fallback_requestor,
    )


async def is_still_due(case: Case) -> bool:
    """Whether nobody has changed, answered or ended it while this attempt was at work."""
    async with current_parts().database.transaction() as session:
        return await FollowUps(session).of_attempt(case.attempt) is not None


async def remember_asking(case: Case, due: DueFollowUp, *, is_reminder: bool) -> bool:
    """Before the mail leaves: whoever reads it at once finds the link valid. False: it is not to leave any more."""
    async with current_parts().database.transaction() as session:
        row = await FollowUps(session).of_attempt(case.attempt)
        if row is None:
            return False
        if not is_reminder and row.link_generation != due.generation:
            row.link_generation = due.generation
            await FollowUps(session).note_answer(row, None, None, None)
        return True


async def remember_later(case: Case, due: DueFollowUp, due_at: datetime, why: str) -> None:
    """The same step again, at another time."""
    async with current_parts().database.transaction() as session:
        row = await FollowUps(session).of_attempt(case.attempt)
        if row is None:
            return
        _audit(session, case, due, "put off", why)
        await FollowUps(session).reschedule(row, Schedule(row.state, due_at))


async def remember_asked(
    case: Case, due: DueFollowUp, next_due_at: datetime, *, role: str, is_reminder: bool, why: str
) -> None:
    """The question is out; `role` says who was asked, and never names anybody."""
    now = current_parts().now()
    async with current_parts().database.transaction() as session:
        row = await FollowUps(session).of_attempt(case.attempt)
        if row is None:
            return
        if is_reminder:
            row.reminded_at = now
        else:
            row.asked_at, row.reminded_at = now, None
        row.asked_role = role
        _audit(session, case, due, "reminded" if is_reminder else "asked", f"{role}. {why}".strip())
        await FollowUps(session).reschedule(row, Schedule(FollowUpState.ASKED, next_due_at))


async def remember_ask_again(case: Case, due: DueFollowUp, due_at: datetime) -> None:
    """Not decided yet: as if the report had come just now."""
    async with current_parts().database.transaction() as session:
        row = await FollowUps(session).of_attempt(case.attempt)
        if row is None:
            return
        row.contradicted_at = None
        _audit(session, case, due, "asked again later", "Not decided yet.")
        await FollowUps(session).reschedule(row, Schedule(FollowUpState.WAITING, due_at))


async def remember_ended(case: Case, due: DueFollowUp, because: str) -> None:
    async with current_parts().database.transaction() as session:
        row = await FollowUps(session).of_attempt(case.attempt)
        if row is None:
            return
        _audit(session, case, due, "ended", because)
        await FollowUps(session).end(row, because)


def _audit(session: AsyncSession, case: Case, due: DueFollowUp, what: str, why: str) -> None:
    Audits(session).add(
        who=f"delivery:{case.attempt.delivery_id}",
        what=what,
        subject=f"follow-up:{due.id}",
        connection_id=case.connection_id,
        why=why,
    )
