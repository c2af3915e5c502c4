"""On a real socket: a hung write is cut without an answer, and a taken port is named."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from sandbox.faults import FaultMiddleware
from sandbox.knobs import Knobs
from sandbox.ledger import Ledger
from sandbox.serve import Server, address, listen


@pytest.fixture
async def served() -> AsyncIterator[tuple[str, Knobs, Ledger]]:
    knobs, ledger = Knobs(), Ledger()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await Request(scope, receive).body()
            await send({"type": "http.response.start", "status": 201, "headers": []})
            await send({"type": "http.response.body"})

    listener = listen("127.0.0.1", 0)
    server = Server(FaultMiddleware(app, knobs=knobs, ledger=ledger, api_prefixes=("/api/",)))
    running = asyncio.create_task(server.serve([listener]))
    await server.ready.wait()
    yield "http://{}:{}".format(*address(listener)), knobs, ledger
    server.should_exit = True
    await running


async def test_a_hung_write_is_cut_and_the_server_goes_on(served: Any) -> None:
    url, knobs, ledger = served
    knobs.merge({"hang_after_write": 1, "hang_seconds": 0})
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        with pytest.raises(httpx.RemoteProtocolError, match="disconnected without sending"):
            await http.post("/api/things", json={})
        assert (await http.post("/api/things", json={})).status_code == 201
    assert [(call.status, call.executed) for call in ledger.calls()] == [(None, True), (201, True)]


async def test_a_client_that_gives_up_on_a_hung_write_leaves_it_executed(served: Any) -> None:
    url, knobs, ledger = served
    knobs.merge({"hang_after_write": 1, "hang_seconds": 30})
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.post("/api/things", json={}, timeout=0.2)
    assert [(call.status, call.executed) for call in ledger.calls()] == [(None, True)]


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = address(taken)[1]
        with pytest.raises(OSError, match=f"127.0.0.1:{port}.*choose another port"):
            listen("127.0.0.1", port)
