"""SIGTERM: a rolling restart lets runs end, and hands back what does not."""

from datetime import timedelta
from pathlib import Path

import pytest

from settings import Settings
from tests.warm_worker.conftest import with_pool
from tests.warm_worker.workers import Trial, started

pytestmark = pytest.mark.stack


async def test_runs_under_way_end_and_no_new_one_is_taken(warm: Settings, told: Path, trial: Trial) -> None:
    async with started(warm, told, "ending") as worker:
        run = await trial.start("waits", seconds=3)
        await trial.until_told(run, "began")
        worker.tell_to_stop()
        late = await trial.start("waits", seconds=0)
        assert await worker.end(seconds=20) == 0
        assert await trial.end(run) == ("COMPLETED", "Completed")
        assert (await trial.run(late))["state_type"] == "SCHEDULED"
        assert "Traceback" not in worker.log.read_text()
    async with started(warm, told, "next"):
        assert await trial.end(late) == ("COMPLETED", "Completed")


async def test_after_the_grace_a_run_is_handed_back_with_its_hooks(
    warm: Settings, told: Path, trial: Trial
) -> None:
    impatient = with_pool(warm, worker_grace=timedelta(seconds=1))
    async with started(impatient, told, "impatient") as worker:
        run = await trial.start("waits", seconds=600)
        await trial.until_told(run, "began")
        worker.tell_to_stop()
        assert await worker.end(seconds=10) == 0
    assert await trial.end(run) == ("CRASHED", "HandedBack")
    assert trial.words(run) == ["began", "on_crashed HandedBack"]


async def test_a_second_signal_hands_back_at_once(warm: Settings, told: Path, trial: Trial) -> None:
    async with started(warm, told, "hurried") as worker:
        run = await trial.start("waits", seconds=600)
        await trial.until_told(run, "began")
        worker.tell_to_stop()
        await worker.says("Stopping")
        worker.tell_to_stop()
        assert await worker.end(seconds=10) == 0
    assert await trial.end(run) == ("CRASHED", "HandedBack")


async def test_runs_that_wait_for_their_turn_stay_for_the_next_worker(
    warm: Settings, told: Path, trial: Trial
) -> None:
    async with started(warm, told, "full") as worker:
        runs = [await trial.start("waits", seconds=2) for _ in range(8)]
        await trial.until_told(runs[0], "began")
        worker.tell_to_stop()
        assert await worker.end(seconds=20) == 0
    begun = [run for run in runs if trial.words(run)]
    assert len(begun) <= 4
    async with started(warm, told, "after"):
        for run in runs:
            assert await trial.end(run) == ("COMPLETED", "Completed")
            assert trial.words(run) == ["began", "ended"]


async def test_a_run_that_blocks_does_not_keep_the_process_from_ending(
    warm: Settings, told: Path, trial: Trial
) -> None:
    impatient = with_pool(warm, worker_grace=timedelta(seconds=1))
    async with started(impatient, told, "blocked") as worker:
        run = await trial.start("blocks", seconds=600)
        await trial.until_told(run, "began")
        worker.tell_to_stop()
        assert await worker.end(seconds=30) == 0
        assert "is left behind" in worker.log.read_text()
