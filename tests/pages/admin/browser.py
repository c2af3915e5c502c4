"""What a person does in a browser without JavaScript: opens pages, fills forms in, keeps cookies."""

import re
from dataclasses import dataclass
from html import unescape

import httpx

CODE = "the-printed-code"
PASSWORD = "correct horse battery"


def said(page: httpx.Response) -> str:
    """What a page says of the press before it; blank where nothing was done."""
    found = re.search(r'<p class="told" role="status">(.*?)</p>', page.text, re.DOTALL)
    return unescape(found[1]) if found else ""


@dataclass(frozen=True)
class Browser:
    http: httpx.AsyncClient

    async def open(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def open_next(self, answer: httpx.Response) -> httpx.Response:
        """The page that a press which was done leads to."""
        assert answer.status_code == 303, answer.text
        return await self.open(answer.headers["location"])

    async def send(self, page: str, path: str, **fields: str) -> httpx.Response:
        """Sends a form of `page` to `path`, with the token that the page has."""
        return await self.http.post(path, data={"form_token": await self.token_on(page), **fields})

    async def token_on(self, page: str) -> str:
        found = re.search(r'name="form_token" value="([^"]*)"', (await self.open(page)).text)
        assert found, f"{page} has no form"
        return found[1]

    async def become_admin(
        self, code: str = CODE, name: str = "ada", password: str = PASSWORD
    ) -> httpx.Response:
        fields = {"code": code, "name": name, "password": password, "again": password}
        return await self.send("/first-run", "/first-run", **fields)

    async def sign_in(
        self, name: str = "ada", password: str = PASSWORD, following: str = "/"
    ) -> httpx.Response:
        return await self.send("/sign-in", "/sign-in", name=name, password=password, next=following)
