"""`make deploy`: the work pool, the deployments of prefect.yaml and the automations, what admins changed kept.

`prefect deploy --all` overwrites a deployment's parameters and its pause (docs/decisions/13). So it is given a copy of
prefect.yaml in which they already stand as they are in Prefect: at no moment is a paused deployment running. Schedules
are not in the file, so Prefect leaves them alone. A deployment seen for the first time gets the file's values. The
version of each is that of the code, by which a warm worker sees whether it runs the same.
"""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import yaml

from deployments.automations import register_automations
from deployments.code_version import code_version
from deployments.environment import ROOT, process_environment
from deployments.prefect_api import PrefectApiError, checked, every, prefect_api
from deployments.work_pool import ensure_work_pool, forget_silent_workers
from settings import Settings

PREFECT_FILE = ROOT / "prefect.yaml"


DEFAULT_SCHEDULES = {
    "reconcile/own-work": timedelta(minutes=1),
    "reconcile/lever": timedelta(minutes=15),
    "reconcile/crosschq": timedelta(minutes=30),
    "reconcile/deletions": timedelta(days=1),
}
"""For a deployment seen for the first time; from then on its schedules are the admins'."""


@dataclass(frozen=True)
class Choice:
    """What an admin may have changed on one deployment."""

    id: str
    parameters: dict[str, Any]
    paused: bool


async def register(settings: Settings, prefect_file: Path = PREFECT_FILE) -> str:
    """Does all of it, again and again to the same end; raises PrefectApiError with Prefect's words.

    Returns what is to be said of the automations, in a line.
    """
    async with prefect_api(settings) as api:
        await ensure_work_pool(api, settings.work_pool, settings.work_pool_type)
        await forget_silent_workers(api, settings)
        chosen = await choices(api)
        with _copy_with_choices(prefect_file, chosen) as copy:
            await _prefect_deploy(settings, copy)
        await _restore(api, chosen)
        await _schedule_new(api, chosen)
        return await register_automations(api, settings)


async def choices(api: httpx.AsyncClient) -> dict[str, Choice]:
    """Every deployment's choices by `flow/deployment`."""
    flows = {flow["id"]: flow["name"] for flow in await every(api, "/flows/filter")}
    return {
        f"{flows[found['flow_id']]}/{found['name']}": Choice(
            found["id"], found["parameters"], found["paused"]
        )
        for found in await every(api, "/deployments/filter")
    }


@contextmanager
def _copy_with_choices(prefect_file: Path, chosen: Mapping[str, Choice]) -> Iterator[Path]:
    file = yaml.safe_load(prefect_file.read_text())
    versioned = [{"version": code_version(), **deployment} for deployment in file["deployments"]]
    file["deployments"] = [_with_choice(deployment, chosen) for deployment in versioned]
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "prefect.yaml"
        copy.write_text(yaml.safe_dump(file))
        yield copy


def _with_choice(deployment: dict[str, Any], chosen: Mapping[str, Choice]) -> dict[str, Any]:
    choice = chosen.get(f"{_flow_name(deployment['entrypoint'])}/{deployment['name']}")
    return {**deployment, "parameters": choice.parameters, "paused": choice.paused} if choice else deployment


def _flow_name(entrypoint: str) -> str:
    """As Prefect names a flow after its function."""
    return entrypoint.rpartition(".")[2].replace("_", "-")


async def _prefect_deploy(settings: Settings, file: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file)],
        env=process_environment(settings),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise PrefectApiError(f"`prefect deploy --all` failed:\n{output.decode(errors='replace').strip()}")


async def _restore(api: httpx.AsyncClient, chosen: Mapping[str, Choice]) -> None:
    """What the copy could not carry: Prefect takes `{{ ... }}` inside a parameter for a template of the file."""
    for name, now in (await choices(api)).items():
        before = chosen.get(name, now)
        if before != now:
            values = {"parameters": before.parameters, "paused": before.paused}
            checked(await api.patch(f"/deployments/{before.id}", json=values))


async def _schedule_new(api: httpx.AsyncClient, chosen: Mapping[str, Choice]) -> None:
    for name, now in (await choices(api)).items():
        if name in DEFAULT_SCHEDULES and name not in chosen:
            every_seconds = {"interval": DEFAULT_SCHEDULES[name].total_seconds()}
            schedules = [{"active": True, "schedule": every_seconds}]
            checked(await api.post(f"/deployments/{now.id}/schedules", json=schedules))
