"""A worker that is told of orders does not wait for its next poll, which is an hour away here."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from settings import Settings
from store.database import Database
from store.run_orders import announce
from tests.warm_worker.workers import Trial, Worker, started

pytestmark = pytest.mark.stack

HOUR = "3600"


@pytest.fixture(scope="module")
async def worker(warm: Settings, told: Path) -> AsyncIterator[Worker]:
    async with started(warm, told, "told", PREFECT_WORKER_QUERY_SECONDS=HOUR) as running:
        yield running


@pytest.fixture
async def store(warm: Settings) -> AsyncIterator[Database]:
    """The stack's own, where its gateway announces orders."""
    opened = Database(warm.store_url)
    yield opened
    await opened.close()


async def test_a_run_begins_when_its_order_is_announced(
    worker: Worker, store: Database, trial: Trial
) -> None:
    # More than one: the first may meet the polls with which a worker begins.
    for _ in range(3):
        run = await trial.start("two-steps")
        async with store.transaction() as session:
            await announce(session)
        assert await trial.end(run, seconds=20) == ("COMPLETED", "Completed")


async def test_runs_of_a_burst_begin_though_they_are_announced_during_a_poll(
    worker: Worker, store: Database, trial: Trial
) -> None:
    runs = []
    for _ in range(12):
        runs.append(await trial.start("two-steps"))
        async with store.transaction() as session:
            await announce(session)
    assert {await trial.end(run) for run in runs} == {("COMPLETED", "Completed")}
