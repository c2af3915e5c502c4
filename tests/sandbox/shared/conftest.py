"""A toy application behind the shared parts, and a webhook receiver that remembers what it got."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.admin import routes
from sandbox.faults import FaultMiddleware
from sandbox.knobs import Knobs
from sandbox.ledger import Ledger
from sandbox.outbox import Outbox


@dataclass
class Receiver:
    """Answers each webhook with the next of `answers`, then with 200; 0 refuses the connection."""

    answers: list[int] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(request.content.decode())
        self.methods.append(request.method)
        status = self.answers.pop(0) if self.answers else 200
        if status == 0:
            raise httpx.ConnectError("connection refused")
        return httpx.Response(status, headers={"location": "https://elsewhere.test/"})


@dataclass
class Toy:
    """The toy stand-in: `/api/things` counts its writes, `/page` is a page."""

    knobs: Knobs
    ledger: Ledger
    outbox: Outbox
    receiver: Receiver
    http: httpx.AsyncClient
    written: list[object]

    def submit(self, body: str) -> str:
        return self.outbox.submit("https://hook.test/x", "POST", {}, body.encode(), "a label")


@pytest.fixture
async def toy() -> AsyncIterator[Toy]:
    knobs, ledger, receiver, written = Knobs(), Ledger(), Receiver(), []
    outbox = Outbox(knobs, retry_waits=(0, 0, 0, 0), transport=httpx.MockTransport(receiver))

    async def things(request: Request) -> Response:
        if request.method == "POST":
            written.append(await request.body())
        return JSONResponse({"n": len(written)}, 201 if request.method == "POST" else 200)

    app = Starlette(
        routes=[
            Route("/api/things", things, methods=["GET", "POST"]),
            Route("/page", things, methods=["GET", "POST"]),
            *routes(knobs=knobs, ledger=ledger, outbox=outbox, reset=written.clear),
        ],
        middleware=[Middleware(FaultMiddleware, knobs=knobs, ledger=ledger, api_prefixes=("/api/",))],
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://toy.test") as http:
        yield Toy(knobs, ledger, outbox, receiver, http, written)
    await outbox.aclose()


@pytest.fixture
def until() -> Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]:
    """Asks again until the answer is not empty; another process gives no event to wait for."""

    async def ask_until(ask: Callable[[], Awaitable[Any]]) -> Any:
        async with asyncio.timeout(10):
            while not (answer := await ask()):  # noqa: ASYNC110 - there is no event to wait for
                await asyncio.sleep(0.02)
        return answer

    return ask_until
