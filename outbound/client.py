"""Opens the one httpx client of a connection to a vendor. Sends nothing."""

import ssl
from functools import cache

import httpx

USER_AGENT = "crosschq-for-lever"
CONNECT_SECONDS = 5.0


def open_client(base_url: str, auth: httpx.Auth, read_seconds: float) -> httpx.AsyncClient:
    """A client whose answers may take `read_seconds`; whoever opens it closes it (`aclose`)."""
    return httpx.AsyncClient(
        base_url=base_url,
        auth=auth,
        verify=_authorities(),
        timeout=httpx.Timeout(read_seconds, connect=CONNECT_SECONDS),
        headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
        follow_redirects=False,
        # Servers commonly close an idle connection after 5 s, httpx's own default: a write sent at that very
        # moment would end with its outcome unknown. We let go first.
        limits=httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=2.0),
    )


@cache
def _authorities() -> ssl.SSLContext:
    """Read once in a process: 40 ms, which every request of a candidate would wait for again."""
    return httpx.create_ssl_context()
