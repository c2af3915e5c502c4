"""The private port: is the process alive, can it take webhooks, what has it done. Never reachable from outside."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from store.database import Database
from store.deliveries import Deliveries
from store.requests import Requests
from webhook_gateway.metrics import Metrics


def create_private_app(database: Database, metrics: Metrics) -> Starlette:
    """`/health`, `/ready` and `/metrics`."""

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(_request: Request) -> Response:
        try:
            async with database.transaction() as session:
                await session.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return JSONResponse({"database": "unreachable"}, 503)
        return JSONResponse({"database": "ok"})

    async def show_metrics(_request: Request) -> Response:
        async with database.transaction() as session:
            deliveries = await Deliveries(session).count_by_state()
            open_requests = await Requests(session).count_open()
        page = metrics.page({state.value: count for state, count in deliveries.items()}, open_requests)
        return Response(page, media_type="text/plain; version=0.0.4")

    return Starlette(
        routes=[Route("/health", health), Route("/ready", ready), Route("/metrics", show_metrics)]
    )
