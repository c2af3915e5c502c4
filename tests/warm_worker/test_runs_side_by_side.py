"""What one run does wrong is seen, and harms nobody else."""

import pytest

from tests.warm_worker.workers import Trial, Worker

pytestmark = pytest.mark.stack


async def test_a_run_ends_completed_in_the_workers_own_process(worker: Worker, trial: Trial) -> None:
    run = await trial.start("two-steps")
    assert await trial.end(run) == ("COMPLETED", "Completed")
    assert f"{run['id']} {worker.process.pid} began" in trial.told.read_text()


async def test_the_steps_of_a_run_are_seen_in_prefect(worker: Worker, trial: Trial) -> None:
    run = await trial.start("two-steps")
    await trial.end(run)
    await trial.logs(run, "Finished in state Completed")
    wanted = {"task_runs": {"flow_run_id": {"any_": [run["id"]]}}}
    steps = await trial.eventually("/task_runs/filter", wanted, count=2)
    assert {step["state_type"] for step in steps} == {"COMPLETED"}


async def test_an_error_fails_its_run_and_no_other(worker: Worker, trial: Trial) -> None:
    waiting = await trial.start("waits", seconds=1.5)
    failing = await trial.start("raises")
    assert await trial.end(failing) == ("FAILED", "Failed")
    await trial.logs(failing, "an error of the flow's own")
    assert await trial.end(waiting) == ("COMPLETED", "Completed")


async def test_a_run_that_blocks_is_named_with_its_place_and_holds_up_nobody(
    worker: Worker, trial: Trial
) -> None:
    blocking = await trial.start("blocks", seconds=8)
    await trial.until_told(blocking, "began")
    others = [await trial.start("two-steps") for _ in range(6)]
    for other in others:
        assert (await trial.end(other, seconds=6))[0] == "COMPLETED"
    assert trial.words(blocking) == ["began"]
    await worker.says(rf"{blocking['name']}.* blocks its event loop")
    assert "time.sleep(seconds)" in await trial.logs(blocking, "blocks its event loop")
    assert (await trial.end(blocking))[0] == "COMPLETED"


async def test_a_flow_that_is_not_async_is_refused_as_it_would_block(worker: Worker, trial: Trial) -> None:
    run = await trial.start("is-not-async")
    assert await trial.end(run) == ("FAILED", "Refused")
    assert "async def" in (await trial.run(run))["state"]["message"]
