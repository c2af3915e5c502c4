"""What admins change in Prefect survives `make deploy`: on a real Prefect server, with the real `prefect deploy`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployments.environment import ROOT, process_environment
from deployments.prefect_api import PrefectApiError, checked, every, prefect_api
from deployments.register import choices, register
from deployments.stack import Stack
from settings import Settings

pytestmark = pytest.mark.stack

NAME = "trial-flow/trial"
FILE = """
pull: []
deployments:
  - name: trial
    entrypoint: tests.deployments.trial.trial_flow
    parameters: {text: the file's}
    work_pool: {name: "{{ $CROSSCHQ_LEVER_WORK_POOL }}"}
"""


@pytest.fixture
async def trial(stack: Stack, api: httpx.AsyncClient, tmp_path: Path) -> AsyncIterator[Path]:
    """A prefect.yaml whose one deployment is registered, and unknown again after the test."""
    file = tmp_path / "prefect.yaml"
    file.write_text(FILE)
    await register(stack.settings, file)
    yield file
    checked(await api.delete(f"/deployments/{(await choices(api))[NAME].id}"))


async def found(api: httpx.AsyncClient) -> dict[str, Any]:
    """The trial deployment as Prefect shows it."""
    return dict(checked(await api.get(f"/deployments/name/{NAME}")).json())


async def change_all_four(api: httpx.AsyncClient) -> dict[str, Any]:
    """An admin sets parameters, pauses, adds a schedule, and adds another one that is switched off."""
    deployment = f"/deployments/{(await found(api))['id']}"
    checked(await api.patch(deployment, json={"parameters": {"text": "mine", "number": 7}, "paused": True}))
    daily = {"schedule": {"cron": "0 6 * * *", "timezone": "Europe/Berlin"}, "parameters": {"number": 9}}
    hourly = {"schedule": {"interval": 3600}, "active": False}
    checked(await api.post(f"{deployment}/schedules", json=[daily, hourly]))
    [made] = [one for one in (await found(api))["schedules"] if "cron" in one["schedule"]]
    changed = {"schedule": {"cron": "30 7 * * 1-5", "timezone": "Europe/Berlin"}, "active": False}
    checked(await api.patch(f"{deployment}/schedules/{made['id']}", json=changed))
    return await found(api)


def schedules(deployment: dict[str, Any]) -> list[tuple[Any, ...]]:
    keys = ("id", "schedule", "active", "parameters")
    return sorted(tuple(str(one[key]) for key in keys) for one in deployment["schedules"])


async def plain_deploy(settings: Settings, file: Path) -> None:
    argv = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file)]
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *argv, env=process_environment(settings), cwd=ROOT, stdout=quiet, stderr=quiet
    )
    assert await process.wait() == 0


async def end_of(api: httpx.AsyncClient, run_id: str) -> str:
    """The type of a flow run's last state, within a minute."""
    async with asyncio.timeout(60):
        while True:
            run = checked(await api.get(f"/flow_runs/{run_id}")).json()
            if run["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED"}:
                return str(run["state"]["type"])
            await asyncio.sleep(0.2)


async def test_a_new_deployment_starts_with_the_values_of_the_file(
    trial: Path, api: httpx.AsyncClient
) -> None:
    deployment = await found(api)
    assert deployment["parameters"] == {"text": "the file's"}
    assert deployment["paused"] is False
    assert deployment["schedules"] == []
    assert deployment["pull_steps"] == []


async def test_parameters_pause_and_schedules_survive_make_deploy(
    stack: Stack, api: httpx.AsyncClient, trial: Path
) -> None:
    before = await change_all_four(api)
    await register(stack.settings, trial)
    after = await found(api)
    assert after["parameters"] == {"text": "mine", "number": 7}
    assert after["paused"] is True
    assert schedules(after) == schedules(before)
    assert len(after["schedules"]) == 2


async def test_plain_prefect_deploy_overwrites_parameters_and_pause_but_no_schedule(
    stack: Stack, api: httpx.AsyncClient, trial: Path
) -> None:
    before = await change_all_four(api)
    await plain_deploy(stack.settings, trial)
    after = await found(api)
    assert after["parameters"] == {"text": "the file's"}
    assert after["paused"] is False
    assert schedules(after) == schedules(before)


async def test_a_paused_deployment_is_paused_while_it_is_deployed(
    stack: Stack, api: httpx.AsyncClient, trial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing_is_restored(*_: object) -> None:
        return None

    await change_all_four(api)
    monkeypatch.setattr("deployments.register._restore", nothing_is_restored)
    await register(stack.settings, trial)
    assert (await found(api))["paused"] is True


async def test_a_parameter_that_looks_like_a_template_survives(
    stack: Stack, api: httpx.AsyncClient, trial: Path
) -> None:
    tricky = {"text": "{{ $HOME }} and {{ this }}", "number": 2}
    checked(await api.patch(f"/deployments/{(await found(api))['id']}", json={"parameters": tricky}))
    await register(stack.settings, trial)
    assert (await found(api))["parameters"] == tricky


async def test_a_run_may_override_nothing_and_the_worker_runs_no_flow_but_the_products(
    api: httpx.AsyncClient, trial: Path
) -> None:
    deployment = f"/deployments/{(await found(api))['id']}"
    override = {"job_variables": {"command": "true", "env": {"CHOSEN": "yes"}}}
    refused = await api.post(f"{deployment}/create_flow_run", json=override)
    assert refused.status_code == 422
    run = checked(await api.post(f"{deployment}/create_flow_run", json={})).json()
    assert await end_of(api, run["id"]) == "FAILED"


async def test_the_products_deployments_are_registered_without_schedules(api: httpx.AsyncClient) -> None:
    registered = await choices(api)
    assert {"reference-request/stage-change", "reference-request/crosschq-update"} <= registered.keys()
    for deployment in await every(api, "/deployments/filter"):
        assert deployment["work_pool_name"] == "crosschq-lever"
        assert deployment["description"]
        assert deployment["pull_steps"] == []


async def test_registering_again_keeps_every_id(stack: Stack, api: httpx.AsyncClient) -> None:
    before = await choices(api)
    await register(stack.settings)
    assert await choices(api) == before


async def test_an_admins_pause_and_limit_of_the_work_pool_survive(
    stack: Stack, api: httpx.AsyncClient
) -> None:
    pool = f"/work_pools/{stack.settings.work_pool}"
    checked(await api.patch(pool, json={"is_paused": True, "concurrency_limit": 3}))
    await register(stack.settings)
    after = checked(await api.get(pool)).json()
    checked(await api.patch(pool, json={"is_paused": False, "concurrency_limit": None}))
    assert (after["is_paused"], after["concurrency_limit"]) == (True, 3)


async def test_a_flow_that_cannot_be_loaded_is_told_in_prefects_words(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "prefect.yaml"
    file.write_text(FILE.replace("trial.trial_flow", "nowhere.no_flow"))
    with pytest.raises(PrefectApiError, match=r"tests\.deployments\.nowhere"):
        await register(stack.settings, file)


async def test_a_wrong_password_names_the_setting(stack: Stack) -> None:
    other = Settings(_env_file=None, **{**stack.settings.model_dump(), "prefect_auth_string": "tester:wrong"})
    with pytest.raises(PrefectApiError, match="CROSSCHQ_LEVER_PREFECT_AUTH_STRING"):
        async with prefect_api(other):
            pass
