"""A person's word on a follow-up: cancel, postpone, ask now, send again. Writes rows only, commits nothing itself."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from hiring.follow_ups import FollowUpState
from store.audits import Audits, PersonsWord
from store.connections import Connections
from store.follow_ups import FollowUps, Schedule
from store.outcome_tables import FollowUp
from store.question_again import order_again, times_ordered

NEXT = {
    FollowUpState.WAITING: "the owner is asked",
    FollowUpState.ASKED: "a reminder, or the end without an answer",
    FollowUpState.ANSWERED: "the answer is passed on",
    FollowUpState.ENDED: "nothing",
}
"""What happens when its time has come."""


class NoSuchFollowUp(Exception):  # noqa: N818 - says what it is
    """The message, without a full stop, names it."""


class NotNow(Exception):  # noqa: N818 - says what it is
    """What is asked for makes no sense as things stand; the message says why."""


async def cancel(session: AsyncSession, follow_up_id: int, word: PersonsWord) -> str:
    """Nobody is asked (any more). Says what was done; raises NoSuchFollowUp and NotNow, as the others do."""
    follow_up = await _open(session, follow_up_id)
    await FollowUps(session).end(follow_up, f"Cancelled by a person: {word.why}")
    return _audited(session, follow_up, "cancelled", word)


async def postpone(
    session: AsyncSession, follow_up_id: int, by: timedelta, word: PersonsWord, now: datetime
) -> str:
    """Postpone the next step than it would; an answer that is recorded is not put off."""
    follow_up = await _open(session, follow_up_id)
    if follow_up.state is FollowUpState.ANSWERED:
        raise NotNow(
            f"Follow-up {follow_up_id}: an answer is recorded, and is not put off: cancel it, or let it be passed on."
        )
    due_at = max(follow_up.due_at, now) + by
    await FollowUps(session).reschedule(follow_up, Schedule(follow_up.state, due_at))
    return _audited(session, follow_up, f"postponed to {due_at:%Y-%m-%d %H:%M} UTC", word)


async def ask_now(session: AsyncSession, follow_up_id: int, word: PersonsWord, now: datetime) -> str:
    """What is next happens now; a follow-up that has ended begins anew with the question."""
    follow_up = await _find(session, follow_up_id)
    is_over = follow_up.state is FollowUpState.ENDED
    state = FollowUpState.WAITING if is_over else follow_up.state
    if is_over:
        await FollowUps(session).forget_question(follow_up)
    await FollowUps(session).reschedule(follow_up, Schedule(state, now))
    return _audited(session, follow_up, f"due now: {NEXT[state]}", word)


async def send_again(session: AsyncSession, follow_up_id: int, word: PersonsWord) -> str:
    """The question's mail is ordered once more, each time anew; state and times stay as they are."""
    follow_up = await _open(session, follow_up_id)
    link_generation = follow_up.link_generation
    if follow_up.state is not FollowUpState.ASKED or link_generation is None:
        raise NotNow(f"Follow-up {follow_up_id}: no question is open that could be sent again.")
    if (await Connections(session).get(follow_up.connection_id)).is_shadow:
        raise NotNow(f"Follow-up {follow_up_id}: its connection is in shadow mode, in which no mail is sent.")
    ordered = await order_again(session, follow_up, link_generation)
    return _audited(session, follow_up, f"ordered the question again, mail {ordered.number}", word)


async def as_seen(session: AsyncSession, follow_up: FollowUp) -> str:
    """What a page that is left open holds against what it acts on later: it changes with every step and order."""
    times = await times_ordered(session, follow_up)
    return f"{follow_up.generation}-{follow_up.state.value}-{times}"


async def demand_unchanged(session: AsyncSession, follow_up_id: int, seen: str) -> None:
    """From now until the transaction ends. Raises NotNow when it is not as it was seen, or NoSuchFollowUp."""
    if await as_seen(session, await _find(session, follow_up_id)) != seen:
        raise NotNow("Somebody or something was faster: this is how it is now. Look again.")


async def _find(session: AsyncSession, follow_up_id: int) -> FollowUp:
    follow_up = await FollowUps(session).find(follow_up_id)
    if follow_up is None:
        raise NoSuchFollowUp(f"There is no follow-up {follow_up_id}")
    return follow_up


async def _open(session: AsyncSession, follow_up_id: int) -> FollowUp:
    follow_up = await _find(session, follow_up_id)
    if follow_up.state is FollowUpState.ENDED:
        raise NotNow(f"Follow-up {follow_up_id} has ended: {follow_up.ended_because}")
    return follow_up


def _audited(session: AsyncSession, follow_up: FollowUp, said: str, word: PersonsWord) -> str:
    Audits(session).add(
        who=word.who,
        what=said,
        subject=f"follow-up:{follow_up.id}",
        connection_id=follow_up.connection_id,
        why=word.why,
    )
    return said
