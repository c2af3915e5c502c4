"""Before anything starts, a database that cannot be used is named with its setting: tried with a real PgBouncer."""

import asyncio
import os
import pwd
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex

import pytest

from deployments.database_check import UnusableDatabaseError, require_usable_databases
from deployments.ports import pick
from deployments.postgres import PostgresProcess
from settings import Settings

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
SECRET = "s3cretWord"
NAMES = ["database_url", "prefect_database_url"]


@asynccontextmanager
async def pooler(postgres: PostgresProcess, folder: Path, mode: str) -> AsyncIterator[str]:
    """PgBouncer before the tests' PostgreSQL, as its own user if we are root; its address."""
    if PGBOUNCER is None:
        pytest.skip("needs pgbouncer (apt-get install pgbouncer)")
    home, port = folder / f"bouncer-{token_hex(3)}", pick(16432)
    home.mkdir()
    (home / "users.txt").write_text('"postgres" ""\n')
    (home / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={postgres.cluster.socket_dir} user=postgres\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = trust\n"
        f"auth_file = {home / 'users.txt'}\npool_mode = {mode}\n"
    )
    user = postgres.cluster.user
    if user:
        for path in (home, *home.iterdir()):
            os.chown(path, user.uid, user.gid)
    as_user = ["-u", pwd.getpwuid(user.uid).pw_name] if user else []
    process = await asyncio.create_subprocess_exec(
        PGBOUNCER, *as_user, "-q", str(home / "pgbouncer.ini"), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(10):
            while not await _listens(port):  # noqa: ASYNC110 - another program: no event tells
                await asyncio.sleep(0.01)
        yield f"postgresql+asyncpg://postgres@127.0.0.1:{port}/crosschq_lever"
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return False
    writer.close()
    return True


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", ["transaction", "statement"])
async def test_a_pooler_that_shares_sessions_is_refused_in_a_sentence(
    postgres: PostgresProcess, short_folder: Path, settings: Settings, mode: str, name: str
) -> None:
    async with pooler(postgres, short_folder, mode) as url:
        with pytest.raises(UnusableDatabaseError, match="pool_mode = session") as refused:
            await require_usable_databases(settings.model_copy(update={name: url}))
    assert str(refused.value).startswith(f"CROSSCHQ_LEVER_{name.upper()}: ")


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


async def test_a_database_that_is_not_there_is_named(postgres: PostgresProcess, settings: Settings) -> None:
    with pytest.raises(UnusableDatabaseError, match="no such database"):
        await require_usable_databases(settings.model_copy(update={"database_url": postgres.url("nowhere")}))
