"""Runs only our own flows: whoever reaches Prefect's API cannot make this process run anything else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deployments.prefect_api import checked
from settings import Settings
from tests.warm_worker.workers import Trial, Worker, started

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
async def worker(warm: Settings, told: Path) -> AsyncIterator[Worker]:
    """Of the product itself: the trial flows are not its own."""
    async with started(warm, told, "strict", module="prefect") as running:
        yield running


async def refusal(trial: Trial, entrypoint: str, **changes: object) -> str:
    """Why a run is refused after an admin has changed its deployment."""
    path = "/deployments/name/two-steps/trial"
    deployment = checked(await trial.api.get(path)).json()
    body = {"name": "other", "flow_id": deployment["flow_id"], "entrypoint": entrypoint, **changes}
    body["work_pool_name"] = deployment["work_pool_name"]
    made = checked(await trial.api.post("/deployments/", json=body)).json()
    run = checked(await trial.api.post(f"/deployments/{made['id']}/create_flow_run", json={})).json()
    assert await trial.end(run) == ("FAILED", "Refused")
    assert trial.words(run) == []
    checked(await trial.api.delete(f"/deployments/{made['id']}"))
    return str((await trial.run(run))["state"]["message"])


@pytest.mark.parametrize(
    "entrypoint",
    [
        "tests.warm_worker.stories.two_steps",
        "tests/warm_worker/stories.py:two_steps",
        "flows/../tests/warm_worker/stories.py:two_steps",
        "os.system",
    ],
)
async def test_other_code_than_our_flows(worker: Worker, trial: Trial, entrypoint: str) -> None:
    assert "by module path only" in await refusal(trial, entrypoint)


async def test_a_flow_this_code_does_not_have(worker: Worker, trial: Trial) -> None:
    assert "is it older" in await refusal(trial, "flows.next_year.next_year")
    assert "no flow" in await refusal(trial, "flows.casework.work_on")


async def test_pull_steps(worker: Worker, trial: Trial) -> None:
    steps = [{"prefect.deployments.steps.run_shell_script": {"script": "true"}}]
    refused = await refusal(trial, "flows.reference_request.reference_request", pull_steps=steps)
    assert "pulls none" in refused


async def test_job_variables_also_where_an_admin_has_opened_the_pool_for_them(
    worker: Worker, trial: Trial, warm: Settings
) -> None:
    open_template = {"job_configuration": {"env": {}}, "variables": {"type": "object", "properties": {}}}
    pool = f"/work_pools/{warm.work_pool}"
    before = checked(await trial.api.get(pool)).json()["base_job_template"]
    checked(await trial.api.patch(pool, json={"base_job_template": open_template}))
    variables = {"env": {"LD_PRELOAD": "evil.so"}}
    refused = await refusal(trial, "flows.reference_request.reference_request", job_variables=variables)
    checked(await trial.api.patch(pool, json={"base_job_template": before}))
    assert "takes no job variables" in refused


async def test_a_run_without_a_deployment(worker: Worker, trial: Trial, warm: Settings) -> None:
    flow = checked(await trial.api.get("/flows/name/two-steps")).json()["id"]
    body = {"flow_id": flow, "state": {"type": "SCHEDULED"}, "work_pool_name": warm.work_pool}
    run = checked(await trial.api.post("/flow_runs/", json=body)).json()
    assert await trial.end(run) == ("FAILED", "Refused")
