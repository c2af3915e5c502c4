"""Before anything starts, a database that cannot be used is named with its setting: tried with a real PgBouncer."""

import asyncio
import sys
from pathlib import Path

import asyncpg
import certifi
import pytest
from sqlalchemy import text

from cleaning.database_url import clean_database_url
from deployments.database_check import UnusableDatabaseError, require_usable_databases
from deployments.environment import ROOT, process_environment
from deployments.postgres import PostgresProcess
from settings import Settings
from store import run_orders
from store.database import Database
from store.migrate import migrate
from tests.deployments.pgbouncer import TRUSTING, pooler
from tests.outbound.test_causes import serving_bytes
from warm_worker import hearing

SECRET = "s3cretWord"
SAYS = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
STARTING = b"E" + (4 + len(SAYS)).to_bytes(4, "big") + SAYS
NAMES = ["database_url", "prefect_database_url"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", ["transaction", "statement"])
async def test_a_pooler_that_shares_sessions_is_refused_in_a_sentence(
    postgres: PostgresProcess, short_folder: Path, settings: Settings, mode: str, name: str
) -> None:
    async with pooler(postgres, short_folder, mode) as url:
        with pytest.raises(UnusableDatabaseError, match="pool_mode = session") as refused:
            await require_usable_databases(settings.model_copy(update={name: url}))
    assert str(refused.value).startswith(f"CROSSCHQ_LEVER_{name.upper()}: ")


async def test_under_load_both_of_two_that_start_at_once_are_refused(
    postgres: PostgresProcess, short_folder: Path, settings: Settings
) -> None:
    async def load(url: str) -> None:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""), statement_cache_size=0)
        while True:
            await connection.execute("BEGIN; SELECT pg_sleep(0.002); COMMIT")

    async with pooler(postgres, short_folder, "transaction") as url:
        busy = [asyncio.create_task(load(url)) for _ in range(10)]
        starts = [
            require_usable_databases(settings.model_copy(update={"database_url": url})) for _ in range(2)
        ]
        ends = await asyncio.gather(*starts, return_exceptions=True)
        for one in busy:
            one.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
    assert [type(end) for end in ends] == [UnusableDatabaseError] * 2


@pytest.mark.parametrize(
    "started",
    [
        ["webhook_gateway"],
        ["deployments.prefect_process", "worker", "start", "--pool", "p", "--type", "crosschq-lever-warm"],
    ],
)
async def test_what_is_started_by_hand_refuses_it_too(
    postgres: PostgresProcess, short_folder: Path, settings: Settings, started: list[str]
) -> None:
    async with pooler(postgres, short_folder, "transaction") as url:
        environment = process_environment(settings.model_copy(update={"database_url": url}))
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *started), env=environment, cwd=ROOT, stdout=pipe, stderr=pipe
        )
        _, errors = await child.communicate()
    assert child.returncode
    assert errors.decode().startswith("CROSSCHQ_LEVER_DATABASE_URL: between us and PostgreSQL is a pooler")
    assert len(errors.splitlines()) == 1


async def test_with_sessions_all_that_we_ask_for_works_behind_a_pooler(
    postgres: PostgresProcess, short_folder: Path, store_url: str
) -> None:
    heard: asyncio.Queue[None] = asyncio.Queue()

    # As many as a pool has connections: on a busy machine more would wait for one longer than the pool lets them.
    turns = asyncio.Semaphore(20)

    async def ask(database: Database, number: int) -> int:
        async with turns, database.transaction() as session:
            return int(await session.scalar(text("SELECT CAST(:n AS int)"), {"n": number}) or 0)

    async with pooler(postgres, short_folder, "session", TRUSTING | {"default_pool_size": 60}) as url:
        await asyncio.gather(migrate(url), migrate(url))
        databases = [Database(url), Database(url)]
        listening = asyncio.create_task(hearing.hear_of_orders(url, lambda: heard.put_nowait(None)))
        async with asyncio.timeout(30):
            await heard.get()
            asked = [ask(databases[number % 2], number) for number in range(300)]
            assert await asyncio.gather(*asked) == list(range(300))
            async with databases[0].transaction() as session:
                await run_orders.announce(session)
            await heard.get()
        listening.cancel()
        await asyncio.wait([listening])
        for database in databases:
            await database.close()


async def test_a_pooler_with_sessions_and_postgresql_itself_are_taken(
    postgres: PostgresProcess, short_folder: Path, settings: Settings
) -> None:
    async with pooler(postgres, short_folder, "session") as url:
        await require_usable_databases(settings.model_copy(update=dict.fromkeys(NAMES, url)))
    direct = postgres.url("crosschq_lever")
    await require_usable_databases(settings.model_copy(update=dict.fromkeys(NAMES, direct)))


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("127.0.0.1:9/app", "nothing listens there"),
        ("no-such-host.invalid/app", "name"),
        ("127.0.0.1:9/app?ssl=verify-full", "nothing listens there|file of certificates"),
    ],
)
async def test_a_server_that_cannot_be_reached_is_named_without_the_password(
    settings: Settings, place: str, says: str
) -> None:
    url = f"postgresql+asyncpg://me:{SECRET}@{place}"
    with pytest.raises(UnusableDatabaseError, match=says) as refused:
        await require_usable_databases(settings.model_copy(update={"database_url": url}))
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("answer", "mode", "says"),
    [
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            "require",
            "does not begin TLS .* whether that is PostgreSQL's port",
        ),
        (b"220 mail.test ESMTP\r\n", "prefer", "does not begin TLS"),
        (b"N", "require", "switch ssl on there"),
        (b"N", "verify-full", "switch ssl on there"),
        (b"", "prefer", "does not begin TLS"),
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            "disable",
            "ended the connection: see whether that is PostgreSQL's port",
        ),
        (b"", "disable", "ended the connection"),
        (STARTING, "disable", "it is starting or stopping: see its log, then start again"),
    ],
)
async def test_what_is_no_postgresql_or_has_no_tls_or_is_starting_is_named(
    settings: Settings, answer: bytes, mode: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving_bytes(answer) as port:
        query = f"sslmode={mode}" + (f"&sslrootcert={certifi.where()}" if mode == "verify-full" else "")
        url = clean_database_url(f"postgresql://me:{SECRET}@127.0.0.1:{port}/app?{query}")
        with pytest.raises(UnusableDatabaseError, match=says) as refused:
            await require_usable_databases(settings.model_copy(update={"database_url": url}))
    assert SECRET not in str(refused.value)


async def test_a_socket_that_is_not_there_is_named(settings: Settings) -> None:
    url = "postgresql+asyncpg://me@/app?host=/nowhere"
    with pytest.raises(UnusableDatabaseError, match="no PostgreSQL has a socket in the folder"):
        await require_usable_databases(settings.model_copy(update={"database_url": url}))


async def test_a_database_that_is_not_there_is_named(postgres: PostgresProcess, settings: Settings) -> None:
    with pytest.raises(UnusableDatabaseError, match="no such database"):
        await require_usable_databases(settings.model_copy(update={"database_url": postgres.url("nowhere")}))
