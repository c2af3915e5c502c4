"""PostgreSQL is killed under a running gateway and dispatcher, and comes back: nothing is lost, doubled or stuck."""

import asyncio
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from deployments.postgres import PostgresProcess, start_postgres
from store.database import Database
from store.migrate import migrate
from store.vault import Vault
from tests.factories import connect
from tests.webhook_gateway.inbox import Runs, deliveries, running
from tests.webhook_gateway.senders import Clock, Senders, stage_change
from webhook_gateway.app import Gateway
from webhook_gateway.dispatch import Dispatcher
from webhook_gateway.inbox import Inbox
from webhook_gateway.metrics import Metrics

Start = Callable[[], PostgresProcess]


class Heard(logging.Handler):
    """Waits for a message in the log."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words
        self.event = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if self.words in record.getMessage():
            self.event.set()


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
async def heard() -> AsyncIterator[asyncio.Event]:
    """Set when the dispatcher has said that the database is out of reach."""
    handler = Heard("The dispatcher cannot reach the database")
    log = logging.getLogger("webhook_gateway.dispatch")
    log.addHandler(handler)
    yield handler.event
    log.removeHandler(handler)


async def test_gateway_and_dispatcher_outlive_a_killed_database(
    start: Start, heard: asyncio.Event, vault: Vault
) -> None:
    server = start()
    await migrate(server.url("crosschq_lever"))
    database, runs = Database(server.url("crosschq_lever")), Runs()
    dispatcher = Dispatcher(database, runs, Metrics(), poll=0.05)
    gateway = Gateway(Inbox(database), vault, Metrics(), Clock(), timedelta(days=30), dispatcher.wake)
    senders = Senders(gateway, database, await connect(database, vault), Clock(), [])
    async with asyncio.timeout(30), running(dispatcher):
        before, during = (stage_change(senders.key, opportunityId=one) for one in ("o-1", "o-2"))
        assert (await senders.lever(before)).status_code == 202
        assert await runs.next() == "delivery:1:1"
        server.process.kill()
        server.process.wait()
        assert (await senders.lever(during)).status_code == 503
        await heard.wait()
        start()
        assert [(await senders.lever(one)).status_code for one in (before, during)] == [200, 202]
        # PostgreSQL skips ids after a crash.
        _, second = await deliveries(database)
        assert (second.subject, await runs.next()) == ("opportunity:o-2", f"delivery:{second.id}:1")
    assert len(runs.asked) == 2
    await database.close()
