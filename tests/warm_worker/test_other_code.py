"""After a deploy, a worker that was not restarted runs other code than was deployed: it goes on, and says so."""

from pathlib import Path

import httpx
import pytest

from deployments.code_version import code_version
from deployments.prefect_api import checked
from settings import Settings
from tests.warm_worker.conftest import with_pool
from tests.warm_worker.workers import Trial, started

pytestmark = pytest.mark.stack

PORT = 18690


async def other_code(client: httpx.AsyncClient) -> float:
    page = (await client.get(f"http://127.0.0.1:{PORT}/metrics")).text
    [line] = [line for line in page.splitlines() if line.startswith("crosschq_lever_worker_other_code ")]
    return float(line.split()[1])


async def test_registering_writes_the_version_of_the_code_on_each_deployment(trial: Trial) -> None:
    deployment = checked(await trial.api.get("/deployments/name/two-steps/trial")).json()
    assert deployment["version"] == code_version()


async def test_a_worker_with_other_code_goes_on_and_says_so_in_log_and_metrics(
    warm: Settings, told: Path, trial: Trial
) -> None:
    async with (
        httpx.AsyncClient() as client,
        started(with_pool(warm, worker_metrics_port=PORT), told, "old") as old,
    ):
        assert (await trial.end(await trial.start("two-steps")))[0] == "COMPLETED"
        assert "registered from code" not in old.log.read_text()
        waits = checked(await trial.api.get("/deployments/name/waits/trial")).json()["id"]
        checked(await trial.api.patch(f"/deployments/{waits}", json={"version": "9.9.9+newer"}))
        run = await trial.start("waits", seconds=2)
        assert (await trial.end(run))[0] == "COMPLETED"
        await old.says(r"'trial' was registered from code 9\.9\.9\+newer, and this worker runs")
        assert await other_code(client) == 1
