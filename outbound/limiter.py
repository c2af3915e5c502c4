"""Turns to call a vendor, as the callers see them. Counts nothing: the shared limiter lives in store/."""

from enum import IntEnum
from typing import Protocol


class Priority(IntEnum):
    """Who goes first when turns are short: the lower number."""

    REQUEST = 0
    EXPORT = 1


class RateLimiter(Protocol):
    """Gives out turns for one vendor's key."""

    async def take(self, priority: Priority) -> None:
        """Return when exactly one call may be made."""


class Unlimited:
    """Always the caller's turn: for tests and for vendors without a limit."""

    async def take(self, priority: Priority) -> None:
        """Return at once."""
