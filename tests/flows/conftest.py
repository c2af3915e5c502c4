"""An office per test, in front of the session's PostgreSQL and the session's Prefect server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from deployments.stack import Stack
from settings import Settings
from store.database import Database
from tests.flows.office import Office, open_office


@pytest.fixture
def office_settings(store_url: str, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        secret_keys=SecretStr(Fernet.generate_key().decode()),
        prefect_auth_string=SecretStr("not:used"),
        database_url=store_url,
    )


@pytest.fixture
async def office(database: Database, office_settings: Settings, stack: Stack) -> AsyncIterator[Office]:
    """Connected to its sandbox with two templates, Engineers and Sales, in no order and without a fallback."""
    async with open_office(office_settings, stack.settings) as opened:
        yield opened
