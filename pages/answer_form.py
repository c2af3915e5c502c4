"""What the owner filled in, as an answer or as what is wrong with it. Performs no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from hiring.answers import Answer
from hiring.local_days import TIME_ZONE, local_day
from hiring.outcomes import Outcome
from pages.words import day

A_YEAR = timedelta(days=365)
AHEAD = timedelta(hours=14)
"""How far the easternmost clocks on earth are ahead of UTC: for somebody there it is tomorrow already."""


@dataclass(frozen=True)
class Days:
    """The days on which somebody may have been hired."""

    earliest: date
    today: date
    latest: date

    @classmethod
    def around(cls, reported_at: datetime, now: datetime, zone: tzinfo = TIME_ZONE) -> "Days":
        """From a year before the report until today."""
        return cls(local_day(reported_at - A_YEAR, zone), local_day(now, zone), local_day(now + AHEAD, UTC))


@dataclass(frozen=True)
class Problem:
    """Why nothing was recorded; `field` is what to correct: outcome or hired_on."""

    field: str
    text: str


def read_answer(fields: Mapping[str, str], days: Days, now: datetime) -> Answer | Problem:
    outcome = chosen(fields)
    if outcome is None:
        return Problem("outcome", "Please choose one of the three answers.")
    if outcome is not Outcome.HIRED:
        return Answer(outcome, now)
    try:
        hired_on = date.fromisoformat(fields.get("hired_on", ""))
    except ValueError:
        return Problem("hired_on", f"Please give the day of the hire, such as {days.today}.")
    if hired_on > days.latest:
        return Problem("hired_on", "The day of the hire cannot be in the future.")
    if hired_on < days.earliest:
        return Problem("hired_on", f"The day of the hire cannot be before {day(days.earliest)}.")
    return Answer(outcome, now, hired_on)


def chosen(fields: Mapping[str, str]) -> Outcome | None:
    value = fields.get("outcome")
    return Outcome(value) if value in list(Outcome) else None
