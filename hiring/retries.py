"""When something that failed for now is tried again, and when a person must look at it instead."""

from datetime import datetime, timedelta

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)


def next_attempt_at(
    attempt: int, first_attempt_at: datetime, now: datetime, give_up_after: timedelta, dice: float
) -> datetime | None:
    """After failed attempt 1, 2, 3 ... waits 5, 10, 20 s ... up to an hour; `dice` in [0, 1) spreads them by a third.

    None when the next attempt would come later than `give_up_after` the first one.
    """
    wait = min(FIRST_WAIT * 2 ** min(attempt - 1, 20), LONGEST_WAIT) * (1 + dice / 3)
    return now + wait if now + wait <= first_attempt_at + give_up_after else None
