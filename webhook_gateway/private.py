"""The private port: is the process alive, can it take webhooks, what has it done. Never reachable from outside."""

import asyncio
from collections.abc import Mapping, Sequence
from math import nan

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from pages.addresses import make_app
from pages.admin.rendering import WRONG_METHOD, SafeHeaders
from store.database import DATABASE_ERRORS, Database
from store.deliveries import Deliveries
from store.requests import Requests
from store.tables import NOT_OVER, DeliveryState
from webhook_gateway.health import database as judge_database
from webhook_gateway.metrics import Metrics
from webhook_gateway.readiness import Readiness
from webhook_gateway.status import StatusBoard, as_json


def create_private_app(
    database: Database,
    metrics: Metrics,
    pages: Sequence[BaseRoute] = (),
    *,
    readiness: Readiness | None = None,
    board: StatusBoard | None = None,
    patience: float = 3.0,
) -> Starlette:
    """`/health`, `/ready`, `/status`, `/metrics` and the pages of those who are signed in.

    A database that takes longer than `patience`, in seconds, counts as down. Without a `board` there is no `/status`.
    """
    recording = readiness or Readiness(database, patience=patience)

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(_request: Request) -> Response:
        finding = judge_database(await recording.why_not())
        return JSONResponse({"ready": finding.ok, "says": finding.says}, 200 if finding.ok else 503)

    async def show_status(_request: Request) -> Response:
        return JSONResponse(as_json(await board.look()) if board else {})

    async def show_metrics(_request: Request) -> Response:
        metrics.note_status(await recording.why_not() is None, await board.look() if board else None)
        try:
            async with asyncio.timeout(patience):
                page = metrics.page(*await _figures(database))
        except DATABASE_ERRORS:
            # What was answered meanwhile is what an operator wants to see now.
            page = metrics.page(dict.fromkeys(NOT_OVER, nan), nan)
        return Response(page, media_type="text/plain; version=0.0.4")

    return make_app(
        [
            Route("/health", health),
            Route("/ready", ready),
            *([Route("/status", show_status)] if board else []),
            Route("/metrics", show_metrics),
            *pages,
        ],
        [Middleware(SafeHeaders)],
        WRONG_METHOD,
    )


async def _figures(database: Database) -> tuple[Mapping[DeliveryState, int], int]:
    async with database.transaction() as session:
        return await Deliveries(session).count_by_state(), await Requests(session).count_open()
