"""Latency, refusals and hung connections for the API paths of a stand-in, and the ledger of its calls.

Never touches `/sandbox/*` nor pages. Knows nothing of any vendor.
"""

import asyncio
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.bodies import parse_body, read_body, replay
from sandbox.clock import Clock, utc_now
from sandbox.knobs import Knobs
from sandbox.ledger import Call, Ledger

__all__ = ["FaultMiddleware", "HungUp", "Knobs"]

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
HANG_UP = "sandbox.hang_up"


class HungUp(ConnectionError):  # noqa: N818 - it is what happened to the line, not somebody's mistake
    """A call was to stay unanswered, and no server is there to cut the line (under httpx.ASGITransport)."""


class FaultMiddleware:
    """Applies `knobs` to calls whose path starts with one of `api_prefixes`, and records each in `ledger`.

    A refused call gets a bare answer of `fail_status`, with `retry_after` if set, and is not executed. A write hit by
    `fail_after_write` is executed and answered as if it had failed. A hung write is executed; the line then stays
    silent for `hang_seconds` and is cut.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        knobs: Knobs,
        ledger: Ledger,
        api_prefixes: tuple[str, ...],
        clock: Clock = utc_now,
    ) -> None:
        self.app, self.knobs, self.ledger = app, knobs, ledger
        self.api_prefixes, self.clock = api_prefixes, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self.api_prefixes):
            await self.app(scope, receive, send)
            return
        body = await read_body(receive)
        call = self.ledger.record(
            at=self.clock().timestamp(),
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            body=await parse_body(scope, body),
        )
        await self._answer(call, scope, replay(body, receive), send)

    async def _answer(self, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        knobs = self.knobs
        hit = knobs.matches(call.method, call.path)
        if hit and knobs.latency_ms:
            await asyncio.sleep(knobs.latency_ms / 1000)
        if hit and call.method in WRITES and knobs.use_up("fail_after_write"):
            await self.app(scope, receive, _noting(call, _nobody, heard=False))
            call.status = knobs.fail_after_write_status
            await Response(status_code=call.status)(scope, receive, send)
        elif hit and knobs.fail_status is not None and knobs.use_up("fail_count"):
            headers = {} if knobs.retry_after is None else {"Retry-After": knobs.retry_after}
            call.status = knobs.fail_status
            await Response(status_code=knobs.fail_status, headers=headers)(scope, receive, send)
        elif hit and call.method in WRITES and knobs.use_up("hang_after_write"):
            await self.app(scope, receive, _noting(call, _nobody, heard=False))
            await _hang(scope, receive, knobs.hang_seconds)
        else:
            await self.app(scope, receive, _noting(call, send, heard=True))


def _noting(call: Call, send: Send, *, heard: bool) -> Send:
    async def noting_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            call.executed = message["status"] < 400
            call.status = message["status"] if heard else None
        await send(message)

    return noting_send


async def _nobody(_: Message) -> None:
    """Swallow what nobody is to hear."""


async def _hang(scope: Scope, receive: Receive, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await _gone(receive)
    except TimeoutError:
        hang_up: Callable[[], None] | None = scope.get(HANG_UP)
        if hang_up is None:
            raise HungUp("the stand-in left this call without an answer (knob hang_after_write)") from None
        hang_up()
        await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
