"""How much of a body is read, and how long: 256 KiB, whatever was announced, and nothing of what is over it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.webhook_gateway.senders import Senders, as_bytes, stage_change
from webhook_gateway.app import create_public_app
from webhook_gateway.body import LARGEST


def padded(senders: Senders, size: int) -> bytes:
    return as_bytes(stage_change(senders.key)).ljust(size)


class Stream:
    """A body in pieces of 64 KiB that remembers how many were taken."""

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.pieces):
            self.taken += 1
            yield b" " * 65536


async def post(senders: Senders, body: Any, **headers: str) -> httpx.Response:
    url = f"/webhooks/lever/{senders.connected.lever.url_key}"
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return await senders.client.post(url, content=body, headers=raw)


async def test_256_kib_is_the_largest_body(senders: Senders) -> None:
    assert LARGEST == 256 * 1024
    assert (await senders.lever(padded(senders, LARGEST))).status_code == 202
    answer = await senders.lever(padded(senders, LARGEST + 1))
    assert (answer.status_code, answer.text) == (413, "too large")
    assert senders.answered("lever", "too large") == 1
    assert len(await senders.deliveries()) == 1


async def test_a_body_announced_as_larger_is_not_read_at_all(senders: Senders) -> None:
    stream = Stream(8)
    answer = await post(senders, stream.__aiter__(), **{"Content-Length": str(LARGEST + 1)})
    assert (answer.status_code, stream.taken) == (413, 0)


async def test_a_body_without_a_length_is_read_to_the_limit_and_no_further(senders: Senders) -> None:
    stream = Stream(1000)
    answer = await post(senders, stream.__aiter__())
    assert "content-length" not in answer.request.headers
    assert (answer.status_code, stream.taken) == (413, 5)


async def test_a_length_that_lies_does_not_lift_the_limit(senders: Senders) -> None:
    stream = Stream(1000)
    answer = await post(senders, stream.__aiter__(), **{"Content-Length": "10"})
    assert (answer.status_code, stream.taken) == (413, 5)


async def test_after_413_the_connection_is_closed_so_that_the_rest_is_not_read(senders: Senders) -> None:
    answer = await senders.lever(padded(senders, LARGEST + 1))
    assert answer.headers["connection"] == "close"


async def test_a_body_that_does_not_come_in_time_is_408_and_no_fault_of_the_database(
    senders: Senders, caplog: pytest.LogCaptureFixture
) -> None:
    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    app = create_public_app(replace(senders.gateway, patience=0.2))
    scope = {"type": "http", "method": "POST", "path": f"/webhooks/lever/{senders.connected.lever.url_key}"}
    pieces, sent = dripping(), list[dict[str, Any]]()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": await anext(pieces), "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    async with asyncio.timeout(5):
        await app({**scope, "headers": [], "query_string": b""}, receive, send)
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert senders.answered("lever", "too slow") == 1
    assert [one.levelname for one in caplog.records] == ["WARNING"]


@pytest.mark.parametrize("length", ["", "much", "-1", "1.5", "²"])
async def test_a_length_that_is_no_number_is_left_to_the_counting(senders: Senders, length: str) -> None:
    answer = await post(senders, padded(senders, 1000), **{"Content-Length": length})
    assert answer.status_code == 202


async def test_an_unknown_url_is_answered_without_reading_the_body(senders: Senders) -> None:
    stream = Stream(8)
    answer = await senders.client.post("/webhooks/lever/guess", content=stream.__aiter__())
    assert (answer.status_code, stream.taken) == (404, 0)


async def test_a_sender_who_hangs_up_leaves_nothing(senders: Senders) -> None:
    came = [
        {"type": "http.request", "body": as_bytes(stage_change(senders.key))[:50], "more_body": True},
        {"type": "http.disconnect"},
    ]
    path = f"/webhooks/lever/{senders.connected.lever.url_key}"
    scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b""}

    async def receive() -> Any:
        return came.pop(0)

    async def send(_message: Any) -> None: ...

    await create_public_app(senders.gateway)(scope, receive, send)
    assert senders.answered("lever", "incomplete") == 1
    assert await senders.deliveries() == senders.woken == came == []
