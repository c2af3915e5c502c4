"""Writes down what an answer leads to, as hiring decides it, with an audit row. Commits nothing itself."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from hiring.answers import Answer, AskOnceMore, EndContradictory, Heard
from hiring.follow_ups import FollowUpFacts, FollowUpState, after_answer
from pages.words import said
from store.audits import Audits
from store.follow_ups import FollowUps, Schedule, facts_of, policy_of
from store.outcome_tables import FollowUp
from store.tables import Connection

BY_LINK = "owner by link"
"""Who answered, in the audit."""


async def hear(session: AsyncSession, connection: Connection, follow_up: FollowUp, answer: Answer) -> None:
    """A repeat changes nothing; the time at which the first is settled stays."""
    follow_ups = FollowUps(session)
    match after_answer(_facts(follow_up), answer, policy_of(connection)):
        case Heard(_, settle_at):
            await follow_ups.note_answer(follow_up, answer.outcome, answer.hired_on, answer.given_at)
            await follow_ups.reschedule(follow_up, Schedule(FollowUpState.ANSWERED, settle_at))
            _audit(session, follow_up, f"answered: {said(answer)}")
        case AskOnceMore(due_at):
            await _forget_answers(follow_ups, follow_up, answer.given_at)
            await follow_ups.reschedule(follow_up, Schedule(FollowUpState.WAITING, due_at))
            _audit(session, follow_up, "answers contradicted each other", "within seconds; asked once more")
        case EndContradictory():
            await _forget_answers(follow_ups, follow_up, answer.given_at)
            # Settled without an answer: the flow that comes to it tells people, and ends the follow-up.
            await follow_ups.reschedule(follow_up, Schedule(FollowUpState.ANSWERED, answer.given_at))
            _audit(session, follow_up, "answers contradicted each other", "within seconds, twice; it ends so")


async def _forget_answers(follow_ups: FollowUps, follow_up: FollowUp, at: datetime) -> None:
    """The link is void from now on, as a scanner goes on pressing."""
    follow_up.link_generation, follow_up.contradicted_at = None, at
    await follow_ups.note_answer(follow_up, None, None, None)


def _audit(session: AsyncSession, follow_up: FollowUp, what: str, why: str | None = None) -> None:
    Audits(session).add(
        who=BY_LINK,
        what=what,
        subject=f"follow-up:{follow_up.id}",
        connection_id=follow_up.connection_id,
        why=why,
    )


def _facts(follow_up: FollowUp) -> FollowUpFacts:
    """Whoever holds a valid link was asked, even if what sent the mail has not said so yet (pages.standing)."""
    facts = facts_of(follow_up)
    return replace(facts, state=FollowUpState.ASKED) if facts.state is FollowUpState.WAITING else facts
