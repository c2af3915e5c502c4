"""Decides when the owner is asked, reminded and heard, and when a follow-up ends. Sends and records nothing.

A follow-up waits for `due_at`; what is due then depends on its state and on what Lever says at that time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hiring.answers import Answer, AskOnceMore, EndContradictory, Heard, Hearing, NotAwaited, SaidAlready
from hiring.candidacy import Candidacy
from hiring.due import (
    Ask,
    AskAgainLater,
    Due,
    EndContradicted,
    EndQuietly,
    EndWithoutAnswer,
    NothingDue,
    QuietReason,
    RecordOnly,
    Remind,
    Settle,
)
from hiring.outcomes import Outcome

LAST_WAIT = timedelta(days=7)
"""How long a question waits for its answer where nobody is reminded."""
LATE = timedelta(minutes=10)
"""What is later than this was held up by an outage."""
MANY = 20
"""Of so many, each is started as it comes, however late."""
PUT_OFF_FOR_EACH = timedelta(seconds=1)
LONGEST_PUT_OFF = timedelta(minutes=15)


class FollowUpState(StrEnum):
    WAITING = "waiting"
    """When due: ask."""
    ASKED = "asked"
    """When due: remind, or end without an answer."""
    ANSWERED = "answered"
    """When due: settle the answer, or, without one, end: the answers contradicted each other twice."""
    ENDED = "ended"


@dataclass(frozen=True)
class FollowUpPolicy:
    """What the admin of a connection has laid down."""

    follow_up_after: timedelta = timedelta(days=14)
    """From the report to the question, and from "not decided yet" to the next one."""
    remind_after: timedelta | None = timedelta(days=7)
    """From the question to the reminder, and from that to the end; None: nobody is reminded."""
    settle_after: timedelta = timedelta(minutes=10)
    """How long an answer can be changed."""


@dataclass(frozen=True)
class FollowUpFacts:
    """One follow-up as it is stored."""

    state: FollowUpState
    due_at: datetime
    was_reminded: bool = False
    """Since the question was asked last."""
    answer: Answer | None = None
    """The last one given to the question asked last."""
    was_contradicted: bool = False
    """The question is asked once more because the answers to it contradicted each other."""


def when_due(completed_at: datetime, after: timedelta) -> datetime:
    """When to ask about a report that came at `completed_at`."""
    return completed_at + after


def spread(due_at: datetime, how_many_due: int, now: datetime, dice: float) -> datetime:
    """When to start one of `how_many_due`: now, or, after an outage, at random within a quarter of an hour.

    `dice` in [0, 1). For once only: the time it answers is the new `due_at`, which is not late any more.
    """
    if now - due_at <= LATE or how_many_due <= MANY:
        return now
    return now + dice * min(LONGEST_PUT_OFF, how_many_due * PUT_OFF_FOR_EACH)


def what_is_due(
    follow_up: FollowUpFacts,
    outcome: Outcome,
    candidacy: Candidacy,
    policy: FollowUpPolicy,
    now: datetime,
    *,
    is_told: bool = False,
) -> Due:
    """`candidacy` as Lever shows it now; `outcome` is what is known after deciding on that.

    `is_told`: its tag tells an outcome that nothing we know explains.
    """
    if follow_up.state is FollowUpState.ENDED:
        return NothingDue("This follow-up has ended.")
    if candidacy.is_anonymised:
        return EndQuietly(QuietReason.ANONYMISED)
    if outcome is not Outcome.OPEN:
        return RecordOnly(outcome)
    if candidacy.is_archived and follow_up.state is not FollowUpState.ANSWERED:
        return EndQuietly(QuietReason.ARCHIVED)
    if is_told and follow_up.state is not FollowUpState.ANSWERED:
        return EndQuietly(QuietReason.TOLD)
    if now < follow_up.due_at:
        return NothingDue(f"Not due before {follow_up.due_at:%d %B %Y, %H:%M:%S} UTC.")
    return _next_step(follow_up, policy, now)


def _next_step(follow_up: FollowUpFacts, policy: FollowUpPolicy, now: datetime) -> Due:
    if follow_up.state is FollowUpState.WAITING:
        wait = LAST_WAIT if policy.remind_after is None else policy.remind_after
        return Ask(now + wait, policy.remind_after is not None, follow_up.was_contradicted)
    if follow_up.state is FollowUpState.ANSWERED:
        return _settlement(follow_up.answer, policy, now) if follow_up.answer else EndContradicted()
    if policy.remind_after is None or follow_up.was_reminded:
        return EndWithoutAnswer()
    return Remind(now + policy.remind_after)


def _settlement(answer: Answer, policy: FollowUpPolicy, now: datetime) -> Settle | AskAgainLater:
    return AskAgainLater(now + policy.follow_up_after) if answer.outcome is Outcome.OPEN else Settle(answer)


def after_answer(follow_up: FollowUpFacts, answer: Answer, policy: FollowUpPolicy) -> Hearing:
    """What an answer through a valid link of the question asked last leads to; `answer.given_at` is now."""
    if follow_up.state is FollowUpState.ENDED:
        return NotAwaited("This question has been closed, so answers to it are not recorded any more.")
    if follow_up.state is FollowUpState.WAITING:
        return NotAwaited(
            "This question is not open at the moment. If it is asked again, there is a new link."
        )
    earlier = follow_up.answer
    if earlier and answer.contradicts(earlier):
        return EndContradictory() if follow_up.was_contradicted else AskOnceMore(answer.given_at)
    if earlier and answer.repeats(earlier):
        return SaidAlready(earlier)
    return Heard(answer, answer.given_at + policy.settle_after)
