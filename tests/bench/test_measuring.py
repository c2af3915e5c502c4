"""What is read from ledgers, and the bench's own client, without a stack."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tools.bench.counting import counting_door
from tools.bench.figures import NotMeasured
from tools.bench.latency import creations, lever_calls
from tools.bench.line import as_fast_as_answered, at_a_steady_rate, lines
from tools.bench.webhooks import Sender, http_request

Answer = Callable[[], Awaitable[bytes]]


@asynccontextmanager
async def server(answer: Answer) -> AsyncIterator[str]:
    """Reads requests without a body and writes what `answer` gives."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            writer.write(await answer())
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = listening.sockets[0].getsockname()
    async with listening:
        yield f"http://{host}:{port}/hook"


async def accepted() -> bytes:
    return b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok"


async def unavailable() -> bytes:
    return b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nlate"


def call(method: str, path: str, body: object, at: float = 1.0, executed: bool = True) -> dict[str, object]:
    return {"method": method, "path": path, "body": body, "at": at, "executed": executed}


def test_creations_are_the_executed_posts_about_these_people() -> None:
    ada, bob = {"email": "ada@people.test"}, {"email": "bob@people.test"}
    calls = [
        call("POST", "/request/", ada, at=2.5),
        call("POST", "/request/", ada, at=1.5, executed=False),
        call("POST", "/request/", bob, at=3.5),
        call("GET", "/request/1/", ada, at=4.5),
    ]
    assert creations(calls, {"ada@people.test"}) == [2.5]


def test_lever_calls_are_counted_until_the_tag_stands_and_no_further() -> None:
    tag = call("POST", "/v1/opportunities/1/addTags", {"tags": ["Crosschq: sent"]})
    other = call("POST", "/v1/opportunities/1/addTags", {"tags": ["mine"]})
    note = call("POST", "/v1/opportunities/1/notes", {})
    assert lever_calls([call("GET", "/v1/opportunities/1", None), other, tag, note]) == 3


def test_without_a_tag_there_is_no_number_of_lever_calls() -> None:
    with pytest.raises(NotMeasured, match="no status tag"):
        lever_calls([call("GET", "/v1/opportunities/1", None)])


def test_each_webhook_has_a_token_and_an_opportunity_of_its_own() -> None:
    sender = Sender("http://127.0.0.1:1/webhooks/lever/key", "secret")
    assert len({sender.stage_change("stage") for _ in range(50)}) == 50


async def test_all_requests_are_sent_and_each_answer_is_read() -> None:
    async with server(accepted) as url, lines(url, 4) as opened:
        assert await as_fast_as_answered(opened, [http_request(url, b"")] * 40) > 0


async def test_another_answer_than_202_is_no_measurement() -> None:
    async with server(unavailable) as url, lines(url, 1) as opened:
        with pytest.raises(NotMeasured, match="503: late"):
            await as_fast_as_answered(opened, [http_request(url, b"")])


async def test_a_request_that_waits_for_a_line_is_timed_from_when_it_was_due() -> None:
    async def slow() -> bytes:
        await asyncio.sleep(0.05)
        return await accepted()

    async with server(slow) as url, lines(url, 1) as opened:
        waited = await at_a_steady_rate(opened, [http_request(url, b"")] * 4, 1000)
    assert waited[0] >= 0.05
    assert max(waited) >= 0.19


async def test_the_door_counts_requests_and_not_answers() -> None:
    seen: Counter[str] = Counter()
    async with server(accepted) as url:
        behind = int(url.rsplit(":", 1)[1].partition("/")[0])
        async with counting_door(behind, seen) as port:
            door = f"http://127.0.0.1:{port}/api/flow_runs/01234567-89ab-cdef-0123-456789abcdef/set_state"
            async with lines(door, 2) as opened:
                await as_fast_as_answered(opened, [http_request(door, b"")] * 6)
    assert seen == {"POST /api/flow_runs/ID/set_state": 6}
