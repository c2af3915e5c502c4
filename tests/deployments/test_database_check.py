"""Before anything starts, a database that cannot be used is named with its setting: tried with a real PgBouncer."""

from pathlib import Path

import pytest

from deployments.database_check import UnusableDatabaseError, require_usable_databases
from deployments.postgres import PostgresProcess
from settings import Settings
from tests.deployments.pgbouncer import pooler

SECRET = "s3cretWord"
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
