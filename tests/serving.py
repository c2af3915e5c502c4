"""Serves apps on free ports of loopback for the length of a block: the sandboxes, the gateway, a test's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp

from sandbox.crosschq.app import create_app as create_crosschq
from sandbox.crosschq.options import CrosschqOptions
from sandbox.lever.app import create_app as create_lever
from sandbox.lever.options import LeverOptions
from sandbox.serve import Server, address, listen

RETRY_WAITS = (0.05, 0.1, 0.2, 0.4)
"""Seconds between the tries of a sandbox webhook."""

Serve = Callable[["AppAt"], Awaitable[tuple[str, Starlette]]]


@asynccontextmanager
async def serving() -> AsyncIterator[Serve]:
    """A function that serves an app and tells its address; all end together, for each takes 0.2 s to end."""
    started: list[tuple[Server, asyncio.Task[None]]] = []

    with ExitStack() as listeners:

        async def serve(app_at: "AppAt") -> tuple[str, Starlette]:
            listener = listeners.enter_context(listen("127.0.0.1", 0))
            host, port = address(listener)
            app = app_at(url := f"http://{host}:{port}")
            server = Server(app)
            started.append((server, asyncio.create_task(server.serve([listener]))))
            await server.ready.wait()
            return url, app

        try:
            yield serve
        finally:
            for server, _ in started:
                server.should_exit = True
            await asyncio.gather(*(task for _, task in started))


@asynccontextmanager
async def served(app_at: "AppAt") -> AsyncIterator[tuple[str, ASGIApp]]:
    """One app, as its address and itself."""
    async with serving() as serve:
        yield await serve(app_at)


class AppAt:
    """Builds an app that knows its own address."""

    def __init__(self, build: Any) -> None:
        self._build = build

    def __call__(self, url: str) -> Starlette:
        app = self._build(url)
        assert isinstance(app, Starlette)
        return app


def sandbox_lever() -> AppAt:
    return AppAt(
        lambda url: create_lever(LeverOptions(base_url=url, retry_waits=RETRY_WAITS, rate=1000, burst=1000))
    )


def sandbox_crosschq() -> AppAt:
    return AppAt(lambda url: create_crosschq(CrosschqOptions(base_url=url, retry_waits=RETRY_WAITS)))
