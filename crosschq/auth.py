"""Crosschq's credentials on a request. Never sends anything, never shows the key."""

from collections.abc import Generator

import httpx

from crosschq import dialect


class KeyAuth(httpx.Auth):
    """`Authorization: <prefix><key>` (crosschq.md 1.2: header documented, no prefix is known).

    Raises ValueError for a prefix that is not in dialect.AUTHORIZATION_PREFIXES and for a key that is blank or holds
    anything but visible ASCII, such as a line break from copying.
    """

    def __init__(self, api_key: str, prefix: str = "") -> None:
        if prefix not in dialect.AUTHORIZATION_PREFIXES:
            raise ValueError(
                f"Crosschq's key prefix is {prefix!r}; use one of {dialect.AUTHORIZATION_PREFIXES}"
            )
        if not api_key or not all("!" <= character <= "~" for character in api_key):
            raise ValueError(
                "Crosschq's API key is blank or holds spaces or odd characters; copy it once more"
            )
        self._value = prefix + api_key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Adds the header."""
        request.headers["Authorization"] = self._value
        yield request
