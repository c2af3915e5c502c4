"""What many tests need: a real PostgreSQL with our schema, one per session, emptied for each test that asks for it."""

import asyncio
import os
import shutil
import ssl
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import certifi
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

import store.key_ring
import store.outcome_tables
import store.people_tables
import store.prospect_tables
import store.tables  # noqa: F401 - their tables are emptied
from deployments.postgres import PostgresProcess, embedded_postgres
from deployments.stack import Stack, running_stack
from store.base import Base
from store.database import Database
from store.migrate import migrate
from store.vault import Vault
from tests.factories import vault_of
from tools.demo.settings import demo_settings

# TRUNCATE makes a new file for each table and index: twice as long, and there are thousands of tests. Of many rows
# DELETE takes longer, as it looks for each in the tables that refer to it.
_TABLES = [table.name for table in reversed(Base.metadata.sorted_tables)]
_LARGE = [
    f"IF pg_relation_size('{name}') > 1000000 THEN TRUNCATE {name} CASCADE; END IF;" for name in _TABLES
]
_REST = [f"DELETE FROM {name};" for name in _TABLES]  # noqa: S608 - our names
EMPTY = f"DO $$ BEGIN {' '.join(_LARGE + _REST)} PERFORM setval(seqrelid, 1, false) FROM pg_sequence; END $$"


@pytest.fixture(scope="session", autouse=True)
def certificates_read_once() -> Iterator[None]:
    """Every httpx client reads all authorities' certificates: 40 ms each, thousands of times, for plain HTTP."""
    with pytest.MonkeyPatch.context() as patch:
        made = ssl.create_default_context
        authorities = {certifi.where(), os.environ.get("SSL_CERT_FILE")}
        kept = cache(lambda file: made(cafile=file))

        def create(*args: Any, **named: Any) -> ssl.SSLContext:
            is_usual = not args and list(named) == ["cafile"] and named["cafile"] in authorities
            return kept(named["cafile"]) if is_usual else made(*args, **named)

        patch.setattr(ssl, "create_default_context", create)
        yield


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """For sockets, whose paths must be short, and for PostgreSQL's own user: hence not pytest's folder."""
    folder = Path(tempfile.mkdtemp(prefix="cl-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres(short_folder: Path) -> Iterator[PostgresProcess]:
    """A started server of this session's own."""
    with embedded_postgres(short_folder / "tests", short_folder / "tests-socket") as server:
        asyncio.run(_keep_nothing_safe(server.url("postgres")))
        yield server


async def _keep_nothing_safe(url: str) -> None:
    """No test of this server's asks what a power cut leaves; the disk of a busy machine is what tests wait for most."""
    database = Database(url)
    async with database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            await autocommit.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        await autocommit.execute(text("SELECT pg_reload_conf()"))
    await database.close()


@pytest.fixture(scope="session")
def store_url(postgres: PostgresProcess) -> str:
    url = postgres.url("crosschq_lever")
    asyncio.run(migrate(url))
    return url


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    """Our store, empty."""
    opened = Database(store_url)
    async with opened.transaction() as session:
        await session.execute(text(EMPTY))
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def vault() -> Vault:
    return vault_of(Fernet.generate_key().decode())


@pytest.fixture(scope="session")
async def stack(short_folder: Path) -> AsyncIterator[Stack]:
    """Everything an installation runs, started as `make demo` does: Prefect's server and worker, gateway, sandbox."""
    # Two sessions on one machine, as of two people at work, do not meet.
    first = 20600 + 100 * (os.getpid() % 90)
    settings = demo_settings(short_folder, (first, first + 10, first + 20))
    async with running_stack(settings, with_sandbox=True, progress=lambda _name: None) as running:
        yield running
