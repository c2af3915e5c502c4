"""Recorded deliveries become flow runs: each once, whatever crashes or is down in between."""

import asyncio
from datetime import timedelta

import pytest

from store.database import Database
from store.due import DISPATCH_LEASE
from store.run_orders import CHANNEL
from store.tables import Delivery, DeliveryState
from store.vault import Vault
from tests.factories import Connected, connect
from tests.webhook_gateway.inbox import Hung, Runs, deliveries, let_time_pass, record, running
from webhook_gateway.dispatch import BATCH, Dispatcher
from webhook_gateway.metrics import Metrics

LEASE_IS_OVER = DISPATCH_LEASE + timedelta(seconds=1)
NEVER = 3600.0


@pytest.fixture
async def connected(database: Database, vault: Vault) -> Connected:
    return await connect(database, vault)


def dispatcher(database: Database, runs: Runs, poll: float = NEVER) -> Dispatcher:
    return Dispatcher(database, runs, Metrics(), poll=poll)


async def test_what_is_due_is_started_and_its_run_is_noted(database: Database, connected: Connected) -> None:
    await record(database, connected, "o-1", "o-2")
    runs = Runs()
    assert await dispatcher(database, runs).dispatch_due() == 2
    assert sorted(runs.asked) == ["delivery:1:1", "delivery:2:1"]
    for delivery in await deliveries(database):
        assert (delivery.state, delivery.attempt) == (DeliveryState.DISPATCHED, 1)
        assert delivery.flow_run_id == runs.made[f"delivery:{delivery.id}:1"]


async def test_workers_hear_of_each_run_once_it_is_noted(database: Database, connected: Connected) -> None:
    await record(database, connected, "o-1", "o-2")
    heard = asyncio.Event()
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        await driver.add_listener(CHANNEL, lambda *_: heard.set())
        await dispatcher(database, Runs()).dispatch_due()
        async with asyncio.timeout(5):
            await heard.wait()
        assert all(delivery.flow_run_id for delivery in await deliveries(database))
        await driver.reset()


async def test_a_run_is_noted_though_prefect_is_slow_with_another_of_its_batch(
    database: Database, connected: Connected
) -> None:
    await record(database, connected, "o-1", "o-2")

    class SlowForTheSecond(Runs):
        async def start(self, delivery: Delivery) -> str:
            if delivery.id == 2:
                async with asyncio.timeout(5):
                    while not (await deliveries(database))[0].flow_run_id:  # noqa: ASYNC110 - its row alone tells
                        await asyncio.sleep(0)
            return await super().start(delivery)

    await dispatcher(database, SlowForTheSecond()).dispatch_due()
    assert [bool(delivery.flow_run_id) for delivery in await deliveries(database)] == [True, True]


async def test_nothing_is_started_twice(database: Database, connected: Connected) -> None:
    await record(database, connected, "o-1")
    runs = Runs()
    await dispatcher(database, runs).dispatch_due()
    await let_time_pass(database, timedelta(days=1))
    assert await dispatcher(database, runs).dispatch_due() == 0
    assert runs.asked == ["delivery:1:1"]


async def test_of_one_opportunity_only_one_delivery_is_in_hand(
    database: Database, connected: Connected
) -> None:
    await record(database, connected, "o-1", "o-1", "o-2")
    runs = Runs()
    await dispatcher(database, runs).dispatch_due()
    assert sorted(runs.asked) == ["delivery:1:1", "delivery:3:1"]


async def test_deliveries_of_a_paused_connection_wait(database: Database, vault: Vault) -> None:
    paused = await connect(database, vault, paused_because="Lever refuses the key.")
    await record(database, paused, "o-1")
    assert await dispatcher(database, Runs()).dispatch_due() == 0
    assert (await deliveries(database))[0].state is DeliveryState.WAITING


async def test_while_prefect_is_down_a_delivery_stays_claimed_and_is_asked_for_again_under_the_same_key(
    database: Database, connected: Connected
) -> None:
    await record(database, connected, "o-1")
    runs = Runs()
    runs.down = True
    work = dispatcher(database, runs)
    await work.dispatch_due()
    [delivery] = await deliveries(database)
    assert (delivery.state, delivery.attempt, delivery.flow_run_id) == (DeliveryState.DISPATCHED, 1, None)
    assert await work.dispatch_due() == 0
    await let_time_pass(database, LEASE_IS_OVER)
    runs.down = False
    await work.dispatch_due()
    assert runs.asked == ["delivery:1:1"] * 2
    assert (await deliveries(database))[0].flow_run_id == runs.made["delivery:1:1"]


