"""What the pages without a form say. Words only; none tells anything to whoever has no genuine link."""

from dataclasses import dataclass, replace
from datetime import timedelta

from hiring.outcomes import Outcome
from pages.standing import Closed, Contradictory, Later, NotOpen, Recorded, Superseded
from pages.words import day, moment, said, span


@dataclass(frozen=True)
class Notice:
    title: str
    lines: tuple[str, ...]
    status: int = 200


UNKNOWN = Notice(
    "This link does not work",
    (
        "Please open it from the mail again: a link that was copied may lack its end.",
        "If the mail is old, the question has been closed. The outcome can be recorded in Lever.",
    ),
    404,
)
EXPIRED = Notice(
    "This link has expired",
    ("The mail that it came with is too old to be answered. The outcome can be recorded in Lever.",),
    410,
)
REFUSED = Notice(
    "Your answer was not recorded",
    (
        "It did not come from this page as it was shown to you last. That happens when the page was open for long, or "
        "when its form was sent from a copy of the page somewhere else.",
    ),
    403,
)
TOO_LARGE = Notice("Your answer was not recorded", ("It was too large.",), 413)
UNAVAILABLE = Notice(
    "This page is not available at the moment",
    ("Please try again in a few minutes. The page then shows what has been recorded.",),
    503,
)

_IN_LEVER = "It can be changed in Lever."


def notice(standing: NotOpen, asks_again_after: timedelta) -> Notice:
    match standing:
        case Recorded(answer):
            when = f"This was recorded on {moment(answer.given_at)}."
            if answer.outcome is Outcome.OPEN:
                return Notice(
                    "Not decided yet", (when, f"You will be asked again in {span(asks_again_after)}.")
                )
            words = said(answer)
            return Notice(words[0].upper() + words[1:], (when, _IN_LEVER))
        case Later(due_at):
            again = f"You will be asked again on {day(due_at)}, by a mail with a new link."
            return Notice("Not decided yet", (again, "If you know earlier, it can be recorded in Lever."))
        case Contradictory(is_asked_once_more):
            return Notice("No answer was recorded", _contradictory(is_asked_once_more))
        case Superseded():
            newer = "A newer mail about this candidate has been sent. Please use the link in that one."
            return Notice("There is a newer mail", (newer,), 410)
        case Closed():
            return Notice("This question has been closed", (f"No answer is needed any more. {_IN_LEVER}",))


def not_taken(told: Notice) -> Notice:
    """For an answer that came too late."""
    return replace(told, lines=("What you have just sent was not recorded.", *told.lines), status=409)


def _contradictory(is_asked_once_more: bool) -> tuple[str, ...]:
    what = "We received two different answers within seconds, so neither was recorded."
    if is_asked_once_more:
        return (f"{what} You will get the question once more.",)
    return (f"{what} As that happened twice, you are not asked again. Please record the outcome in Lever.",)
