"""Answer 421 to a Host that is none of ours, so that no foreign name can be pointed here (DNS rebinding).

A proxy's X-Forwarded-Host counts where the proxy is trusted: it is in the place of Host by then
(webhook_gateway.trusted_proxies).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from settings import PREFIX, Settings

REFUSED = (
    "These pages are not at this address. Open them at the address of the setting "
    f"{PREFIX}PRIVATE_BASE_URL, or set that to the one that browsers use. A proxy in front must pass on the browser's "
    f"Host, or be named in {PREFIX}TRUSTED_PROXIES and send it as X-Forwarded-Host."
)
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{0,5})?")
ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104 - only compared


@dataclass(frozen=True)
class OwnHosts:
    """The names under which browsers may ask for the pages; ports do not count, as tunnels change them."""

    names: frozenset[str]
    listens: str

    @classmethod
    def from_settings(cls, settings: Settings) -> "OwnHosts":
        listens = _spelled(settings.private_host)
        base = urlsplit(str(settings.private_base_url or "")).hostname or ""
        return cls(frozenset({_spelled(base), listens}) - ANY, listens)

    def have(self, host: str, local: str) -> bool:
        """`host` as the browser sent it; `local`: the address of ours at which the connection came in."""
        name, at = _name_in(host), _spelled(local)
        # Where it listens everywhere, too: into a container connections come by another address than the browser's.
        is_loopback = name in LOOPBACK and self.listens in LOOPBACK | ANY
        return name != "" and (name in self.names or name == at or is_loopback)


class HostCheck:
    def __init__(self, app: ASGIApp, hosts: OwnHosts) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        local = (scope.get("server") or ("",))[0]
        if self._hosts.have(Headers(scope=scope).get("host", ""), local):
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse(REFUSED, 421)(scope, receive, send)


def only_at(hosts: OwnHosts, routes: Sequence[Route]) -> Sequence[Route]:
    """The same routes, behind the check."""
    for route in routes:
        route.app = HostCheck(route.app, hosts)
    return routes


def _name_in(host: str) -> str:
    """Without its port; blank where it is none."""
    found = _HOST.fullmatch(host)
    return _spelled(found["name"]) if found else ""


def _spelled(name: str) -> str:
    """Without brackets and the root's dot, in lower case; one spelling for each IP address."""
    name = name.strip("[]").removesuffix(".").lower()
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return name
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
