"""Somebody presses Cancel in Prefect."""

import asyncio

import pytest

from tests.warm_worker.workers import Trial, Worker

pytestmark = pytest.mark.stack


async def test_a_run_stops_within_five_seconds_and_is_cancelled(worker: Worker, trial: Trial) -> None:
    run = await trial.start("waits", seconds=60)
    await trial.until_told(run, "began")
    await trial.set_state(run, "CANCELLING")
    assert await trial.end(run, seconds=5) == ("CANCELLED", "Cancelled")
    assert trial.words(run) == ["began", "on_cancellation"]


async def test_the_others_go_on(worker: Worker, trial: Trial) -> None:
    cancelled = await trial.start("waits", seconds=60)
    other = await trial.start("waits", seconds=6)
    for run in (cancelled, other):
        await trial.until_told(run, "began")
    await trial.set_state(cancelled, "CANCELLING")
    await trial.end(cancelled)
    assert await trial.end(other) == ("COMPLETED", "Completed")


async def test_a_run_that_is_cancelled_before_anybody_takes_it_never_begins(
    worker: Worker, trial: Trial
) -> None:
    busy = [await trial.start("waits", seconds=2) for _ in range(4)]
    for run in busy:
        await trial.until_told(run, "began")
    waiting = await trial.start("waits", seconds=1)
    await trial.set_state(waiting, "CANCELLING")
    await asyncio.gather(*(trial.end(run) for run in busy))
    assert (await trial.run(waiting))["state_type"] == "CANCELLED"
    assert trial.words(waiting) == []
