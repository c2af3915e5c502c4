"""When something that failed for now is tried again, and when a person must look at it instead."""

from datetime import datetime, timedelta

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)


def next_attempt_at(
    first_attempt_at: datetime, now: datetime, give_up_after: timedelta, dice: float
) -> datetime | None:
    """Waits as long again as it has failed so far, from 5 s to an hour; `dice` in [0, 1) spreads that by a third.

    None when the next attempt would come later than `give_up_after` the first one. Of an export, which gets on for
    hours, `first_attempt_at` is when it last got on (tasks.export_progress).
    """
    wait = min(max(now - first_attempt_at, FIRST_WAIT), LONGEST_WAIT) * (1 + dice / 3)
    return now + wait if now + wait <= first_attempt_at + give_up_after else None
