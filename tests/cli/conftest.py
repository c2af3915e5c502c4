"""The command line in front of the session's PostgreSQL, with the settings in its environment and no `.env`."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from deployments.environment import settings_environment
from settings import PREFIX, Settings
from store.database import Database
from store.key_ring import refresh_ring
from store.vault import Vault
from tests.cli.terminal import Terminal


@pytest.fixture
def cli_settings(store_url: str, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        secret_keys=SecretStr(Fernet.generate_key().decode()),
        prefect_auth_string=SecretStr("admin:not-used"),
        database_url=store_url,
        allowed_hosts="127.0.0.1",
    )


@pytest.fixture
def cli_settings_key(cli_settings: Settings) -> str:
    return cli_settings.secret_keys.get_secret_value()


@pytest.fixture
def vault(cli_settings: Settings) -> Vault:
    return Vault.from_setting(cli_settings.secret_keys.get_secret_value())


@pytest.fixture
def environment(cli_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """To be changed by a test; starts as a complete one."""
    for name, value in settings_environment(cli_settings).items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def terminal(environment: pytest.MonkeyPatch) -> Terminal:
    """Wide enough for a whole row on a line."""
    return Terminal(environment)


@pytest.fixture
def bare_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A fresh machine: no setting of ours."""
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.setenv(f"{PREFIX}ENV_FILE", "")
    return Terminal(monkeypatch)


@pytest.fixture
async def inbox(database: Database, vault: Vault, terminal: Terminal) -> tuple[Database, Vault, Terminal]:
    """An empty store, the keys it is written with, and the terminal before it."""
    async with database.transaction() as session:
        await refresh_ring(vault, session)
    return database, vault, terminal
