"""How often a request under way is read in Crosschq: rarer with its age, and some day not at all. Pure."""

from datetime import datetime, timedelta
from typing import Final

EACH_LOOK_FOR: Final = timedelta(days=7)
"""Since it was sent, or Crosschq last changed it, it is read in each look of reconcile; longer, once a day."""
DAILY_FOR: Final = timedelta(days=30)
"""Longer, once a week."""
EXPIRES_AFTER: Final = timedelta(days=180)
"""Then it is not read any more. A webhook about it still counts."""

CLOCKS_DIFFER: Final = timedelta(hours=1)


def next_check(sent_at: datetime, changed_at: datetime | None, now: datetime) -> datetime | None:
    """When it is to be read again, having been read now; None: it has expired."""
    # A time of Crosschq's that is yet to come would keep the request young for ever.
    is_past = changed_at is not None and changed_at < now + CLOCKS_DIFFER
    age = now - (max(sent_at, changed_at) if changed_at is not None and is_past else sent_at)
    if age < EACH_LOOK_FOR:
        return now
    if age < DAILY_FOR:
        return now + timedelta(days=1)
    return now + timedelta(days=7) if age < EXPIRES_AFTER else None
