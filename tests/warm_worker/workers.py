"""Real worker processes and what a test does with them: starts runs through Prefect's API, waits, reads."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from deployments.environment import ROOT, process_environment
from deployments.prefect_api import checked
from settings import Settings

FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass
class Worker:
    """A started `prefect worker start` and its log."""

    process: asyncio.subprocess.Process
    log: Path

    async def says(self, pattern: str, seconds: float = 60) -> str:
        """The log's text once `pattern` stands in it."""

        async def said() -> str | None:
            text = self.log.read_text()
            assert self.process.returncode is None, text
            return text if re.search(pattern, text) else None

        return await until(said, seconds)

    def tell_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def end(self, seconds: float) -> int:
        async with asyncio.timeout(seconds):
            return await self.process.wait()


@asynccontextmanager
async def started(
    settings: Settings, told: Path, name: str, module: str = "tests.warm_worker", **env: str
) -> AsyncIterator[Worker]:
    """A worker for the settings' pool, ready; killed at the end of the block if it still runs."""
    pool = ["--pool", settings.work_pool, "--type", settings.work_pool_type, "--name", name]
    log = told.with_name(f"{name}.log")
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", module, "--no-prompt", "worker", "start", *pool, "--limit", "4"],
            env={**process_environment(settings), "TOLD_IN": str(told), **env},
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    worker = Worker(process, log)
    try:
        await worker.says("started!")
        yield worker
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@dataclass
class Trial:
    """The trial deployments in Prefect; each is named `trial`."""

    api: httpx.AsyncClient
    told: Path

    async def start(self, flow: str, **parameters: object) -> dict[str, Any]:
        """The new flow run."""
        deployment = checked(await self.api.get(f"/deployments/name/{flow}/trial")).json()["id"]
        path = f"/deployments/{deployment}/create_flow_run"
        return dict(checked(await self.api.post(path, json={"parameters": parameters})).json())

    async def run(self, flow_run: dict[str, Any]) -> dict[str, Any]:
        return dict(checked(await self.api.get(f"/flow_runs/{flow_run['id']}")).json())

    async def end(self, flow_run: dict[str, Any], seconds: float = 30) -> tuple[str, str]:
        """The last state's type and name."""

        async def ended() -> dict[str, Any] | None:
            run = await self.run(flow_run)
            return run if run["state_type"] in FINAL else None

        run = await until(ended, seconds)
        return run["state_type"], run["state_name"]

    async def until_told(self, flow_run: dict[str, Any], word: str, seconds: float = 30) -> None:
        async def told() -> bool:
            return word in self.words(flow_run)

        await until(told, seconds)

    def words(self, flow_run: dict[str, Any]) -> list[str]:
        """What the run's flow has told, in order."""
        lines = self.told.read_text().splitlines() if self.told.exists() else []
        return [line.split(maxsplit=2)[2] for line in lines if line.startswith(flow_run["id"])]

    def processes(self) -> set[str]:
        """The ids of those that have run something."""
        return {line.split()[1] for line in self.told.read_text().splitlines()}

    async def set_state(self, flow_run: dict[str, Any], type: str) -> None:  # noqa: A002 - Prefect's word
        """As Prefect's UI does, for example to cancel."""
        answer = await self.api.post(f"/flow_runs/{flow_run['id']}/set_state", json={"state": {"type": type}})
        assert checked(answer).json()["status"] in {"ACCEPT", "REJECT"}  # REJECT: Cancelled at once

    async def eventually(self, path: str, wanted: dict[str, Any], count: int) -> list[dict[str, Any]]:
        """What a `/filter` endpoint finds, once it finds so many: events take a moment to arrive."""

        async def so_many() -> list[dict[str, Any]] | None:
            found = list(checked(await self.api.post(path, json=wanted)).json())
            return found if len(found) >= count else None

        return await until(so_many, 15)

    async def logs(self, flow_run: dict[str, Any], pattern: str, seconds: float = 15) -> str:
        """The run's log in Prefect, once `pattern` stands in it."""
        wanted = {"logs": {"flow_run_id": {"any_": [flow_run["id"]]}}}

        async def says() -> str | None:
            found = checked(await self.api.post("/logs/filter", json=wanted)).json()
            text = "\n".join(line["message"] for line in found)
            return text if re.search(pattern, text) else None

        return await until(says, seconds)


T = TypeVar("T")


async def until(look: Callable[[], Awaitable[T | None]], seconds: float) -> T:
    """What `look` sees once it sees something."""
    async with asyncio.timeout(seconds):
        while not (seen := await look()):  # noqa: ASYNC110 - other processes: no event tells
            await asyncio.sleep(0.05)
    return seen
