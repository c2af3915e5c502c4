"""The admin routes under /sandbox that the stand-ins share: health, knobs, ledger, webhook log, reset.

No authentication: stand-ins listen on loopback. Vendor-specific admin routes live with the vendor.
"""

import json
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.knobs import Knobs, Switches
from sandbox.ledger import Ledger
from sandbox.outbox import Outbox


def routes(
    *, knobs: Knobs, ledger: Ledger, outbox: Outbox, reset: Callable[[], None] = lambda: None
) -> list[BaseRoute]:
    """Routes to add to a vendor app. `reset` puts the vendor's own state back to its seed."""
    admin = _Admin(knobs, ledger, outbox, reset)
    return [
        health(),
        turning(knobs),
        Route("/sandbox/ledger", admin.ledger_route, methods=["GET", "DELETE"]),
        Route("/sandbox/webhook-log", admin.webhook_log, methods=["GET"]),
        Route("/sandbox/webhook-log/{id}/rerun", admin.rerun, methods=["POST"]),
        Route("/sandbox/reset", admin.reset_route, methods=["POST"]),
    ]


def health() -> BaseRoute:
    """`GET /sandbox/health`: it listens."""

    async def answer(_: Request) -> Response:
        return JSONResponse({"ok": True})

    return Route("/sandbox/health", answer, methods=["GET"])


def turning(knobs: Switches) -> BaseRoute:
    """`/sandbox/knobs`: GET shows, PUT merges what is given, DELETE puts all back."""

    async def turn(request: Request) -> Response:
        if request.method == "DELETE":
            knobs.reset()
        elif request.method == "PUT":
            try:
                knobs.merge(await json_object(request))
            except ValueError as error:
                return refused(error)
        return JSONResponse(knobs.model_dump())

    return Route("/sandbox/knobs", turn, methods=["GET", "PUT", "DELETE"])


async def json_object(request: Request) -> dict[str, Any]:
    """The request's JSON object; ValueError says what was sent instead."""
    try:
        given = json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise ValueError(f"the body is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise ValueError(f"the body must be a JSON object, not {type(given).__name__}")
    return given


def refused(error: ValueError | LookupError, status: int = 400) -> JSONResponse:
    """An admin answer that says what was wrong with the request."""
    if isinstance(error, ValidationError):
        return JSONResponse({"error": error.errors(include_url=False, include_context=False)}, status)
    return JSONResponse({"error": str(error)}, status)


class _Admin:
    def __init__(self, knobs: Knobs, ledger: Ledger, outbox: Outbox, reset: Callable[[], None]) -> None:
        self.knobs, self.ledger, self.outbox, self.reset = knobs, ledger, outbox, reset

    async def ledger_route(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.ledger.clear()
        return JSONResponse({"calls": [call.as_json() for call in self.ledger.calls()]})

    async def webhook_log(self, _: Request) -> Response:
        return JSONResponse({"deliveries": [delivery.as_json() for delivery in self.outbox.log()]})

    async def rerun(self, request: Request) -> Response:
        try:
            self.outbox.rerun(request.path_params["id"])
        except KeyError:
            return refused(LookupError("no delivery of this id is in the webhook log"), 404)
        return JSONResponse({"ok": True}, 202)

    async def reset_route(self, _: Request) -> Response:
        self.knobs.reset()
        self.outbox.clear()
        self.ledger.clear()
        self.reset()
        return JSONResponse({"ok": True})
