"""What many tests need: a real PostgreSQL with our schema, one per session, emptied for each test that asks for it."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

import store.outcome_tables
import store.tables  # noqa: F401 - their tables are emptied
from demo.settings import demo_settings
from deployments.postgres import PostgresProcess, embedded_postgres
from deployments.stack import Stack, running_stack
from store.base import Base
from store.database import Database
from store.migrate import migrate
from store.vault import Vault


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
    with embedded_postgres(short_folder / "tests", short_folder / "socket") as server:
        yield server


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
        tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
        await session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault([Fernet.generate_key().decode()])


@pytest.fixture(scope="session")
async def stack(short_folder: Path) -> AsyncIterator[Stack]:
    """Everything an installation runs, started as `make demo` does: Prefect's server and worker, gateway, sandbox."""
    # Two sessions on one machine, as of two people at work, do not meet.
    first = 20600 + 100 * (os.getpid() % 90)
    settings = demo_settings(short_folder, (first, first + 10, first + 20))
    async with running_stack(settings, with_sandbox=True, progress=lambda _name: None) as running:
        yield running
