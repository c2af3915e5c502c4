"""Days, times and spans as people read them. Times are in UTC and say so."""

from datetime import date, datetime, timedelta

from hiring.answers import Answer
from hiring.outcomes import Outcome

_UNITS = (("week", timedelta(weeks=1)), ("day", timedelta(days=1)), ("hour", timedelta(hours=1)))
_SAID = {Outcome.NOT_HIRED: "not hired", Outcome.OPEN: "not decided yet"}


def day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def moment(at: datetime) -> str:
    return f"{day(at)}, {at:%H:%M} UTC"


def span(length: timedelta) -> str:
    """In the largest unit that gives a whole number; minutes are rounded up."""
    for unit, size in _UNITS:
        if length >= size and not length % size:
            return _counted(length // size, unit)
    return _counted(-(-length // timedelta(minutes=1)), "minute")


def said(answer: Answer) -> str:
    return f"hired on {day(answer.hired_on)}" if answer.hired_on else _SAID[answer.outcome]


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
