"""Whether webhooks can be recorded: by a small write, and by whether the last one that failed could be recorded now."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select

from store.database import DATABASE_ERRORS, Database
from store.deliveries import Deliveries, NewDelivery
from store.heartbeats import beat
from store.outages import is_outage, why_not_written
from store.tables import WebhookEndpoint

NAME = "gateway"
KEPT_SECONDS = 3.0
"""How long an answer counts: whoever asks more often causes no more writes."""


@dataclass
class LastRecording:
    """Whether the last webhook could be recorded; what could not be, where that was it. Each gateway has its own."""

    has_failed: bool = False
    unrecorded: NewDelivery | None = None

    def succeeded(self) -> None:
        self.has_failed, self.unrecorded = False, None

    def failed(self, error: BaseException, new: NewDelivery | None = None) -> None:
        """Only what may work later counts: a row that no database would take says nothing about this one."""
        if is_outage(error):
            self.has_failed = True
            self.unrecorded = new or self.unrecorded


class _NotKept(Exception):  # noqa: N818 - ends a rehearsal
    pass


@dataclass
class Readiness:
    """`patience` is in seconds: a database that takes longer counts as down."""

    database: Database
    last: LastRecording = field(default_factory=LastRecording)
    patience: float = 3.0
    clock: Callable[[], float] = time.monotonic
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _answer: str | None = None
    _good_until: float = float("-inf")

    async def why_not(self) -> str | None:
        """None: webhooks are recorded; otherwise why not, as part of a sentence."""
        async with self._asking:
            if self.clock() >= self._good_until or (self.last.has_failed and self._answer is None):
                self._answer = await self._try()
                self._good_until = self.clock() + KEPT_SECONDS
            return self._answer

    async def _try(self) -> str | None:
        try:
            async with asyncio.timeout(self.patience):
                async with self.database.transaction() as session:
                    await beat(session, NAME)
                if self.last.has_failed:
                    await self._rehearse()
        except DATABASE_ERRORS as error:
            return why_not_written(error)
        return None

    async def _rehearse(self) -> None:
        """Do again what failed, and take it back: its vendor sends it again. Where a heartbeat fits, a row may not."""
        try:
            async with self.database.transaction() as session:
                await session.execute(select(WebhookEndpoint.id).limit(1).with_for_update())
                if self.last.unrecorded:
                    await Deliveries(session).record(self.last.unrecorded)
                raise _NotKept
        except _NotKept:
            self.last.succeeded()
        except DATABASE_ERRORS as error:
            if is_outage(error):
                raise
            # Its connection was removed meanwhile, say.
            self.last.succeeded()
