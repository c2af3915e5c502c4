"""How long to wait before a harmless repeat, in seconds. Pure: never sleeps; time and dice are given."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

REPEATS = 2
LONGEST_HONOURED = 5.0
LONGEST_BELIEVED = 7 * 86_400.0
"""Of a Retry-After: beyond a week, before or after now, it is no plan of the vendor's but somebody's mistake."""
_FIRST_LONGEST = 1.0


def wait_before_repeat(repeat: int, dice: float, retry_after: float | None = None) -> float | None:
    """Seconds before repeat number `repeat` (1, 2); None when there should be none in this call.

    `dice` is 0..1. A longer `Retry-After` than we honour means: give up now and come back in another run.
    """
    if repeat > REPEATS or (retry_after is not None and retry_after > LONGEST_HONOURED):
        return None
    longest = _FIRST_LONGEST * repeat
    backoff = longest * (0.3 + 0.7 * dice)
    return max(backoff, retry_after or 0.0)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """The header `Retry-After`, seconds or an HTTP date (RFC 9110, 10.2.3); None if absent, unreadable or absurd."""
    seconds = None if header is None else _seconds_of(header, now)
    if seconds is None or abs(seconds) > LONGEST_BELIEVED:
        return None
    return max(0.0, seconds)


def _seconds_of(header: str, now: datetime) -> float | None:
    if re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", header, re.ASCII):
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
        return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
