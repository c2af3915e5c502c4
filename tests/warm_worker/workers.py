"""Real worker processes and what a test does with them: starts runs through Prefect's API, waits, reads what was told."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        async with asyncio.timeout(seconds):
            while not re.search(pattern, self.log.read_text()):
                assert self.process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.05)
        return self.log.read_text()

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
        async with asyncio.timeout(seconds):
            while (run := await self.run(flow_run))["state_type"] not in FINAL:
                await asyncio.sleep(0.05)
        return run["state_type"], run["state_name"]

    async def until_told(self, flow_run: dict[str, Any], word: str, seconds: float = 30) -> None:
        async with asyncio.timeout(seconds):
            while word not in self.words(flow_run):
                await asyncio.sleep(0.05)

    def words(self, flow_run: dict[str, Any]) -> list[str]:
        """What the run's flow has told, in order."""
        lines = self.told.read_text().splitlines() if self.told.exists() else []
        return [line.split(maxsplit=2)[2] for line in lines if line.startswith(flow_run["id"])]

    async def set_state(self, flow_run: dict[str, Any], type: str) -> None:  # noqa: A002 - Prefect's word
        """As Prefect's UI does, for example to cancel."""
        answer = await self.api.post(f"/flow_runs/{flow_run['id']}/set_state", json={"state": {"type": type}})
        assert checked(answer).json()["status"] in {"ACCEPT", "REJECT"}  # REJECT: Cancelled at once

    async def eventually(self, path: str, wanted: dict[str, Any], count: int) -> list[dict[str, Any]]:
        """What a `/filter` endpoint finds, once it finds so many: events take a moment to arrive."""
        async with asyncio.timeout(15):
            while len(found := checked(await self.api.post(path, json=wanted)).json()) < count:
                await asyncio.sleep(0.1)
        return list(found)

    async def logs(self, flow_run: dict[str, Any], pattern: str, seconds: float = 15) -> str:
        """The run's log in Prefect, once `pattern` stands in it."""
        wanted = {"logs": {"flow_run_id": {"any_": [flow_run["id"]]}}}
        async with asyncio.timeout(seconds):
            while True:
                found = checked(await self.api.post("/logs/filter", json=wanted)).json()
                text = "\n".join(line["message"] for line in found)
                if re.search(pattern, text):
                    return text
                await asyncio.sleep(0.2)
