"""The private port's pages before a real store, and browsers that keep their cookies."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware

from pages.addresses import make_app
from pages.admin.app import create_admin_routes
from pages.admin.rendering import WRONG_METHOD, SafeHeaders
from settings import Settings
from store.database import Database
from tests.factories import settings_at
from tests.pages.admin.browser import CODE, Browser
from wiring import Parts, make_parts


@dataclass(frozen=True)
class Pages:
    parts: Parts
    app: Starlette
    open_browser: Callable[[], Browser]


@asynccontextmanager
async def open_pages(
    settings: Settings, reach_provider: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Pages]:
    """`reach_provider`: of OpenID Connect."""
    async with make_parts(settings) as parts, AsyncExitStack() as opened:
        routes = create_admin_routes(parts, reach_provider)
        app = make_app(routes, [Middleware(SafeHeaders)], WRONG_METHOD)

        def open_browser() -> Browser:
            http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://admin.test")
            opened.push_async_callback(http.aclose)
            return Browser(http)

        yield Pages(parts, app, open_browser)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password's hash takes a tenth of a second of both cores, on purpose; most tests sign in."""
    monkeypatch.setattr(
        "pages.admin.passwords._hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )


@pytest.fixture
def settings(store_url: str, tmp_path: Path) -> Settings:
    return settings_at(tmp_path, store_url, allowed_hosts="127.0.0.1", first_run_code=SecretStr(CODE))


@pytest.fixture
async def pages(database: Database, settings: Settings) -> AsyncIterator[Pages]:
    async with open_pages(settings) as opened:
        yield opened
