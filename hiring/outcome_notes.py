"""What recruiters read on the opportunity about the outcome: one tag, and a note of each change. Composes text only.

Text from outside is made harmless here; mentions are, in every note, by the client (lever.notes).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from hiring.local_days import TIME_ZONE, day_in_words, local_day_in_words
from hiring.outcomes import Outcome, OutcomeSource
from hiring.outside_text import one_line, without_marks

HIRED = "Crosschq outcome: hired"
NOT_HIRED = "Crosschq outcome: not hired"

NOT_ARCHIVED = (
    "Lever did not let the opportunity be archived with the chosen reason: please archive it by hand."
)

_TAGS = {Outcome.HIRED: HIRED, Outcome.NOT_HIRED: NOT_HIRED}
_IN_CROSSCHQ = {Outcome.HIRED: "hired", Outcome.NOT_HIRED: "not hired", Outcome.OPEN: "undecided"}
_LONGEST_LINK = 2000


@dataclass(frozen=True)
class Said:
    """One version of the outcome: since when it is known, and `by` whom, where somebody answered."""

    outcome: Outcome
    source: OutcomeSource
    at: datetime
    hired_on: date | None = None
    by: str | None = None


def outcome_tag(outcome: Outcome) -> str | None:
    """None: an open outcome has no tag."""
    return _TAGS.get(outcome)


def tells_outcome(tags: Iterable[str]) -> bool:
    """Whether one of our outcome tags is among them."""
    return any(tag in _TAGS.values() for tag in tags)


def outdated_outcome_tags(tags: Iterable[str], current: str | None) -> list[str]:
    """Those of our outcome tags that no longer say how things are; others' tags are never among them."""
    return [tag for tag in tags if tag != current and tag in _TAGS.values()]


def shown(said: Said, zone: tzinfo = TIME_ZONE) -> str:
    """Both systems have it."""
    return f"{_outcome(said)}\n{_who(said, zone)}\nCrosschq shows it too."


def shown_but_by_hand(said: Said, request_link: str | None, zone: tzinfo = TIME_ZONE) -> str:
    """Where Crosschq has no call for it. `request_link` leads to the request in Crosschq, if that is known."""
    where = f": {without_marks(one_line(request_link, _LONGEST_LINK))}" if request_link else "."
    wanted = _IN_CROSSCHQ[said.outcome]
    return (
        f"{_outcome(said)}\n{_who(said, zone)}\n"
        f"This Crosschq cannot be told automatically: please enter '{wanted}' in Crosschq by hand{where}"
    )


def _outcome(said: Said) -> str:
    if said.outcome is Outcome.OPEN:
        return "Outcome: open again."
    day = f" on {day_in_words(said.hired_on)}" if said.hired_on else ""
    return f"Outcome: {said.outcome.words}{day}."


def _who(said: Said, zone: tzinfo) -> str:
    day = local_day_in_words(said.at, zone)
    match said.source:
        case OutcomeSource.ANSWER:
            who = without_marks(one_line(said.by or "")) or "Who was asked"
            return f"{who} said so in answer to our e-mail on {day}."
        case OutcomeSource.CROSSCHQ:
            return f"It was set in Crosschq, as seen on {day}."
        case OutcomeSource.LEVER if said.outcome is Outcome.OPEN:
            return f"The archive in Lever does not say otherwise any more, as seen on {day}."
        case OutcomeSource.LEVER:
            return f"The archive in Lever says so, as seen on {day}."
