"""What time it is for a stand-in. Options carry a `Clock`, so that a test can say what "now" means."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The wall clock, UTC-aware."""
    return datetime.now(UTC)
