"""Runs ASGI apps on sockets of ours, several on one loop, and lets a hung call be cut for real.

Binds nothing by itself but what it is told to, and leaves signals to the caller.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import RequestResponseCycle

from sandbox.faults import HANG_UP

GRACE_S = 1


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 takes a free one. Raises OSError naming the address when it is taken."""
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise OSError(
            f"cannot listen on {host}:{port}: {reason}. Stop what uses it or choose another port."
        ) from error
    # asyncio switches Nagle's algorithm off only on sockets that say they are TCP; with it answers on a kept connection
    # wait 40 ms for an ACK, which no real vendor does.
    return socket.socket(listener.family, listener.type, socket.IPPROTO_TCP, listener.detach())


def address(listener: socket.socket) -> tuple[str, int]:
    """Host and port a socket really listens on."""
    host, port = listener.getsockname()[:2]
    return host, port


class Server(uvicorn.Server):
    """A uvicorn server that says when it is ready and leaves signals alone: three share one process."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                _Cuttable(app),
                http="h11",
                ws="none",
                lifespan="on",
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the caller's."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, then say so."""
        await super().startup(sockets)
        self.ready.set()


class _Cuttable:
    """Gives the scope a function that cuts the line without an answer, which ASGI itself has no word for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cycle = getattr(send, "__self__", None)
        if isinstance(cycle, RequestResponseCycle):
            scope[HANG_UP] = cycle.transport.abort
        await self.app(scope, receive, send)
