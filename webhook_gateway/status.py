"""Measure how the installation is, on demand: what was measured counts for some seconds, and nothing may hold it up."""

import asyncio
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from store.database import DATABASE_ERRORS, Database
from store.dispatch_lag import DispatchLag, dispatch_lag
from webhook_gateway import health
from webhook_gateway.health import Finding, Part, PoolSeen, Shown, Since
from webhook_gateway.prefect_runs import PrefectUnavailable
from webhook_gateway.readiness import Readiness

KEPT_SECONDS = 5.0


class Pools(Protocol):
    async def pool(self, name: str) -> PoolSeen | None:
        """None: there is no such pool. Raises PrefectUnavailable."""


@dataclass(frozen=True)
class Status:
    """All parts, and the numbers that metrics show; None where they could not be had."""

    parts: Mapping[Part, Shown]
    oldest_due_seconds: float | None
    without_run: int | None
    disk_free: int | None

    @property
    def ok(self) -> bool:
        return all(one.finding.ok for one in self.parts.values())


@dataclass
class StatusBoard:
    """`patience` is in seconds, for each part; `since` is kept in memory and begins with the process."""

    database: Database
    readiness: Readiness
    pools: Pools
    work_pool: str
    data_dir: Path
    now: Callable[[], datetime]
    patience: float = 3.0
    clock: Callable[[], float] = time.monotonic
    _since: Since = field(default_factory=Since)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _last: Status | None = None
    _good_until: float = float("-inf")

    async def look(self) -> Status:
        """As it is, or was some seconds ago."""
        async with self._looking:
            if self._last is None or self.clock() >= self._good_until:
                self._last = await self._measure()
                self._good_until = self.clock() + KEPT_SECONDS
            return self._last

    async def _measure(self) -> Status:
        why_not, (pool, problem), lag = await asyncio.gather(
            self.readiness.why_not(), self._pool(), self._lag()
        )
        now, free = self.now(), self._disk()
        findings = {
            Part.DATABASE: health.database(why_not),
            Part.PREFECT: health.prefect(pool, problem),
            Part.WORK_POOL: health.work_pool(pool, problem),
            Part.WORKER: health.worker(pool, problem, now),
            Part.DISPATCHER: self._dispatcher(lag, now),
            Part.DISK: health.disk(*free)
            if free
            else health.not_measured("the data folder cannot be looked at"),
        }
        late = (now - lag.oldest_due).total_seconds() if lag and lag.oldest_due else 0.0
        return Status(
            {part: self._since.show(part, finding, now) for part, finding in findings.items()},
            max(late, 0.0) if lag else None,
            lag.without_run if lag else None,
            free[0] if free else None,
        )

    def _dispatcher(self, lag: DispatchLag | None, now: datetime) -> Finding:
        if lag is None:
            return health.not_measured("the database does not tell")
        return health.dispatcher(lag.oldest_due, lag.without_run, now)

    async def _pool(self) -> tuple[PoolSeen | None, str]:
        """The pool, and why Prefect did not tell; blank where it did."""
        try:
            async with asyncio.timeout(self.patience):
                return await self.pools.pool(self.work_pool), ""
        except TimeoutError:
            return None, "Prefect's API does not answer in time."
        except PrefectUnavailable as error:
            return None, str(error)

    async def _lag(self) -> DispatchLag | None:
        try:
            async with asyncio.timeout(self.patience), self.database.transaction() as session:
                return await dispatch_lag(session)
        except DATABASE_ERRORS:
            return None

    def _disk(self) -> tuple[int, int] | None:
        """Free and all bytes, where the data folder is or would be; None where this process may not look."""
        with suppress(PermissionError):
            for folder in (self.data_dir, *self.data_dir.absolute().parents):
                if folder.exists():
                    usage = shutil.disk_usage(folder)
                    return usage.free, usage.total
        return None


def as_json(status: Status) -> dict[str, object]:
    parts = {
        part.value: {
            "ok": one.finding.ok,
            "says": one.finding.says,
            "since": one.since.isoformat(timespec="seconds"),
        }
        for part, one in status.parts.items()
    }
    return {"ok": status.ok, **parts}
