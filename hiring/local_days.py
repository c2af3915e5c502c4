"""Calendar days of instants, as the company's people count them. Pure."""

from datetime import date, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

TIME_ZONE: Final[tzinfo] = ZoneInfo("UTC")
"""The company's. Vendors' times and ours are instants; a day is one only in a time zone."""


def local_day(at: datetime, zone: tzinfo = TIME_ZONE) -> date:
    """The day on which `at`, which knows its offset, falls for people in `zone`."""
    return at.astimezone(zone).date()


def day_in_words(on: date) -> str:
    """As `2 March 2026`; of an instant, take its local day first."""
    return f"{on.day} {on:%B %Y}"


def local_day_in_words(at: datetime, zone: tzinfo = TIME_ZONE) -> str:
    return day_in_words(local_day(at, zone))
