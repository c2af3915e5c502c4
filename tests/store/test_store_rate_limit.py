"""One bucket for every process: a burst at once, then one call after the other; exports leave room for requests."""

import asyncio
import time
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from outbound.limiter import Priority
from store.database import Database, PoolSize
from store.rate_limit import SharedLimiter
from store.tables import Vendor
from store.vault import Vault
from tests.factories import connect

SLOW = 0.001
"""Calls a second: a wait is 1000 s for each call, against which the time that a test takes is nothing."""
EACH = 1 / SLOW


@dataclass
class Process:
    """A limiter whose waits are remembered instead of waited; `meanwhile` lets time pass in the database."""

    database: Database
    connection_id: int
    passes: float = 0.0
    vendor: Vendor = Vendor.LEVER
    waits: list[float] = field(default_factory=list)

    async def take(self, priority: Priority = Priority.REQUEST, *, times: int = 1) -> None:
        limiter = SharedLimiter(
            self.database,
            self.connection_id,
            self.vendor,
            rate=SLOW,
            burst=10,
            exports_leave=5,
            sleep=self._sleep,
        )
        for _ in range(times):
            await limiter.take(priority)

    async def one_waits(self) -> bool:
        """For another's row in the database."""
        async with self.database.transaction() as session:
            found = text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            return (await session.execute(found)).first() is not None

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        assert len(self.waits) < 50, "It waits for ever."
        if self.passes:
            await let_pass(self.database, self.passes)


async def let_pass(database: Database, seconds: float) -> None:
    async with database.transaction() as session:
        await session.execute(
            text(
                "UPDATE rate_bucket SET refilled_at = refilled_at - CAST(:seconds AS float8) * interval '1 second'"
            ),
            {"seconds": seconds},
        )


@pytest.fixture
async def process(database: Database, vault: Vault) -> Process:
    return Process(database, (await connect(database, vault)).connection.id)


def _about(*seconds: float) -> object:
    return pytest.approx(list(seconds), rel=0.02)


async def test_a_burst_goes_at_once_and_then_calls_are_spaced_exactly(process: Process) -> None:
    await process.take(times=10)
    assert process.waits == []
    await process.take(times=3)
    assert process.waits == _about(EACH, 2 * EACH, 3 * EACH)


async def test_processes_share_one_bucket(process: Process, store_url: str) -> None:
    other = Process(Database(store_url), process.connection_id)
    await asyncio.gather(process.take(times=6), other.take(times=6))
    assert sorted(process.waits + other.waits) == _about(EACH, 2 * EACH)
    await other.database.close()


async def test_a_whole_crowd_gets_one_turn_each(process: Process) -> None:
    await asyncio.gather(*(process.take() for _ in range(20)))
    assert sorted(process.waits) == _about(*(EACH * place for place in range(1, 11)))


async def test_vendors_and_connections_have_buckets_of_their_own(process: Process, vault: Vault) -> None:
    await process.take(times=10)
    elsewhere = await connect(process.database, vault)
    others = [
        Process(process.database, process.connection_id, vendor=Vendor.CROSSCHQ),
        Process(process.database, elsewhere.connection.id),
    ]
    for other in others:
        await other.take(times=10)
        assert other.waits == []


async def test_the_bucket_fills_with_time_and_never_over_its_brim(process: Process) -> None:
    await process.take(times=12)
    await let_pass(process.database, 5 * EACH)
    process.waits.clear()
    await process.take(times=3)
    assert process.waits == []
    await let_pass(process.database, 1000 * EACH)
    await process.take(times=11)
    assert process.waits == _about(EACH)


async def test_an_export_leaves_its_reserve_to_requests(process: Process) -> None:
    export = Process(process.database, process.connection_id, passes=EACH)
    await export.take(Priority.EXPORT, times=5)
    assert export.waits == []
    await process.take(times=5)
    assert process.waits == []
    await export.take(Priority.EXPORT)
    assert export.waits == _about(*([EACH] * 6))


async def test_an_export_waits_as_long_as_requests_come(process: Process) -> None:
    await process.take(times=5)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        assert len(waits) < 50, "It waits for ever."
        await let_pass(process.database, EACH)
        if len(waits) < 8:
            await process.take()

    exports = SharedLimiter(process.database, process.connection_id, Vendor.LEVER, rate=SLOW, sleep=sleep)
    await exports.take(Priority.EXPORT)
    assert len(waits) == 8
    assert process.waits == []


async def test_a_clock_that_was_set_back_takes_no_turns_away(process: Process) -> None:
    await process.take(times=2)
    await let_pass(process.database, -1000 * EACH)
    await process.take(times=8)
    assert process.waits == []
    await process.take()
    assert process.waits == _about(EACH)


async def test_in_real_time_no_more_is_granted_than_burst_and_rate_allow(process: Process) -> None:
    limiter = SharedLimiter(process.database, process.connection_id, Vendor.LEVER, rate=50, burst=5)
    began = time.monotonic()
    await asyncio.gather(*(limiter.take(Priority.REQUEST) for _ in range(15)))
    assert time.monotonic() - began >= (15 - 5) / 50 - 0.01


async def test_all_who_ask_at_once_take_one_of_the_databases_connections(
    process: Process, store_url: str
) -> None:
    await process.take()
    narrow = Database(store_url, pool=PoolSize(1, 1))
    limiter = SharedLimiter(narrow, process.connection_id, Vendor.LEVER)
    async with process.database.transaction() as holding:
        await holding.execute(text("SELECT FROM rate_bucket FOR UPDATE"))
        crowd = asyncio.gather(*(limiter.take(Priority.REQUEST) for _ in range(5)))
        while not await process.one_waits():
            pass
        async with asyncio.timeout(4), narrow.transaction() as other:  # before the pool gives up waiting
            assert await other.scalar(text("SELECT 1")) == 1
    await crowd
    await narrow.close()
