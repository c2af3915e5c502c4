"""The running stack that is measured, with its people, and how one of its processes is exchanged. Measures nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from cli.demo import connect_sandbox
from deployments import lineup
from deployments.processes import Process
from deployments.register import register
from deployments.stack import Stack, running_stack
from settings import STOCK, Settings
from tools.bench.inbox import Inbox
from tools.demo.people import CrosschqPeople, LeverPeople
from tools.demo.settings import demo_settings
from wiring import Parts, open_parts

LOOK_SECONDS = 0.1
SETTLE_SECONDS = 90.0
PORTS = (15600, 15610, 15620)
"""Of the bench alone: nobody takes one while its process is exchanged."""


@dataclass
class Scene:
    """`measured` keeps what later figures are compared with; `tell` is for the person who waits."""

    stack: Stack
    http: httpx.AsyncClient
    parts: Parts
    lever: LeverPeople
    crosschq: CrosschqPeople
    inbox: Inbox
    tell: Callable[[str], None]
    measured: dict[str, float] = field(default_factory=dict)
    is_stock: bool = False
    idle_minutes: float = 15.0
    """How long bench.idle waits."""

    @property
    def settings(self) -> Settings:
        """Of the stack as it was started: on the warm pool."""
        return self.stack.settings

    async def exchange(self, process: Process) -> None:
        """Kills the process of this name and starts the given one in its place; nothing may be at work."""
        if self.stack.supervisor.is_up(process.name):
            await self.stack.supervisor.kill(process.name)
        await self.stack.supervisor.start([process])

    async def to_stock(self) -> None:
        """The same deployments on a pool of Prefect's process worker, with as many runs at once as ours has there."""
        if self.is_stock:
            return
        await self.quiet()
        self.tell("the stock worker takes over")
        changes = {"work_pool": f"{self.settings.work_pool}-stock", "work_pool_type": STOCK}
        stock = self.settings.model_copy(update=changes)
        await register(stock)
        await self.exchange(lineup.worker(stock))
        self.is_stock = True

    async def quiet(self) -> None:
        """Returns once nothing that was measured before is still at work."""
        while await self.inbox.unfinished():  # noqa: ASYNC110 - other processes: no event tells
            await asyncio.sleep(LOOK_SECONDS)

    async def settled(self) -> None:
        """`quiet`, and Prefect has caught up: with an hour of runs to plan for new deployments, with events of runs."""
        await self.quiet()
        await asyncio.sleep(SETTLE_SECONDS)

    async def calls(self, url: str) -> list[dict[str, object]]:
        """The sandbox ledger of one vendor, oldest first."""
        answer = await self.http.get(f"{url}/sandbox/ledger")
        return list(answer.raise_for_status().json()["calls"])

    async def forget_calls(self) -> None:
        """Empties both ledgers."""
        for url in (self.lever.url, self.crosschq.url):
            (await self.http.delete(f"{url}/sandbox/ledger")).raise_for_status()


@asynccontextmanager
async def scene(
    folder: Path, tell: Callable[[str], None], idle_minutes: float = 15.0
) -> AsyncIterator[Scene]:
    """Everything started in `folder`, connected, and gone at the end; errors as of `running_stack`."""
    settings = demo_settings(folder, PORTS)
    async with (
        running_stack(settings, with_sandbox=True, progress=tell) as stack,
        httpx.AsyncClient(timeout=60) as http,
        open_parts(settings) as parts,
    ):
        lever, crosschq = LeverPeople(http, stack.lever_url), CrosschqPeople(http, stack.crosschq_url)
        await connect_sandbox(stack, lever, crosschq)
        inbox = Inbox(parts.database)
        yield Scene(stack, http, parts, lever, crosschq, inbox, tell, idle_minutes=idle_minutes)


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    """Returns once `look` says yes; the caller's time limit bounds it."""
    while not await look():  # noqa: ASYNC110 - other processes: no event tells
        await asyncio.sleep(LOOK_SECONDS)
