"""The worker hears of orders through our database, again after it was away, and does without meanwhile."""

import asyncio
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from deployments.postgres import PostgresProcess, start_postgres
from store import run_orders
from store.database import Database
from tests.warm_worker.workers import until
from warm_worker import hearing

Start = Callable[[], PostgresProcess]


@pytest.fixture(autouse=True)
def _tries_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "AGAIN_SECONDS", 0.01)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a PostgreSQL of this test's own, again and again on the same data."""
    folder = Path(tempfile.mkdtemp(prefix="cl-"))
    folder.chmod(0o755)
    servers: list[PostgresProcess] = []

    def start() -> PostgresProcess:
        servers.append(start_postgres(folder / "data", folder / "socket"))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> asyncio.Semaphore:
    """One more to acquire for each time a connection is tried."""
    tried, listen = asyncio.Semaphore(0), hearing._listen

    async def counted(*arguments: Any) -> str:
        tried.release()
        return await listen(*arguments)

    monkeypatch.setattr(hearing, "_listen", counted)
    return tried


@asynccontextmanager
async def hearing_of(store_url: str) -> AsyncIterator[asyncio.Semaphore]:
    """One more to acquire for each time it was heard."""
    heard = asyncio.Semaphore(0)
    task = asyncio.create_task(hearing.hear_of_orders(store_url, heard.release))
    try:
        async with asyncio.timeout(30):
            yield heard
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def announce(database: Database) -> None:
    async with database.transaction() as session:
        await run_orders.announce(session)


async def backends(database: Database, which: str, *, cut: bool = False) -> int:
    """How many other connections are at such a query, or were last."""
    counted = "count(pg_terminate_backend(pid))" if cut else "count(pid)"
    query = f"SELECT {counted} FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND {which}"  # noqa: S608
    async with database.transaction() as session:
        return int(await session.scalar(text(query)) or 0)


async def test_what_the_store_announces_is_heard(store_url: str, database: Database) -> None:
    async with hearing_of(store_url) as heard:
        await heard.acquire()  # it listens from now on, and may have missed something
        for _ in range(3):
            await announce(database)
            await heard.acquire()
        assert heard.locked()


async def test_a_cut_connection_is_opened_again(store_url: str, database: Database) -> None:
    async with hearing_of(store_url) as heard:
        await heard.acquire()
        assert await backends(database, "query LIKE 'LISTEN%'", cut=True) == 1
        await heard.acquire()
        await announce(database)
        await heard.acquire()


async def test_a_connection_that_is_silent_is_asked_and_still_heard(
    store_url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "SILENCE_SECONDS", 0.01)
    async with hearing_of(store_url) as heard:
        await heard.acquire()
        await until(lambda: backends(database, "query = 'SHOW transaction_read_only'"), 10)
        await announce(database)
        await heard.acquire()
        assert heard.locked()


async def test_a_database_that_is_away_is_said_once_and_heard_when_it_is_back(
    start: Start, caplog: pytest.LogCaptureFixture, tries: asyncio.Semaphore
) -> None:
    caplog.set_level(logging.INFO, logger="prefect.warm_worker")
    server = start()
    async with hearing_of(server.url("postgres")) as heard:
        await heard.acquire()
        server.process.kill()
        server.process.wait()
        for _ in range(4):
            await tries.acquire()
        start()
        await heard.acquire()
    assert caplog.text.count("cannot be heard") == 1
    assert caplog.text.count("heard of again") == 1
