"""Each waiting follow-up gets its one run in Prefect, and runs that wait for nothing are cancelled there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from store.database import Database
from store.vault import Vault
from store.wake_ups import WakeUp, WakeUps
from tests.factories import Connected, connect
from tests.store.inbox import LATER
from tests.store.waits import begin, end, get, hand_over, make_due, reschedule, unarmed, void_runs
from tools.bench.waiting import Waiting
from webhook_gateway.dispatch import AT_ONCE
from webhook_gateway.prefect_runs import PrefectUnavailable
from webhook_gateway.wake_ups import BATCH, Armer

SOON = datetime(2099, 1, 1, tzinfo=UTC)
NEVER = 3600.0


class Prefect:
    """Remembers: a repeated token gets the run it has. `down`: it does not answer; `refuses`: not about these."""

    def __init__(self) -> None:
        self.waiting: dict[str, datetime] = {}
        """By run: when it is to begin."""
        self.made: dict[str, str] = {}
        """By token."""
        self.cancelled: list[str] = []
        self.down = False
        self.refuses: set[str] = set()
        self.most_at_once = self._at_once = 0

    async def schedule(self, wake_up: WakeUp) -> str:
        async with self._answering(wake_up.token):
            flow_run_id = self.made.setdefault(wake_up.token, str(uuid4()))
            self.waiting.setdefault(flow_run_id, wake_up.due_at)
            return flow_run_id

    async def cancel(self, flow_run_id: str) -> None:
        async with self._answering(flow_run_id):
            self.waiting.pop(flow_run_id, None)
            self.cancelled.append(flow_run_id)

    @asynccontextmanager
    async def _answering(self, about: str) -> AsyncIterator[None]:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        await asyncio.sleep(0)
        self._at_once -= 1
        if self.down or about in self.refuses:
            raise PrefectUnavailable("down")
        yield


@pytest.fixture
async def connected(database: Database, vault: Vault) -> Connected:
    return await connect(database, vault)


@pytest.fixture
def prefect() -> Prefect:
    return Prefect()


@pytest.fixture
def armer(database: Database, prefect: Prefect) -> Armer:
    return Armer(database, prefect, poll=NEVER)


async def test_a_follow_up_gets_a_run_that_waits_for_its_time(
    database: Database, connected: Connected, prefect: Prefect, armer: Armer
) -> None:
    waiting = await begin(database, connected)
    assert await armer.arm_once() == 1
    (flow_run_id,) = prefect.waiting
    assert prefect.waiting[flow_run_id] == LATER
    assert (await get(database, waiting.id)).flow_run_id == flow_run_id


async def test_arming_twice_makes_one_run(
    database: Database, connected: Connected, prefect: Prefect, armer: Armer
) -> None:
    await begin(database, connected)
    assert [await armer.arm_once() for _ in range(2)] == [1, 0]
    assert len(prefect.waiting) == 1


async def test_many_gateways_at_once_make_one_run_for_each(
    database: Database, connected: Connected, prefect: Prefect
) -> None:
    for number in range(12):
        await begin(database, connected, f"opportunity-{number}")
    await asyncio.gather(*(Armer(database, prefect).arm_once() for _ in range(4)))
    assert len(prefect.waiting) == 12
    assert await unarmed(database) == []
    assert await void_runs(database) == {}


async def test_a_crash_between_an_order_and_its_record_leaves_one_run(
    database: Database, connected: Connected, prefect: Prefect, armer: Armer
) -> None:
    waiting = await begin(database, connected)
    (wake_up,) = await unarmed(database)
    lost = await prefect.schedule(wake_up)
    await armer.arm_once()
    assert list(prefect.waiting) == [lost]
    assert (await get(database, waiting.id)).flow_run_id == lost


async def test_scheduled_anew_the_new_run_waits_and_the_old_one_is_cancelled(
    database: Database, connected: Connected, prefect: Prefect, armer: Armer
) -> None:
    waiting = await begin(database, connected)
    await armer.arm_once()
    (old,) = prefect.waiting
    await reschedule(database, waiting.id, SOON)
    assert await armer.arm_once() == 2
    assert prefect.cancelled == [old]
    assert list(prefect.waiting.values()) == [SOON]
    assert await armer.arm_once() == 0


async def test_scheduled_anew_while_its_run_is_ordered_that_run_is_cancelled_with_the_next_look(
    database: Database, connected: Connected, prefect: Prefect, armer: Armer
) -> None:
    waiting = await begin(database, connected)

    class Overtaken(Prefect):
        async def schedule(self, wake_up: WakeUp) -> str:
            await reschedule(database, waiting.id, SOON)
            return await prefect.schedule(wake_up)

    await Armer(database, Overtaken()).arm_once()
    (void,) = prefect.waiting
    await armer.arm_once()
    assert prefect.cancelled == [void]
    assert list(prefect.waiting.values()) == [SOON]


async def test_an_ended_follow_up_leaves_no_run_in_prefect(
    database: Database, connected: Connected, prefect: Prefect, armer: Armer
) -> None:
    waiting = await begin(database, connected)
    await armer.arm_once()
    await end(database, waiting.id)
    await armer.arm_once()
    assert prefect.waiting == {}
    assert await void_runs(database) == {}


async def test_one_that_is_in_the_inbox_gets_no_run(
    database: Database, connected: Connected, prefect: Prefect, armer: Armer
) -> None:
    waiting = await begin(database, connected)
    await make_due(database, waiting.id)
    await hand_over(database, waiting.id)
    assert await armer.arm_once() == 0
    assert prefect.made == {}


async def test_a_run_that_is_gone_in_prefect_is_forgotten_and_not_asked_for_again(
    database: Database, connected: Connected, prefect: Prefect, armer: Armer
) -> None:
    waiting = await begin(database, connected)
    await armer.arm_once()
    prefect.waiting.clear()
    await end(database, waiting.id)
    assert [await armer.arm_once() for _ in range(2)] == [1, 0]
    assert len(prefect.cancelled) == 1


async def test_what_prefect_did_not_take_is_tried_again(
    database: Database, connected: Connected, prefect: Prefect, armer: Armer
) -> None:
    waiting = await begin(database, connected)
    await armer.arm_once()
    await reschedule(database, waiting.id, SOON)
    prefect.down = True
    assert await armer.arm_once() == 0
    assert len(await void_runs(database)) == len(await unarmed(database)) == 1
    prefect.down = False
    assert await armer.arm_once() == 2


async def test_one_that_prefect_refuses_does_not_hold_up_the_others(
    database: Database, connected: Connected, prefect: Prefect, armer: Armer
) -> None:
    for number in range(1, 4):
        await begin(database, connected, f"opportunity-{number}")
    prefect.refuses = {"followup:2:1:0"}
    assert await armer.arm_once() == 2
    assert [one.follow_up_id for one in await unarmed(database)] == [2]


async def test_no_more_orders_are_under_way_than_prefect_can_take(
    database: Database, connected: Connected, prefect: Prefect, armer: Armer
) -> None:
    async with database.transaction() as session:
        await Waiting(session).add(connected.connection.id, BATCH + 1)
    assert [await armer.arm_once() for _ in range(2)] == [BATCH, 1]
    assert prefect.most_at_once == AT_ONCE


async def test_more_than_one_batch_is_ordered_without_waiting_for_the_next_poll(
    database: Database, connected: Connected, prefect: Prefect, armer: Armer
) -> None:
    async with database.transaction() as session:
        await Waiting(session).add(connected.connection.id, 2 * BATCH)
    async with at_work(armer):
        await until_armed(database, 2 * BATCH)
    assert len(prefect.waiting) == 2 * BATCH


async def test_a_poll_finds_what_began_after_the_last_one(
    database: Database, connected: Connected, prefect: Prefect
) -> None:
    async with at_work(Armer(database, prefect, poll=0.01)):
        await begin(database, connected)
        await until_armed(database, 1)


async def test_a_database_that_is_away_is_waited_for(
    store_url: str, database: Database, connected: Connected, prefect: Prefect
) -> None:
    await begin(database, connected)

    class Away(Database):
        times = 2

        @asynccontextmanager
        async def transaction(self) -> AsyncIterator[AsyncSession]:
            if self.times:
                self.times -= 1
                raise ConnectionRefusedError
            async with super().transaction() as session:
                yield session

    away = Away(store_url)
    async with at_work(Armer(away, prefect, poll=0.01)):
        await until_armed(database, 1)
    await away.close()


@asynccontextmanager
async def at_work(armer: Armer) -> AsyncIterator[None]:
    task = asyncio.create_task(armer.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until_armed(database: Database, count: int) -> None:
    """Returns once so many follow-ups have a run; fails the test when that takes ten seconds."""
    async with asyncio.timeout(10):
        while True:
            async with database.transaction() as session:
                if len(await WakeUps(session).longest_unseen(count)) == count:
                    return
