"""The work pool our worker serves: what a flow run may start is fixed here, and no run may override it.

A process pool lets whoever reaches Prefect's API choose the command and the environment of a run beside our keys
(prefect-facts 0.12, E); this pool takes no job variables at all. The warm worker starts nothing, so its template says
nothing.
"""

import shlex
import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from deployments.environment import ROOT
from deployments.prefect_api import PrefectApiError, checked, every, prefect_api
from deployments.processes import Check
from outbound.transport import NoAnswer
from settings import PREFIX, STOCK, WARM, Settings

DESCRIPTIONS = {
    WARM: "Runs the flows of Crosschq for Lever inside the worker's own process.",
    STOCK: "Runs the flows of Crosschq for Lever, each in a process of its own.",
}


def base_job_template(kind: str) -> dict[str, Any]:
    """https://docs.prefect.io/v3/concepts/work-pools#base-job-template, without a single placeholder."""
    return {
        "job_configuration": _process() if kind == STOCK else {"env": {}},
        "variables": {"type": "object", "properties": {}, "additionalProperties": False},
    }


def _process() -> dict[str, Any]:
    return {
        "command": shlex.join([sys.executable, "-m", "prefect.engine"]),
        "env": {},
        "labels": {},
        "name": None,
        "stream_output": True,
        "working_dir": str(ROOT),
    }


async def ensure_work_pool(api: httpx.AsyncClient, name: str, kind: str) -> None:
    """Makes the pool, or brings the one that is there to this template; an admin's pause and limit stay.

    Raises PrefectApiError when it is there with another type, which Prefect cannot change.
    """
    template = {"description": DESCRIPTIONS[kind], "base_job_template": base_job_template(kind)}
    there = await api.get(f"/work_pools/{name}")
    if there.status_code == httpx.codes.NOT_FOUND:
        checked(await api.post("/work_pools/", json={"name": name, "type": kind, **template}))
        return
    found = checked(there).json()["type"]
    if found != kind:
        raise PrefectApiError(
            f"The work pool '{name}' is of type '{found}' and not '{kind}', and a pool keeps its type: set"
            f" {PREFIX}WORK_POOL to another name, or delete the pool in Prefect and start again."
        )
    checked(await api.patch(f"/work_pools/{name}", json=template))


async def forget_silent_workers(api: httpx.AsyncClient, settings: Settings) -> None:
    """Deletes workers of the pool that were not heard of for as long as runs are kept: nothing in Prefect does.

    A worker is named after its machine, and a container's name may be another one at each start.
    """
    pool = f"/work_pools/{settings.work_pool}/workers"
    long_ago = datetime.now(UTC) - settings.prefect_retention
    for worker in await every(api, f"{pool}/filter"):
        heard = worker["last_heartbeat_time"]
        if heard and datetime.fromisoformat(heard) < long_ago:
            gone = await api.delete(f"{pool}/{quote(worker['name'], safe='')}")
            if gone.status_code != httpx.codes.NOT_FOUND:
                checked(gone)


def worker_is_online(settings: Settings, worker: str) -> Check:
    """Ready once this very process was heard of: after a crash Prefect still calls the one before it online."""
    first_look: dict[int, datetime] = {}

    async def check(pid: int) -> bool:
        since = first_look.setdefault(pid, datetime.now(UTC))
        try:
            async with prefect_api(settings) as api:
                path = f"/work_pools/{settings.work_pool}/workers/filter"
                found = checked(await api.post(path, json={})).json()
        except (PrefectApiError, NoAnswer):
            return False
        heard = [one["last_heartbeat_time"] for one in found if one["name"] == worker]
        return any(datetime.fromisoformat(time) >= since for time in heard if time)

    return check
