"""One token bucket per vendor key in PostgreSQL, so that every process of the installation shares the limit."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sqlalchemy import text

from outbound.limiter import Priority
from store.database import Database
from store.tables import Vendor

# The database's clock: processes on several machines need not agree on the time. Set back, it takes no turns away.
_REFILL = """
    least(:burst, rate_bucket.tokens
        + :rate * greatest(0, extract(epoch FROM clock_timestamp() - rate_bucket.refilled_at)::float8))
"""
# A request always gets its turn, if need be ahead of time: the bucket goes into debt and the caller waits that long.
# An export gets one only while more than its reserve is left, so that it yields to requests.
_TAKE = text(f"""
    INSERT INTO rate_bucket AS rate_bucket (connection_id, vendor, tokens, refilled_at)
    VALUES (:connection_id, :vendor, :burst - 1, clock_timestamp())
    ON CONFLICT (connection_id, vendor) DO UPDATE
    SET tokens = {_REFILL} - 1, refilled_at = clock_timestamp()
    WHERE {_REFILL} - 1 >= :reserve
    RETURNING tokens
""")  # noqa: S608 - no value from outside: the parts are constants above
_NO_RESERVE = -1_000_000.0


@dataclass(frozen=True)
class SharedLimiter:
    """`rate` calls a second with bursts of `burst`; `exports_leave` turns are kept for requests."""

    database: Database
    connection_id: int
    vendor: Vendor
    rate: float = 10.0
    burst: float = 10.0
    exports_leave: float = 5.0
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _queue: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Of exports of this process: one asks, the others wait behind it instead of asking as well."""
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """One connection for all who ask at once: the bucket's row would let them in one by one in any case."""

    async def take(self, priority: Priority) -> None:
        """Returns when one call may be made."""
        if priority is Priority.EXPORT:
            async with self._queue:
                while await self._try(self.exports_leave) is None:
                    await self.sleep(1 / self.rate)
        elif (left := await self._try(_NO_RESERVE)) is not None and left < 0:
            await self.sleep(-left / self.rate)

    async def _try(self, reserve: float) -> float | None:
        async with self._asking, self.database.transaction() as session:
            tokens: float | None = await session.scalar(
                _TAKE,
                {
                    "connection_id": self.connection_id,
                    "vendor": self.vendor.value,
                    "rate": self.rate,
                    "burst": self.burst,
                    "reserve": reserve,
                },
            )
            return tokens
