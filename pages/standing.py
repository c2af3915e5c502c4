"""How things stand for whoever opens a link: what they may answer, or what became of the question. Changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from hiring.answers import Answer
from hiring.follow_ups import FollowUpState
from mail.links import Link
from store.follow_ups import answer_of
from store.outcome_tables import FollowUp


@dataclass(frozen=True)
class Open:
    """May be answered; with an answer that is there, that may be changed before `until`."""

    answer: Answer | None
    until: datetime


@dataclass(frozen=True)
class Recorded:
    """An answer is being applied, or was."""

    answer: Answer


@dataclass(frozen=True)
class Later:
    """Not decided yet, or put off: asked again at `due_at`, with another link."""

    due_at: datetime


@dataclass(frozen=True)
class Contradictory:
    """Two answers within seconds: neither counts."""

    is_asked_once_more: bool


@dataclass(frozen=True)
class Superseded:
    """A newer mail has a newer link."""


@dataclass(frozen=True)
class Closed:
    """Nobody waits for an answer any more."""


NotOpen = Recorded | Later | Contradictory | Superseded | Closed
Standing = Open | NotOpen


def standing(follow_up: FollowUp, link: Link, now: datetime) -> Standing:
    is_current = follow_up.link_generation == link.generation
    if follow_up.state is FollowUpState.ENDED:
        return _ended(follow_up, is_current)
    if follow_up.state is FollowUpState.WAITING:
        # The mail may be read before what sent it has said that it is out.
        is_being_asked = is_current and follow_up.generation == link.generation
        return Open(None, follow_up.due_at) if is_being_asked else _waiting(follow_up)
    if follow_up.state is FollowUpState.ANSWERED and follow_up.answer is None:
        return Contradictory(is_asked_once_more=False)
    if not is_current:
        return Superseded()
    answer = answer_of(follow_up)
    if answer and (follow_up.delivery_id is not None or follow_up.due_at <= now):
        return Recorded(answer)
    return Open(answer, follow_up.due_at)


def _waiting(follow_up: FollowUp) -> Standing:
    if follow_up.contradicted_at is not None:
        return Contradictory(is_asked_once_more=True)
    return Later(follow_up.due_at)


def _ended(follow_up: FollowUp, is_current: bool) -> Standing:
    answer = answer_of(follow_up)
    if answer and is_current:
        return Recorded(answer)
    # Contradictory answers void their link; a question that is asked once more has another.
    if follow_up.contradicted_at is not None and follow_up.link_generation is None:
        return Contradictory(is_asked_once_more=False)
    return Closed()
