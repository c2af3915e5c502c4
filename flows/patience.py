"""Waits while a vendor says that it is asked too often: that is never a failure. Asks nothing itself."""

import asyncio
from collections.abc import Awaitable, Callable
from math import inf
from typing import TypeVar

from outbound.errors import SlowDown

R = TypeVar("R")

LONGEST_WAIT = 30.0
"""Seconds for which a vendor is left in peace when it says that it is asked too often."""


class Patience:
    """With a vendor that is asked too often, as others use its key, too: no failure, and the switch still counts."""

    def __init__(self) -> None:
        self._pause = 1.0
        self.waited = 0.0
        """Seconds, all waits together."""

    async def wait(self, slow: SlowDown) -> None:
        """As long as it asks for, else twice as long each time, but never so long that a switch goes unseen."""
        pause = min(slow.retry_after or self._pause, LONGEST_WAIT)
        await asyncio.sleep(pause)
        self.waited += pause
        self._pause *= 2


async def patiently(call: Callable[[], Awaitable[R]], *, at_most: float = inf) -> R:
    """What the call returns, once the vendor has time for it. Raises SlowDown after waits of `at_most` seconds."""
    patience = Patience()
    while True:
        try:
            return await call()
        except SlowDown as slow:
            if patience.waited >= at_most:
                raise
            await patience.wait(slow)
