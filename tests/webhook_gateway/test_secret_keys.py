"""A key that rows need and the setting lacks is named in the log when the gateway starts."""

import pytest
from cryptography.fernet import Fernet

from deployments.ports import pick
from store.database import Database
from store.vault import Vault, fingerprint
from tests.factories import connect
from webhook_gateway.secret_keys import log_missing_keys
from wiring import utc_now

LOST, HERE = Fernet.generate_key().decode(), Fernet.generate_key().decode()


async def test_a_missing_key_is_logged_with_what_needs_it(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await connect(database, Vault([LOST]))
    await log_missing_keys(database, Vault([HERE]), utc_now())
    assert f"does not hold the key {fingerprint(LOST)}, which is needed by 7 rows" in caplog.text


async def test_nothing_is_logged_while_every_key_is_here(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await connect(database, Vault([LOST]))
    await log_missing_keys(database, Vault([HERE, LOST]), utc_now())
    assert caplog.text == ""


async def test_a_database_that_is_away_is_no_news() -> None:
    away = Database(f"postgresql+asyncpg://nobody@127.0.0.1:{pick(18150)}/store")
    await log_missing_keys(away, Vault([HERE]), utc_now())
    await away.close()
