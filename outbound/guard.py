"""What must still hold when a write is about to leave: asked after every wait, as the last thing before its bytes.

A process may be frozen while it waits for a turn, and go on when another one has long done its work.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Check = Callable[[], Awaitable[None]]
"""Raises if the write may not be made any more."""

_check: ContextVar[Check | None] = ContextVar("check_before_write", default=None)


@contextmanager
def checked_before_writes(check: Check) -> Iterator[None]:
    """Each write within the block, to a vendor or a mail server, asks `check` first."""
    token = _check.set(check)
    try:
        yield
    finally:
        _check.reset(token)


async def check_before_write() -> None:
    """Raises what the check around this code raises; without one, every write may be made."""
    if check := _check.get():
        await check()
