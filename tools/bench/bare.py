"""`python -m tools.bench.bare PORT`: a bare Starlette route that does one insert, to compare the gateway with.

SQLAlchemy's asynchronous engine with what it has by default, in our PostgreSQL, on uvicorn. Checks nothing.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from settings import load_settings

PATH = "/hook"
CREATE = text(
    "CREATE TABLE IF NOT EXISTS bench_bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea,"
    " received_at timestamptz DEFAULT now())"
)
INSERT = text("INSERT INTO bench_bare (body) VALUES (:body)")


def create_app(engine: AsyncEngine) -> Starlette:
    """202 for each body that is written; GET tells that it is up."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.execute(CREATE)
        yield
        await engine.dispose()

    async def hook(request: Request) -> Response:
        body = await request.body()
        async with engine.begin() as connection:
            await connection.execute(INSERT, {"body": body})
        return PlainTextResponse("recorded", 202)

    async def up(_: Request) -> Response:
        return PlainTextResponse("up")

    routes = [Route(PATH, hook, methods=["POST"]), Route("/up", up)]
    return Starlette(routes=routes, lifespan=lifespan)


if __name__ == "__main__":
    app = create_app(create_async_engine(load_settings().store_url))
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")
