"""Believe what trusted proxies say of who is behind them, as uvicorn does, and for which Host they were asked.

https://www.uvicorn.org/deployment/#proxies-and-forwarded-headers
"""

from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware


class TrustedProxies:
    """The addresses and networks of CROSSCHQ_LEVER_TRUSTED_PROXIES."""

    def __init__(self, setting: str) -> None:
        self.setting = setting
        self._hosts = ProxyHeadersMiddleware(cast("Any", None), setting).trusted_hosts

    def __contains__(self, address: object) -> bool:
        return isinstance(address, str) and address in self._hosts

    def in_front_of(self, app: ASGIApp) -> ASGIApp:
        """The app as it sees requests that came through them."""
        behind: Any = ProxyHeadersMiddleware(cast("Any", app), self.setting)

        async def believing(scope: Scope, receive: Receive, send: Send) -> None:
            # Before uvicorn's, which puts the browser's address in the place of the proxy's.
            client = scope.get("client")
            if client and client[0] in self:
                scope = _with_plain_scheme(_with_forwarded_host(scope))
            await behind(scope, receive, send)

        return believing


def _with_forwarded_host(scope: Scope) -> Scope:
    """With X-Forwarded-Host in the place of Host; of several values the last, which the nearest proxy wrote."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    forwarded = [value for name, value in headers if name == b"x-forwarded-host"]
    if not forwarded:
        return scope
    host = forwarded[-1].rpartition(b",")[2].strip()
    return {**scope, "headers": [*(one for one in headers if one[0] != b"host"), (b"host", host)]}


def _with_plain_scheme(scope: Scope) -> Scope:
    """With X-Forwarded-Proto as uvicorn takes it: of several the first, which the browser's own proxy wrote."""
    proto = b"x-forwarded-proto"
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    written = b",".join(value for name, value in headers if name == proto)
    if not written:
        return scope
    scheme = written.partition(b",")[0].strip().lower()
    return {**scope, "headers": [*(one for one in headers if one[0] != proto), (proto, scheme)]}
