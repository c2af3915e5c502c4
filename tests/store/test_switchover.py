"""A database whose server is demoted while sessions live on is written to again within moments, without a restart."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from prefect.server.database.configurations import AsyncPostgresConfiguration
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError

from store import useless_connections
from store.database import DATABASE_ERRORS, Database
from store.outages import is_outage, why_not_written
from store.useless_connections import READ_ONLY as READ_ONLY_STATE
from store.useless_connections import discard_useless
from tests.switchover import Switch, two_servers
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
    await switch.make_read_only(switch.first, "on")
    assert not await write(database)
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT 1")) == 1, "pages still read"
    await switch.make_read_only(switch.first, "off")
    assert await write(database)


async def test_a_server_that_ends_its_sessions_is_reached_anew(switch: Switch, database: Database) -> None:
    await switch.at(
        switch.first,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'crosschq_lever'",
    )
    assert all([await write(database) for _ in range(POOLED + 1)])


async def test_a_demoted_server_that_was_reached_again_is_left_once_the_address_leads_elsewhere(
    switch: Switch, database: Database
) -> None:
    await switch.demote()
    assert not await write(database)
    await fill_the_pool(database)  # its reads are answered
    assert not await write(database)
    await fill_the_pool(database)
    switch.leader = switch.second
    assert [await write(database) for _ in range(POOLED + 2)] == [False] + [True] * (POOLED + 1)


async def test_of_several_hosts_the_one_that_leads_is_found_again(switch: Switch, database: Database) -> None:
    hosts = f"host={switch.first},{switch.second}&port=5432,5432&target_session_attrs=read-write"
    several = Database(f"postgresql+asyncpg://postgres@/crosschq_lever?{hosts}")
    await fill_the_pool(several)
    assert await write(several)
    await switch.demote()
    assert all([await write(several) for _ in range(POOLED + 1)])
    await switch.make_read_only(switch.second, "on")
    assert not await write(several)
    with pytest.raises(DATABASE_ERRORS) as nowhere:
        await write(several)
    assert is_outage(nowhere.value)
    assert why_not_written(nowhere.value) == "none of its servers can be written to"
    await several.close()


async def test_prefects_own_engine_recovers_as_well(switch: Switch, database: Database) -> None:
    """As deployments.prefect_process lets it: whatever makes an engine."""
    discard_useless(Engine)
    try:
        engine = await AsyncPostgresConfiguration(connection_url=switch.url()).engine()
        written = []
        for before in (None, switch.switch_over, None, None):
            await (before() if before else asyncio.sleep(0))
            try:
                async with engine.begin() as connection:
                    await connection.execute(WRITE)
            except DBAPIError:
                written.append(False)
            else:
                written.append(True)
        await engine.dispose()
    finally:
        event.remove(Engine, "handle_error", useless_connections._discard)
        event.remove(Engine, "connect", useless_connections._give_up_what_is_unheard)
    assert written == [True, False, True, True]


RAISES = "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{}'; END $$"
SESSION = text("SELECT pg_backend_pid()")


@pytest.mark.parametrize(
    ("sqlstate", "is_kept", "others_are_kept"),
    [
        *(
            (one, False, False)
            for one in ("25006", "08006", "08003", "08001", "57P01", "57P02", "57P03", "57P05")
        ),
        *((one, False, True) for one in ("53100", "53200", "53400", "58030", "26000", "42P05")),
        *(
            (one, True, True)
            for one in ("23505", "22P02", "40001", "42P01", "55P03", "57014", "P0001", "XX000")
        ),
    ],
)
async def test_a_connection_that_says_it_cannot_work_is_not_used_again(
    store_url: str, sqlstate: str, is_kept: bool, others_are_kept: bool
) -> None:
    database = Database(store_url)
    async with database.transaction() as other, database.transaction() as session:
        beside = await other.scalar(SESSION)
        before = await session.scalar(SESSION)
        with pytest.raises(DBAPIError):
            await session.execute(text(RAISES.format(sqlstate)))
        await session.rollback()
    async with database.transaction() as one, database.transaction() as another:
        after = {await one.scalar(SESSION), await another.scalar(SESSION)}
    await database.close()
    assert (before in after, beside in after) == (is_kept, others_are_kept)


async def test_a_network_that_is_gone_is_noticed_within_seconds(switch: Switch) -> None:
    database = Database(switch.url())
    async with database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        opened = driver._transport.get_extra_info("socket")
        assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000
        assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        names = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
        idle, between, times = (opened.getsockopt(socket.IPPROTO_TCP, getattr(socket, one)) for one in names)
    await database.close()
    assert idle + between * times <= 10


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
