"""What a run costs Prefect's server, counted on the wire."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from settings import Settings
from tests.warm_worker.conftest import with_pool
from tests.warm_worker.workers import Trial, started

pytestmark = pytest.mark.stack

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_REQUEST = re.compile(rb"((?:GET|POST|PATCH|PUT|DELETE) /\S*) HTTP/1\.1\r\n")


@asynccontextmanager
async def counting_proxy(port: int, seen: Counter[str]) -> AsyncIterator[int]:
    """A port in front of Prefect's, websockets and all; `seen` counts requests with ids as `ID`."""

    async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter, counts: bool) -> None:
        while data := await source.read(65536):
            if counts:
                seen.update(_ID.sub("ID", line.decode()) for line in _REQUEST.findall(data))
            target.write(data)
        target.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        ways = [pass_on(reader, back, True), pass_on(there, writer, False)]
        await asyncio.gather(*ways, return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_a_run_costs_three_requests_and_its_log(warm: Settings, told: Path, trial: Trial) -> None:
    seen: Counter[str] = Counter()
    async with counting_proxy(warm.prefect_port, seen) as port:
        through = with_pool(warm, prefect_api_url=f"http://127.0.0.1:{port}/api")
        async with started(through, told, "counted"):
            await trial.end(await trial.start("two-steps"))
            seen.clear()
            for _ in range(10):
                await trial.end(await trial.start("two-steps"))
            polls = seen.pop(f"POST /api/work_pools/{warm.work_pool}/get_scheduled_flow_runs")
            logs = seen.pop("POST /api/logs/", 0)
            tokens = seen.pop(
                "GET /api/csrf-token?client=ID", 0
            )  # the log's, the watch for cancels': once an hour
    assert seen == {"POST /api/flow_runs/ID/set_state": 30}
    assert polls <= 40
    assert logs <= 10
    assert tokens <= 2
