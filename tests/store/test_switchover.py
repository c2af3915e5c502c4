"""A database whose server is demoted while sessions live on is written to again within moments, without a restart."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store.database import Database
from store.read_only import READ_ONLY as READ_ONLY_STATE
from tests.switchover import READ_ONLY, Switch, two_servers
from warm_worker import hearing

POOLED = 5
WRITE = text("INSERT INTO written DEFAULT VALUES")


@pytest.fixture
async def switch(short_folder: Path) -> AsyncIterator[Switch]:
    folder = short_folder / token_hex(3)
    folder.mkdir()
    folder.chmod(0o755)
    async with two_servers(folder) as two:
        yield two


@pytest.fixture
async def database(switch: Switch) -> AsyncIterator[Database]:
    database = Database(switch.url())
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE written (at timestamptz DEFAULT now())"))
    await fill_the_pool(database)
    try:
        yield database
    finally:
        await database.close()


async def fill_the_pool(database: Database) -> None:
    async def one(together: asyncio.Barrier) -> None:
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))
            await together.wait()

    together = asyncio.Barrier(POOLED)
    await asyncio.gather(*(one(together) for _ in range(POOLED)))


async def write(database: Database) -> bool:
    try:
        async with database.transaction() as session:
            await session.execute(WRITE)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != READ_ONLY_STATE:
            raise
        return False
    return True


async def test_after_a_switchover_one_write_fails_and_the_next_reaches_the_new_leader(
    switch: Switch, database: Database
) -> None:
    assert await write(database)
    await switch.switch_over()
    assert [await write(database) for _ in range(POOLED + 2)] == [False] + [True] * (POOLED + 1)


async def test_many_at_once_recover_as_well(switch: Switch, database: Database) -> None:
    await switch.switch_over()
    first = await asyncio.gather(*(write(database) for _ in range(20)))
    assert not all(first)
    assert all(await asyncio.gather(*(write(database) for _ in range(20))))


async def test_a_server_that_is_read_only_for_a_while_is_written_to_when_it_is_over(
    switch: Switch, database: Database
) -> None:
    await switch.at(switch.first, READ_ONLY.format("on"), "SELECT pg_reload_conf()")
    assert not await write(database)
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT 1")) == 1, "pages still read"
    await switch.at(switch.first, READ_ONLY.format("off"), "SELECT pg_reload_conf()")
    async with asyncio.timeout(10):
        while not await write(database):  # noqa: ASYNC110 - the server reads its settings when it comes to it
            await asyncio.sleep(0.01)


async def test_a_server_that_ends_its_sessions_is_reached_anew(switch: Switch, database: Database) -> None:
    await switch.at(
        switch.first,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'crosschq_lever'",
    )
    assert all([await write(database) for _ in range(POOLED + 1)])


async def test_the_worker_listens_where_orders_are_announced_now(
    switch: Switch, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "SILENCE_SECONDS", 0.1)
    monkeypatch.setattr(hearing, "AGAIN_SECONDS", 0.1)
    heard: asyncio.Queue[None] = asyncio.Queue()
    listening = asyncio.create_task(hearing.hear_of_orders(switch.url(), lambda: heard.put_nowait(None)))
    try:
        async with asyncio.timeout(30):
            await heard.get()
            await switch.switch_over()
            await heard.get()
            assert not await write(database)
            async with database.transaction() as session:
                await session.execute(text(f"NOTIFY {hearing.CHANNEL}"))
            await heard.get()
    finally:
        listening.cancel()
