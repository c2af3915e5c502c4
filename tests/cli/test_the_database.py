"""A database that is down, empty or closed to us is told in words, by every command that works on it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deployments.ports import pick
from deployments.postgres import PostgresProcess
from tests.cli.terminal import Terminal

ON_THE_DATABASE = {
    "migrate": ["migrate"],
    "deliveries": ["deliveries"],
    "resolve request": ["resolve", "request", "1", "--not-sent", "--reason", "x"],
    "resolve delivery": ["resolve", "delivery", "1", "--drop", "--reason", "x"],
    "keys status": ["keys", "status"],
    "keys rotate": ["keys", "rotate"],
    "follow-ups": ["follow-ups"],
    "follow-ups cancel": ["follow-ups", "cancel", "1", "--reason", "x"],
}
NAME = "for_the_command_line"


@pytest.fixture
async def new_database(postgres: PostgresProcess) -> AsyncIterator[str]:
    """A database nothing was done to yet."""
    engine = create_async_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {NAME}"))
        yield postgres.url(NAME)
        await connection.execute(text(f"DROP DATABASE {NAME}"))
    await engine.dispose()


@pytest.mark.parametrize("command", ON_THE_DATABASE)
async def test_a_database_that_is_down_is_told(terminal: Terminal, command: str) -> None:
    terminal.set("database_url", f"postgresql+asyncpg://somebody:hunter2@127.0.0.1:{pick(18100)}/store")
    said = await terminal.refusal(*ON_THE_DATABASE[command])
    assert said.startswith("The database cannot be reached (")
    assert "Is `make up` running?" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("command", list(ON_THE_DATABASE)[1:])
async def test_a_database_without_our_tables_is_told_with_the_remedy(
    terminal: Terminal, new_database: str, command: str
) -> None:
    terminal.set("database_url", new_database)
    said = await terminal.refusal(*ON_THE_DATABASE[command])
    assert "does not exist. `crosschq-lever migrate` brings its schema up to date." in said
    assert len(said.splitlines()) == 1


async def test_migrate_makes_the_tables_once(terminal: Terminal, new_database: str) -> None:
    terminal.set("database_url", new_database)
    await terminal.said("migrate")
    await terminal.said("migrate")
    assert "Outcome" in await terminal.said("deliveries")


async def test_a_database_that_does_not_know_us_is_told(terminal: Terminal, store_url: str) -> None:
    terminal.set("database_url", store_url.replace("//postgres@", "//somebody:hunter2@"))
    said = await terminal.refusal("deliveries")
    assert said == 'The database refused: role "somebody" does not exist.\n'
