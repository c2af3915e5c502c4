"""What the tests of the processes share; everything here is a real process."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from deployments.ports import pick
from deployments.prefect_api import prefect_api
from deployments.stack import Stack, running_stack
from settings import Settings


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """A folder whose path leaves room for a Unix socket's name (107 bytes); pytest's own may be too long."""
    folder = Path(tempfile.mkdtemp(prefix="cl-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation of this session's own, on free ports."""
    return Settings(
        _env_file=None,
        data_dir=tmp_path_factory.mktemp("stack"),
        secret_keys=Fernet.generate_key().decode(),
        prefect_auth_string="tester:a word nobody guesses",
        prefect_port=pick(14200),
        public_port=pick(18600),
        private_port=pick(18610),
    )


@pytest.fixture(scope="session")
async def stack(settings: Settings) -> AsyncIterator[Stack]:
    """The whole stack with the sandbox, once per session."""
    async with running_stack(settings, with_sandbox=True, progress=lambda _name: None) as running:
        yield running


@pytest.fixture
async def api(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with prefect_api(stack.settings) as client:
        yield client
