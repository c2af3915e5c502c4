"""Days, times and spans as people read them. Days are the company's; times are in UTC and say so."""

from datetime import UTC, date, datetime, timedelta, tzinfo

from hiring.answers import Answer
from hiring.local_days import TIME_ZONE, day_in_words, local_day
from hiring.outcomes import Outcome

_UNITS = (("week", timedelta(weeks=1)), ("day", timedelta(days=1)), ("hour", timedelta(hours=1)))
_SAID = {Outcome.NOT_HIRED: "not hired", Outcome.OPEN: "not decided yet"}


def day(on: date, zone: tzinfo = TIME_ZONE) -> str:
    """Of an instant: the day on which it falls in `zone`."""
    return day_in_words(local_day(on, zone) if isinstance(on, datetime) else on)


def moment(at: datetime) -> str:
    return f"{day(at, UTC)}, {at.astimezone(UTC):%H:%M} UTC"


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
