"""Keep a company's proxy (HTTP_PROXY and the like) out of what our processes say to each other: it would get Prefect's
password, and could not reach our loopback addresses. Vendors are reached through it as the environment says.

https://about.gitlab.com/blog/we-need-to-talk-no-proxy/ on how differently programs read NO_PROXY.
"""

import os
import re
from collections.abc import Mapping

from settings import Settings

LOOPBACK = ("localhost", "127.0.0.1", "::1")
NAMES = ("NO_PROXY", "no_proxy")


def bypass_proxies(settings: Settings) -> None:
    """Change this process's environment, before it makes a client or starts a process."""
    os.environ.update(no_proxy(settings, os.environ))


def no_proxy(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """Both spellings, with what the environment has already. A Prefect elsewhere is the administrator's choice."""
    given = [entry for name in NAMES for entry in environment.get(name, "").split(",")]
    ours = [*LOOPBACK, settings.public_host, settings.private_host, settings.prefect_host]
    entries = [readable for entry in [*given, *ours] if (readable := _as_httpx_reads(entry.strip()))]
    value = ",".join(dict.fromkeys(entries))
    return dict.fromkeys(NAMES, value)


def _as_httpx_reads(entry: str) -> str | None:
    """httpx 0.28 raises InvalidURL for brackets, networks of IPv6 and letters beyond ASCII: no client could be made."""
    entry = re.sub(r"^\[([0-9A-Fa-f:.]+)\](:\d+)?$", r"\1", entry)
    is_ipv6_network = "/" in entry and entry.count(":") > 1
    return entry if entry.isascii() and not is_ipv6_network else None
