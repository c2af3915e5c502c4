"""A process that may die at any moment: before a call to Lever, before its answer is seen, around a commit."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from lever.answers import reason_of
from lever.auth import api_key
from lever.client import LeverClient
from outbound.http import VendorHttp
from outbound.limiter import Priority, Unlimited
from store.database import Database
from store.tables import Connection
from wiring import Parts

LEVER = "http://lever.test"


class Killed(BaseException):
    """As `kill -9`: nothing of ours catches it."""


class Fault(StrEnum):
    """What Lever does wrong with a call."""

    BUSY = "429"
    AWAY = "503"
    SILENT = "acts, and does not answer"
    BROKEN = "acts, and answers 500"
    LATE = "does not answer, and acts after that"


class Life:
    """Ends at the given moment, counted from 0; then nothing of the process acts any more. None: it does not end."""

    def __init__(self, ends_at: int | None = None) -> None:
        self._left = ends_at

    def moment(self) -> None:
        """One at which a process may die."""
        if self._left == 0:
            raise Killed
        if self._left is not None:
            self._left -= 1


class Meanwhile:
    """What others do beside the process: each thing at its moment, which are counted through all its lives."""

    def __init__(self, happens: dict[int, Callable[[], Awaitable[None]]]) -> None:
        self._happens, self._moment = happens, 0

    async def moment(self) -> None:
        """One at which something else may happen: between two steps, within no transaction."""
        what = self._happens.pop(self._moment, None)
        self._moment += 1
        if what:
            await what()


class MortalDatabase(Database):
    """The real one, of a process that may die before and after each commit."""

    def __init__(self, real: Database, life: Life, meanwhile: Meanwhile) -> None:
        self._real, self.life, self._meanwhile = real, life, meanwhile

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with self._real.transaction() as session:
            yield session
            self.life.moment()
        await self._meanwhile.moment()
        self.life.moment()


@dataclass
class MortalLine(httpx.AsyncBaseTransport):
    """The line to Lever, of a process that may die before it calls and before it sees the answer."""

    lever: httpx.AsyncBaseTransport
    life: Life
    faults: list[Fault | None]
    """Of the next creations, in their order; None: it does what it is asked."""
    meanwhile: Meanwhile
    lag: timedelta
    """For so long a lead that was made is in no list, and so late it is made by what is LATE."""
    _listed_from: dict[str, float] = field(default_factory=dict)
    """Of each lead that was made: kept at the first list after it, however late the loop comes to its timers."""
    _late: dict["asyncio.Task[httpx.Response]", float] = field(default_factory=dict)
    """What is made late, and when it must have been made."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self.meanwhile.moment()
        self.life.moment()
        fault = self.faults.pop(0) if request.method == "POST" and self.faults else None
        if fault in (Fault.BUSY, Fault.AWAY):
            return httpx.Response(int(fault))
        begun = time.monotonic()
        if fault is Fault.LATE:
            made_at = begun + self.lag.total_seconds()
            self._late[asyncio.create_task(self._act_late(request, made_at))] = made_at
            raise httpx.ReadTimeout("no answer yet", request=request)
        answer = await self._answer(request, begun)
        await self.meanwhile.moment()
        self.life.moment()
        if fault is Fault.SILENT:
            raise httpx.ReadTimeout("no answer", request=request)
        return httpx.Response(500) if fault is Fault.BROKEN else answer

    async def all_done(self) -> None:
        """Whatever was late has happened."""
        await asyncio.gather(*self._late)

    async def _act_late(self, request: httpx.Request, made_at: float) -> httpx.Response:
        await asyncio.sleep(self.lag.total_seconds())
        return await self._answer(request, made_at)

    async def _answer(self, request: httpx.Request, begun: float) -> httpx.Response:
        if request.method == "GET":
            await asyncio.gather(*[late for late, made_at in self._late.items() if made_at <= begun])
        answer = await self.lever.handle_async_request(request)
        await answer.aread()
        if request.url.path != "/v1/opportunities" or not answer.is_success:
            return answer
        said = answer.json()
        if request.method == "POST":
            self._listed_from[said["data"]["id"]] = begun + self.lag.total_seconds()
            return answer
        listed = [one for one in said["data"] if self._listed_from.get(one["id"], 0) <= begun]
        return httpx.Response(answer.status_code, json={**said, "data": listed})


@dataclass(frozen=True)
class MortalParts(Parts):
    """Their Lever is on that line, and nobody waits before it is called again."""

    line: MortalLine | None = None

    def kept_lever(self, connection: Connection, priority: Priority = Priority.REQUEST) -> LeverClient:
        key = api_key(self.vault.open(connection.lever_key))
        client = httpx.AsyncClient(transport=self.line, base_url=f"{LEVER}/v1", auth=key)
        return LeverClient(VendorHttp("Lever", client, Unlimited(), reason_of, priority, sleep=_at_once))


async def _at_once(_: float) -> None:
    """A wait that is over."""
