"""Two workers on one pool, as during a rolling restart or for more speed."""

from pathlib import Path

import pytest

from settings import Settings
from tests.warm_worker.workers import Trial, started

pytestmark = pytest.mark.stack


async def test_every_run_begins_once(warm: Settings, told: Path, trial: Trial) -> None:
    async with started(warm, told, "one"), started(warm, told, "two"):
        runs = [await trial.start("two-steps") for _ in range(40)]
        for run in runs:
            assert await trial.end(run) == ("COMPLETED", "Completed")
    assert [trial.words(run) for run in runs] == [["began"]] * 40
    assert len(trial.processes()) == 2
