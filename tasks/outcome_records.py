"""What we remember of the outcome of a hire, and what follows from it for the question. Touches our own store only."""

from sqlalchemy.ext.asyncio import AsyncSession

from crosschq.dialect import HiringStatus
from crosschq.models import ReferenceRequest as News
from hiring.follow_ups import FollowUpState
from hiring.outcomes import (
    Change,
    Confirmed,
    KnownOutcome,
    Outcome,
    OutcomePolicy,
    OutcomeSource,
    SeenOutcome,
    decide,
)
from store.attempts import Attempts
from store.audits import Audits
from store.connections import Connections
from store.deliveries import Deliveries, NewDelivery
from store.follow_ups import FollowUps, Schedule
from store.outcome_tables import HiringOutcome
from store.outcomes import OUTCOME_EVENT, Outcomes
from store.own_deliveries import own_delivery
from store.requests import Requests
from store.tables import Connection, ReferenceRequest
from tasks.case import Case
from tasks.effects import Superseded
from wiring import current_parts

IN_CROSSCHQ = {
    Outcome.HIRED: HiringStatus.HIRED,
    Outcome.NOT_HIRED: HiringStatus.NOT_HIRED,
    Outcome.OPEN: HiringStatus.UNDECIDED,
}
OF_CROSSCHQ = {status: outcome for outcome, status in IN_CROSSCHQ.items()}


async def pass_on_outcome(case: Case, request: ReferenceRequest, news: News) -> bool:
    """Whether Crosschq says something new about the hire: then it goes into the opportunity's own queue.

    Snapshots are handled in order per request; the outcome has to be in order with what Lever says of it.
    """
    seen = seen_in_crosschq(news)
    if seen is None:
        return False
    async with current_parts().database.transaction() as session:
        row = await Outcomes(session).find(case.connection_id, request.opportunity_id)
        if row is not None and row.in_crosschq is seen.outcome:
            return False
        await Deliveries(session).record(_word_of_crosschq(case, request, news, seen))
    return True


async def known_outcome(case: Case, opportunity_id: str) -> Outcome:
    """OPEN as long as nobody has said anything."""
    async with current_parts().database.transaction() as session:
        row = await Outcomes(session).find(case.connection_id, opportunity_id)
        return row.outcome if row else Outcome.OPEN


async def has_outcome(case: Case, opportunity_id: str) -> bool:
    """Whether anybody has said anything that we know, even if it is open again."""
    async with current_parts().database.transaction() as session:
        return await Outcomes(session).find(case.connection_id, opportunity_id) is not None


async def request_in_crosschq(case: Case, opportunity_id: str) -> str | None:
    """Crosschq's id of our newest request about the opportunity: without one there is nothing to tell."""
    async with current_parts().database.transaction() as session:
        request = await Requests(session).latest_in_crosschq(case.connection_id, opportunity_id)
        return request.crosschq_id if request else None


async def record_seen(case: Case, opportunity_id: str, seen: SeenOutcome) -> None:
    """Decides what it changes; a change is a new version, an audit row, and the end or new beginning of the wait."""
    async with current_parts().database.transaction() as session:
        if not await Attempts(session).is_current(case.attempt):
            raise Superseded("Another attempt has taken this delivery over.")
        connection = await Connections(session).get(case.connection_id)
        outcomes = Outcomes(session)
        row = await outcomes.find(connection.id, opportunity_id)
        decision = decide(known_from(row), seen, OutcomePolicy(connection.archived_is_not_hired))
        if isinstance(decision, Change):
            row = await outcomes.record(
                connection.id, opportunity_id, decision.outcome, decision.source, decision.hired_on
            )
            _audit(session, case, opportunity_id, decision)
            await _settle_waits(session, connection, opportunity_id, decision)
        elif isinstance(decision, Confirmed) and row:
            row.source = OutcomeSource.LEVER
        if row and seen.source is OutcomeSource.CROSSCHQ:
            row.in_crosschq = seen.outcome


def seen_in_crosschq(news: News) -> SeenOutcome | None:
    """None where Crosschq says nothing, or undecided."""
    outcome = OF_CROSSCHQ.get(news.hiring_status) if news.hiring_status else None
    if outcome in (None, Outcome.OPEN):
        return None
    return SeenOutcome(outcome, OutcomeSource.CROSSCHQ, news.hired_on if outcome is Outcome.HIRED else None)


def _word_of_crosschq(case: Case, request: ReferenceRequest, news: News, seen: SeenOutcome) -> NewDelivery:
    said = f"{seen.outcome.value}:{seen.hired_on}:{case.attempt.delivery_id}"
    key = f"outcome-in-crosschq:{request.id}:{said}"
    return own_delivery(request, OUTCOME_EVENT, key, origin="crosschq-update", triggered_at=news.updated_on)


def known_from(row: HiringOutcome | None) -> KnownOutcome | None:
    """The row in the shape our rules read."""
    return KnownOutcome(row.outcome, row.source, row.hired_on, row.in_crosschq) if row else None


def _audit(session: AsyncSession, case: Case, opportunity_id: str, change: Change) -> None:
    Audits(session).add(
        who=f"delivery:{case.attempt.delivery_id}",
        what=f"outcome {change.outcome.value}",
        subject=f"opportunity:{opportunity_id}",
        connection_id=case.connection_id,
        why=change.because,
    )


async def _settle_waits(
    session: AsyncSession, connection: Connection, opportunity_id: str, change: Change
) -> None:
    follow_ups = FollowUps(session)
    if change.outcome is not Outcome.OPEN:
        for follow_up in await follow_ups.open_of(connection.id, opportunity_id):
            await follow_ups.end(follow_up, f"The outcome is known: {change.outcome.words}. {change.because}")
        return
    latest = await follow_ups.latest_of(connection.id, opportunity_id)
    if latest is not None and latest.state is FollowUpState.ENDED:
        due_at = current_parts().now() + connection.follow_up_after
        await follow_ups.forget_question(latest)
        await follow_ups.reschedule(latest, Schedule(FollowUpState.WAITING, due_at))
