"""What the tests of the processes share; everything here is a real process."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from deployments.ports import pick
from deployments.prefect_api import prefect_api
from deployments.stack import Stack, running_stack
from settings import Settings
from tests.deployments.proxy import RecordingProxy, recording_proxy


@contextmanager
def folder_for_postgres() -> Iterator[Path]:
    """Not pytest's own: its path may leave no room for a socket's name, and each pytest closes it to other users."""
    folder = Path(tempfile.mkdtemp(prefix="cl-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def short_dir() -> Iterator[Path]:
    with folder_for_postgres() as folder:
        yield folder


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """An installation of this session's own, on free ports."""
    with folder_for_postgres() as folder:
        settings = settings_in(folder)
        yield settings
        shutil.rmtree(settings.socket_dir, ignore_errors=True)


def settings_in(folder: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=folder,
        secret_keys=Fernet.generate_key().decode(),
        prefect_auth_string="tester:a word nobody guesses",
        prefect_port=pick(14200),
        public_port=pick(18600),
        private_port=pick(18610),
        log_format="json",
    )


@pytest.fixture(scope="session")
async def proxy() -> AsyncIterator[RecordingProxy]:
    """The company's, for everything the stack does."""
    async with recording_proxy() as recording:
        yield recording


@pytest.fixture(scope="session")
async def stack(settings: Settings, proxy: RecordingProxy) -> AsyncIterator[Stack]:
    """The whole stack with the sandbox behind a proxy, once per session."""
    async with AsyncExitStack() as running:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
                patch.setenv(name, proxy.url)
            for name in ("NO_PROXY", "no_proxy"):
                patch.setenv(name, "")
            whole = running_stack(settings, with_sandbox=True, progress=lambda _name: None)
            started = await running.enter_async_context(whole)
        yield started


@pytest.fixture
async def api(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with prefect_api(stack.settings) as client:
        yield client
