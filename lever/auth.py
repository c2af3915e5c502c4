"""How Lever knows who calls (lever.md 2). Sends nothing."""

from collections.abc import Generator

import httpx


def api_key(key: str) -> httpx.Auth:
    """An API key: the user name of Basic authentication, with an empty password."""
    return httpx.BasicAuth(username=key, password="")


class AccessToken(httpx.Auth):
    """An OAuth access token, good for one hour; getting the next one is not done here."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._header
        yield request