async def test_one_order_that_prefect_refuses_does_not_hold_up_the_others(
    database: Database, connected: Connected
) -> None:
    await record(database, connected, "o-1", "o-2")
    runs = Runs()
    metrics = Metrics()
    await Dispatcher(database, runs, metrics).dispatch_due()
    runs.down = True
    await record(database, connected, "o-3")
    await Dispatcher(database, runs, metrics).dispatch_due()
    counted = [
        metrics.registry.get_sample_value("crosschq_lever_dispatched_total", {"result": one})
        for one in ("started", "failed")
    ]
    assert counted == [2, 1]


@pytest.mark.parametrize("runs", [Hung, Runs])
async def test_a_crash_between_claim_and_run_heals_without_a_second_run(
    database: Database, connected: Connected, runs: type[Runs]
) -> None:
    await record(database, connected, "o-1")
    prefect = runs()
    # Killed while Prefect answers, or right after: either way the run's id never reached the store.
    async with running(dispatcher(database, prefect)):
        await prefect.next()
    [delivery] = await deliveries(database)
    assert (delivery.state, delivery.flow_run_id) == (DeliveryState.DISPATCHED, None)
    await let_time_pass(database, LEASE_IS_OVER)
    after = Runs()
    after.made = prefect.made
    await dispatcher(database, after).dispatch_due()
    assert after.asked == ["delivery:1:1"]
    assert list(after.made) == ["delivery:1:1"]


async def test_wake_starts_at_once_what_was_recorded(database: Database, connected: Connected) -> None:
    runs = Runs()
    work = dispatcher(database, runs)
    async with running(work):
        for number in (1, 2, 3):
            await record(database, connected, f"o-{number}")
            work.wake()
            assert await runs.next() == f"delivery:{number}:1"


async def test_what_is_recorded_while_it_dispatches_is_not_overlooked(
    database: Database, connected: Connected
) -> None:
    class Busy(Runs):
        async def start(self, delivery: object) -> str:
            if not self.asked:
                await record(database, connected, "o-2")
                work.wake()
            return await super().start(delivery)  # type: ignore[arg-type]

    await record(database, connected, "o-1")
    runs = Busy()
    work = dispatcher(database, runs)
    async with running(work):
        assert [await runs.next(), await runs.next()] == ["delivery:1:1", "delivery:2:1"]


async def test_without_being_woken_it_finds_what_another_process_recorded(
    database: Database, connected: Connected
) -> None:
    runs = Runs()
    async with running(dispatcher(database, runs, poll=0.01)):
        await record(database, connected, "o-1")
        assert await runs.next() == "delivery:1:1"


async def test_more_than_one_batch_is_started_without_waiting_for_the_next_poll(
    database: Database, connected: Connected
) -> None:
    await record(database, connected, *(f"o-{number}" for number in range(BATCH + 10)))
    runs = Runs()
    async with running(dispatcher(database, runs)):
        started = {await runs.next() for _ in range(BATCH + 10)}
    assert len(started) == len(runs.asked) == BATCH + 10


async def test_several_dispatchers_on_one_inbox_start_each_delivery_once(
    database: Database, connected: Connected
) -> None:
    await record(database, connected, *(f"o-{number}" for number in range(2 * BATCH)))
    runs = Runs()
    workers = [dispatcher(database, runs) for _ in range(4)]
    while any(await asyncio.gather(*(worker.dispatch_due() for worker in workers))):
        pass
    assert len(runs.asked) == len(set(runs.asked)) == 2 * BATCH
    assert all(delivery.flow_run_id for delivery in await deliveries(database))


async def test_it_ends_when_it_is_cancelled_also_while_prefect_hangs(
    database: Database, connected: Connected
) -> None:
    await record(database, connected, "o-1")
    runs = Hung()
    async with running(dispatcher(database, runs)) as task:
        await runs.next()
        task.cancel()
        async with asyncio.timeout(5):
            with pytest.raises(asyncio.CancelledError):
                await task
