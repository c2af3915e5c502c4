"""A desk per test, in front of the session's PostgreSQL. No Prefect server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from settings import Settings
from store.database import Database
from tests.factories import settings_at
from tests.onboarding.desk import Desk, Vendors, open_desk, open_vendors
from tests.onboarding.proving import Room, open_room


@pytest.fixture
def desk_settings(store_url: str, tmp_path: Path) -> Settings:
    return settings_at(tmp_path, store_url, allowed_hosts="127.0.0.1")


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
