"""Orders to a real Prefect server, with its CSRF guard on: many at once, after cut lines, after lost tokens."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

import pytest
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    temporary_settings,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deployments.stack import Stack
from store.tables import Delivery, DeliveryState
from webhook_gateway import health
from webhook_gateway.prefect_runs import PrefectRuns

pytestmark = pytest.mark.stack

AT_ONCE = 8
AT_ONCE_SECONDS = 2.0
"""A client that has to try again waits for two seconds or more."""

_numbers = count(1_000_000_000 + 1_000 * os.getpid())
"""No delivery of the stack has these: its worker ends the runs at once."""


@dataclass
class Line:
    """A door to Prefect's server; `cut` closes every connection through it."""

    port: int
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        self.open |= {writer, back}
        ways = [_pass_on(reader, back), _pass_on(there, writer)]
        await asyncio.gather(*ways, return_exceptions=True)

    async def cut(self) -> int:
        """How many there were."""
        lines = len(self.open) // 2
        for writer in self.open:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self.open), return_exceptions=True)
        self.open.clear()
        return lines


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
    target.close()


@pytest.fixture
async def line(stack: Stack) -> AsyncIterator[Line]:
    line = Line(stack.settings.prefect_port)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    to_prefect = {
        PREFECT_API_URL: f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api",
        PREFECT_API_AUTH_STRING: stack.settings.prefect_auth_string.get_secret_value(),
        PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True,
    }
    with temporary_settings(to_prefect):
        yield line
    server.close()
    await line.cut()


@pytest.fixture
async def runs(line: Line) -> AsyncIterator[PrefectRuns]:
    runs = PrefectRuns()
    yield runs
    await runs.aclose()


async def order(runs: PrefectRuns, orders: int) -> set[str]:
    """The ids of the flow runs."""
    numbers = [next(_numbers) for _ in range(orders)]
    return set(await asyncio.gather(*(runs.start(_delivery(number)) for number in numbers)))


def _delivery(number: int) -> Delivery:
    return Delivery(
        id=number,
        connection_id=1,
        attempt=1,
        event="candidateStageChange",
        subject=f"opportunity:nobody-{number}",
        state=DeliveryState.DISPATCHED,
    )


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    began = time.monotonic()
    await work()
    return time.monotonic() - began


async def test_many_orders_at_once_are_all_taken(runs: PrefectRuns) -> None:
    for _ in range(3):
        assert len(await order(runs, AT_ONCE)) == AT_ONCE


async def test_an_order_after_its_line_was_cut_does_not_wait(runs: PrefectRuns, line: Line) -> None:
    took = []
    for _ in range(3):  # a busy machine may take as long once, and not three times
        await order(runs, 1)
        assert await line.cut() == 1
        took.append(await seconds(lambda: order(runs, 1)))
    assert min(took) < AT_ONCE_SECONDS


async def test_orders_after_prefect_has_lost_its_tokens_are_taken(runs: PrefectRuns, stack: Stack) -> None:
    engine = create_async_engine(stack.settings.prefect_store_url)
    async with engine.connect() as connection:
        began = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    await order(runs, AT_ONCE)
    async with engine.begin() as connection:
        lost = await connection.execute(
            text("DELETE FROM csrf_token WHERE updated >= :began"), {"began": began}
        )
    await engine.dispose()
    assert lost.rowcount >= AT_ONCE
    assert len(await order(runs, AT_ONCE)) == AT_ONCE


async def test_it_tells_of_our_work_pool_and_of_its_workers(runs: PrefectRuns, stack: Stack) -> None:
    seen = await runs.pool(stack.settings.work_pool)
    assert seen is not None
    assert not seen.is_paused
    assert health.worker(seen, "", datetime.now(UTC)).ok
    assert await runs.pool("no-such-pool") is None
