"""The pages with a provider of OpenID Connect, and what people do with both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr

from settings import Settings
from store.people import People
from store.people_tables import Role
from tests.pages.admin.browser import Browser
from tests.pages.admin.conftest import Pages, open_pages
from tests.pages.admin.provider import CLIENT_ID, CLIENT_SECRET, Provider

ISSUER = "https://id.firm.test"


@dataclass(frozen=True)
class Office:
    """The pages with an admin who has a password, and the provider that they trust."""

    pages: Pages
    provider: Provider

    def open_browser(self) -> Browser:
        return self.pages.open_browser()

    async def sign_in(self, browser: Browser | None = None, following: str = "/") -> httpx.Response:
        """All the way, as a browser goes it; the answer to its return."""
        browser = browser or self.open_browser()
        return await browser.open(await self.return_path(browser, following))

    async def return_path(self, browser: Browser, following: str = "/") -> str:
        """The way back that the provider shows to who has signed in there."""
        begun = await browser.open(f"/sign-in/oidc?{urlencode({'next': following})}")
        assert begun.status_code == 303, begun.text
        assert begun.headers["location"].startswith(f"{self.provider.issuer.rstrip('/')}/authorize?")
        return self.provider.sign_in(begun.headers["location"]).removeprefix("http://admin.test")

    async def sign_in_as(self, sub: str, address: str, browser: Browser | None = None) -> httpx.Response:
        self.provider.account.update(sub=sub, email=address)
        return await self.sign_in(browser)

    async def people(self) -> dict[str, Role]:
        async with self.pages.parts.database.transaction() as session:
            return {one.name: one.role for one in await People(session).all()}


def with_oidc(settings: Settings, **changes: Any) -> Settings:
    told: dict[str, Any] = {
        "private_base_url": "http://admin.test",
        "oidc_issuer": ISSUER,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": SecretStr(CLIENT_SECRET),
        "oidc_admins": "Ada@Firm.test",
        "oidc_viewers": "vera@elsewhere.test, @firm.test",
        "oidc_button": "Sign in with Firm",
    }
    return Settings(_env_file=None, **{**settings.model_dump(exclude_none=True), **told, **changes})


def provider_at(issuer: str = ISSUER) -> Provider:
    return Provider(issuer, "http://admin.test/sign-in/oidc/back")


@asynccontextmanager
async def open_office(settings: Settings, provider: Provider) -> AsyncIterator[Office]:
    async with open_pages(settings, httpx.ASGITransport(provider.app)) as pages:
        yield Office(pages, provider)
