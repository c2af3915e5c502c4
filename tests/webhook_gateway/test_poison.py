"""A row that fails by itself is set aside and shown; what fails for all is waited for. Neither ends the gateway."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

import webhook_gateway.prefect_runs as prefect_runs
from hiring.follow_ups import FollowUpState
from store.audits import PersonsWord
from store.database import Database
from store.due import DISPATCH_LEASE
from store.replaying import replay
from store.tables import Delivery, DeliveryState
from store.vault import Vault
from store.wake_ups import WakeUp
from tests.factories import Connected, connect
from tests.store.waits import begin, get, note_run, reschedule, unarmed, void_runs
from tests.webhook_gateway.inbox import Runs, deliveries, let_time_pass, record, running
from tests.webhook_gateway.senders import NOW
from webhook_gateway.dispatch import Dispatcher
from webhook_gateway.metrics import Metrics
from webhook_gateway.poison import REFUSED, UNEXPECTED, Backoff, Strikes
from webhook_gateway.prefect_runs import NotOrderable, PrefectRefused, PrefectRuns
from webhook_gateway.wake_ups import Armer

NEVER = 3600.0
LEASE_IS_OVER = DISPATCH_LEASE + timedelta(seconds=1)


class Choosy(Runs):
    """A Prefect with which the orders for some subjects fail, or all of them."""

    def __init__(self, error: Exception, *subjects: str, fails_for_all: bool = False) -> None:
        super().__init__()
        self.error, self.subjects, self.fails_for_all = error, subjects, fails_for_all

    async def start(self, delivery: Delivery) -> str:
        if self.fails_for_all or delivery.subject in self.subjects:
            raise self.error
        return await super().start(delivery)


@pytest.fixture
async def connected(database: Database, vault: Vault) -> Connected:
    return await connect(database, vault)


def dispatcher(database: Database, runs: prefect_runs.FlowRuns, poll: float = NEVER) -> Dispatcher:
    return Dispatcher(database, runs, Metrics(), poll=poll)


async def rounds(database: Database, work: Dispatcher, number: int) -> None:
    """So many leases, one after the other."""
    for _ in range(number):
        await work.dispatch_due()
        await let_time_pass(database, LEASE_IS_OVER)


async def states(database: Database) -> list[DeliveryState]:
    return [one.state for one in await deliveries(database)]


async def test_a_row_that_no_order_can_be_made_of_is_given_up_at_once_after_the_rest_of_its_batch(
    database: Database, connected: Connected
) -> None:
    await record(database, connected, "o-1", "o-2", "o-3")
    await dispatcher(database, Choosy(NotOrderable("KeyError"), "opportunity:o-1")).dispatch_due()
    first, *others = await deliveries(database)
    assert (first.state, first.outcome) == (
        DeliveryState.DEAD,
        "No flow run could be started: no order can be made of it (KeyError). Replay it once that is mended.",
    )
    assert first.finished_at is not None
    assert all(one.flow_run_id for one in others)


@pytest.mark.parametrize("broken", ["run_name", "run_parameters", "run_tags"])
async def test_whatever_fails_while_the_order_is_made_up_is_the_rows_fault(
    database: Database, connected: Connected, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fails(_delivery: Delivery) -> None:
        raise KeyError("opportunity:o-1")

    monkeypatch.setattr(prefect_runs, broken, fails)
    await record(database, connected, "o-1")
    await dispatcher(database, PrefectRuns()).dispatch_due()
    [delivery] = await deliveries(database)
    assert delivery.state is DeliveryState.DEAD


async def test_what_was_given_up_can_be_replayed(database: Database, connected: Connected) -> None:
    await record(database, connected, "o-1")
    await dispatcher(database, Choosy(NotOrderable("KeyError"), "opportunity:o-1")).dispatch_due()
    async with database.transaction() as session:
        await replay(session, 1, PersonsWord("ada", "mended"), NOW, timedelta(days=365))
    runs = Runs()
    await dispatcher(database, runs).dispatch_due()
    assert runs.asked == ["delivery:1:2"]


@pytest.mark.parametrize(
    ("error", "most"),
    [(TypeError("odd"), UNEXPECTED), (PrefectRefused("Prefect's API answered 500."), REFUSED)],
)
async def test_a_row_that_fails_again_and_again_while_others_do_not_is_given_up(
    database: Database, connected: Connected, error: Exception, most: int
) -> None:
    await record(database, connected, "o-1", "o-2")
    work = dispatcher(database, Choosy(error, "opportunity:o-1"))
    await rounds(database, work, most - 1)
    assert await states(database) == [DeliveryState.DISPATCHED] * 2
    await work.dispatch_due()
    assert await states(database) == [DeliveryState.DEAD, DeliveryState.DISPATCHED]


async def test_what_fails_for_all_is_nobodys_fault_and_waits(
    database: Database, connected: Connected
) -> None:
    await record(database, connected, "o-1", "o-2")
    runs = Choosy(TypeError("odd"), fails_for_all=True)
    work = dispatcher(database, runs)
    await rounds(database, work, 2 * REFUSED)
    assert await states(database) == [DeliveryState.DISPATCHED] * 2
    runs.fails_for_all = False
    await work.dispatch_due()
    assert sorted(runs.asked) == ["delivery:1:1", "delivery:2:1"]


async def test_one_that_cannot_even_be_read_is_given_up_and_the_others_go_their_way(
    database: Database, connected: Connected
) -> None:
    await record(database, connected, "o-1", "o-2", "o-3")
    async with database.transaction() as session:
        # PostgreSQL has years that Python has not.
        await session.execute(text("UPDATE delivery SET triggered_at = '20000-01-01' WHERE id = 2"))
    runs = Runs()
    work = dispatcher(database, runs)
    for _ in range(UNEXPECTED):
        await record(database, connected, str(uuid4()))
        await work.dispatch_due()
    assert {"delivery:1:1", "delivery:3:1"} < set(runs.asked)
    assert "delivery:2:1" not in runs.asked
    async with database.transaction() as session:
        [given_up] = (
            await session.execute(text("SELECT id, outcome FROM delivery WHERE state = 'dead'"))
        ).all()
    assert given_up.id == 2
    assert given_up.outcome.startswith("No flow run could be started: it cannot be read from the database.")


async def test_a_database_that_goes_away_meanwhile_gives_up_nothing(
    database: Database, connected: Connected
) -> None:
    await record(database, connected, "o-1")
    work = dispatcher(database, Choosy(ConnectionResetError(), fails_for_all=True))
    await rounds(database, work, REFUSED)
    assert await states(database) == [DeliveryState.DISPATCHED]


class Broken(Database):
    """Answers so often with something that nobody foresaw."""

    times = 3

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        if self.times:
            self.times -= 1
            raise AttributeError("answers something odd")
        async with super().transaction() as session:
            yield session


@pytest.fixture
async def broken(store_url: str) -> AsyncIterator[Broken]:
    opened = Broken(store_url)
    yield opened
    await opened.close()


@pytest.fixture
def quick_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    for where in ("dispatch", "wake_ups"):
        monkeypatch.setattr(f"webhook_gateway.{where}.Backoff", lambda: Backoff(0.001, 0.01))


async def test_the_dispatcher_goes_on_after_what_nobody_foresaw(
    database: Database, broken: Broken, connected: Connected, quick_backoff: None
) -> None:
    runs = Runs()
    async with running(dispatcher(broken, runs, poll=0.001)) as task:
        await record(database, connected, "o-1")
        assert await runs.next() == "delivery:1:1"
        assert not task.done()


class Waits:
    """Prefect as the follow-ups see it; `fails` says for which rows what is raised."""

    def __init__(self, fails: Callable[[object], Exception | None]) -> None:
        self.fails = fails
        self.scheduled: list[int] = []

    async def schedule(self, wake_up: WakeUp) -> str:
        if error := self.fails(wake_up.follow_up_id):
            raise error
        self.scheduled.append(wake_up.follow_up_id)
        return str(uuid4())

    async def cancel(self, flow_run_id: str) -> None:
        if error := self.fails(flow_run_id):
            raise error


async def test_a_follow_up_that_no_run_can_be_ordered_for_ends_with_its_reason(
    database: Database, connected: Connected
) -> None:
    for number in range(3):
        await begin(database, connected, f"opportunity-{number}")
    waits = Waits(lambda row: NotOrderable("OverflowError") if row == 1 else None)
    assert await Armer(database, waits).arm_once() == 2
    ended = await get(database, 1)
    assert (ended.state, ended.ended_because) == (
        FollowUpState.ENDED,
        "No flow run could be scheduled: no order can be made of it (OverflowError). Ask now, once that is mended.",
    )
    assert waits.scheduled == [2, 3]


@pytest.mark.parametrize(
    ("error", "most"),
    [(TypeError("odd"), UNEXPECTED), (PrefectRefused("Prefect's API answered 500."), REFUSED)],
)
async def test_a_follow_up_that_fails_while_others_do_not_ends(
    database: Database, connected: Connected, error: Exception, most: int
) -> None:
    for number in range(2):
        await begin(database, connected, f"opportunity-{number}")
    armer = Armer(database, Waits(lambda row: error if row == 1 else None))
    for _ in range(most - 1):
        await armer.arm_once()
    assert (await get(database, 1)).state is FollowUpState.WAITING
    await armer.arm_once()
    assert (await get(database, 1)).state is FollowUpState.ENDED
    assert (await get(database, 2)).state is FollowUpState.WAITING


async def test_follow_ups_wait_while_everything_fails(database: Database, connected: Connected) -> None:
    await begin(database, connected)
    armer = Armer(database, Waits(lambda _row: TypeError("odd")))
    for _ in range(REFUSED):
        assert await armer.arm_once() == 0
    assert (await get(database, 1)).state is FollowUpState.WAITING


async def test_a_run_that_cannot_be_cancelled_is_left_to_itself(
    database: Database, connected: Connected
) -> None:
    await begin(database, connected)
    [wake_up] = await unarmed(database)
    await note_run(database, wake_up, "no-uuid")
    await reschedule(database, 1, NOW)
    waits = Waits(lambda row: NotOrderable("ValueError") if row == "no-uuid" else None)
    await Armer(database, waits).arm_once()
    assert await void_runs(database) == {}


async def test_prefect_is_not_asked_for_an_id_that_is_none(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(NotOrderable, match="ValueError"):
        await PrefectRuns().cancel("no-uuid")


async def test_the_scheduler_goes_on_after_what_nobody_foresaw(
    database: Database,
    broken: Broken,
    connected: Connected,
    quick_backoff: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await begin(database, connected)
    waits = Waits(lambda _row: None)
    task = asyncio.create_task(Armer(broken, waits, poll=0.001).run())
    async with asyncio.timeout(10):
        while not waits.scheduled:  # noqa: ASYNC110 - its database alone tells
            await asyncio.sleep(0.01)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    failed = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert len(failed) == 3
    assert {one.name for one in failed} == {"webhook_gateway.wake_ups.faults"}


def test_a_row_is_poison_only_if_others_succeed_meanwhile() -> None:
    strikes = Strikes()
    strikes.succeeded("before")
    assert {strikes.is_poison("row", 3) for _ in range(10)} == {False}
    strikes.succeeded("other")
    assert strikes.is_poison("row", 3)
    assert not strikes.is_poison("row", 3)


def test_a_success_of_its_own_wipes_a_row_s_slate_clean() -> None:
    strikes = Strikes()
    for _ in range(10):
        assert not strikes.is_poison("row", 2)
        strikes.succeeded("row")


def test_pauses_double_up_to_the_longest_and_begin_anew() -> None:
    backoff = Backoff(1, 5)
    assert [backoff.pause() for _ in range(5)] == [1, 2, 4, 5, 5]
    backoff.reset()
    assert backoff.pause() == 1
