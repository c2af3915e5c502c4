"""A desk per test, in front of the session's PostgreSQL. No Prefect server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from settings import Settings
from store.database import Database
from tests.onboarding.desk import Desk, Vendors, open_desk, open_vendors
from tests.onboarding.proving import Room, open_room


@pytest.fixture
def desk_settings(store_url: str, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        secret_keys=SecretStr(Fernet.generate_key().decode()),
        prefect_auth_string=SecretStr("not:used"),
        database_url=store_url,
        allowed_hosts="127.0.0.1",
    )


@pytest.fixture(scope="session")
async def vendors() -> AsyncIterator[Vendors]:
    async with open_vendors() as opened:
        yield opened


@pytest.fixture
async def desk(database: Database, desk_settings: Settings, vendors: Vendors) -> AsyncIterator[Desk]:
    """Nothing is connected yet."""
    async with open_desk(desk_settings, vendors) as opened:
        yield opened


@pytest.fixture
async def room(desk: Desk, tmp_path: Path) -> AsyncIterator[Room]:
    """As `desk`, with all that a self-test looks at."""
    async with open_room(desk, tmp_path) as opened:
        yield opened
