"""An office per test, in front of the session's PostgreSQL and the session's Prefect server."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from deployments import lineup
from deployments.postgres import PostgresProcess
from deployments.prefect_api import prefect_api
from deployments.supervisor import Supervisor
from deployments.work_pool import ensure_work_pool
from settings import Settings
from store.database import Database
from tests.factories import settings_at
from tests.flows.engine import run_in_prefect
from tests.flows.office import Office, open_office
from tools.demo.settings import demo_settings


@pytest.fixture(scope="session")
async def prefect(postgres: PostgresProcess, short_folder: Path) -> AsyncIterator[Settings]:
    """Prefect's server with our deployments, and nobody who takes their runs: these tests run the flows themselves."""
    first = 20650 + 100 * (os.getpid() % 90)
    settings = demo_settings(short_folder / "office", (first, first + 10, first + 20))
    settings = settings.model_copy(update={"prefect_database_url": postgres.url("prefect")})
    async with httpx.AsyncClient() as http, Supervisor(short_folder / "office" / "logs") as supervisor:
        await supervisor.start([lineup.prefect_server(settings, http, [])])
        async with prefect_api(settings) as api:
            await ensure_work_pool(api, settings.work_pool, settings.work_pool_type)
            await supervisor.start([lineup.deployments(settings)])
        yield settings


@pytest.fixture
def office_settings(store_url: str, tmp_path: Path) -> Settings:
    return settings_at(tmp_path, store_url, allowed_hosts="127.0.0.1")


@pytest.fixture
async def office(
    request: pytest.FixtureRequest, database: Database, office_settings: Settings, prefect: Settings
) -> AsyncIterator[Office]:
    """Connected to its sandbox with two templates, Engineers and Sales, in no order and without a fallback."""
    with pytest.MonkeyPatch.context() as patch:
        # What failed for now is tried again when a test says so, and not once a busy machine has taken five seconds.
        patch.setattr("hiring.retries.FIRST_WAIT", timedelta(minutes=5))
        async with open_office(office_settings, prefect) as opened:
            if request.node.get_closest_marker("in_prefect"):
                opened.engine = run_in_prefect
            yield opened
