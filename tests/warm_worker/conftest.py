"""A pool of the tests' own on the session's Prefect server, with the trial flows deployed on it."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deployments.prefect_api import checked, prefect_api
from deployments.register import choices, register
from deployments.stack import Stack
from deployments.work_pool import ensure_work_pool
from settings import WARM, Settings
from tests.warm_worker.workers import Trial, Worker, started

FLOWS = ("two_steps", "waits", "blocks", "raises", "is_not_async")


def with_pool(settings: Settings, **changes: object) -> Settings:
    return Settings(_env_file=None, **{**settings.model_dump(), **changes})


@pytest.fixture(scope="session")
async def deployed(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a pool of the tests' own, where the trial flows are deployed."""
    settings = with_pool(stack.settings, work_pool=f"trial-{os.getpid()}", work_pool_type=WARM)
    await register(settings, trial_file(tmp_path_factory.mktemp("trial")))
    return settings


@pytest.fixture(scope="module")
async def warm(deployed: Settings, request: pytest.FixtureRequest) -> Settings:
    """The trial flows on another pool for each module, so that only its workers take their runs."""
    settings = with_pool(deployed, work_pool=f"{request.module.__name__.rpartition('.')[2]}-{os.getpid()}")
    await move_to(settings)
    return settings


async def move_to(settings: Settings) -> None:
    """The trial deployments to the settings' pool, which is made if it is not there."""
    async with prefect_api(settings) as api:
        await ensure_work_pool(api, settings.work_pool, settings.work_pool_type)
        for name, choice in (await choices(api)).items():
            if name.endswith("/trial"):
                checked(
                    await api.patch(f"/deployments/{choice.id}", json={"work_pool_name": settings.work_pool})
                )


def trial_file(folder: Path) -> Path:
    deployments = "".join(
        f"""
  - name: trial
    entrypoint: tests.warm_worker.stories.{flow}
    work_pool: {{name: "{{{{ $CROSSCHQ_LEVER_WORK_POOL }}}}"}}"""
        for flow in FLOWS
    )
    file = folder / "prefect.yaml"
    file.write_text(f"pull: []\ndeployments:{deployments}\n")
    return file


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("told") / "told.txt"


@pytest.fixture(scope="module")
async def worker(warm: Settings, told: Path) -> AsyncIterator[Worker]:
    """One worker for all tests of a module that do not end it."""
    async with started(warm, told, "steady") as running:
        yield running


@pytest.fixture
async def api(warm: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with prefect_api(warm) as client:
        yield client


@pytest.fixture
def trial(api: httpx.AsyncClient, told: Path) -> Trial:
    return Trial(api, told)
