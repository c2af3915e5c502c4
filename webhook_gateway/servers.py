"""The gateway's two servers: uvicorn without signals of its own, without access logs, ending in bounded time."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from settings import PREFIX, Settings

STOP_SECONDS = 1
"""How long requests under way have when the process is to end; their senders try again."""
LOOPBACK = "127.0.0.1"
"""Whose X-Forwarded-* headers count at the public port where nothing is set."""
YEAR = 365 * 24 * 60 * 60
"""In seconds."""


class CannotListen(Exception):  # noqa: N818 - says what happened
    """A port cannot be had; the message names its setting."""


class Server(uvicorn.Server):
    """Serves on a socket that is bound at once, and leaves signals to whoever runs several servers together."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket) -> None:
        super().__init__(config)
        self._listener = listener

    @property
    def address(self) -> str:
        """host:port."""
        host, port, *_ = self._listener.getsockname()
        return f"{host}:{port}"

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def run_until_stopped(self) -> None:
        """Until `should_exit` is set; requests under way are answered first."""
        await self.serve([self._listener])


def public_server(settings: Settings, app: ASGIApp) -> Server:
    """Raises CannotListen."""
    config = uvicorn.Config(
        app,
        # The path of a webhook is a secret.
        access_log=False,
        log_config=None,
        lifespan="off",
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=LOOPBACK if settings.trusted_proxies is None else settings.trusted_proxies,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return Server(config, _listen("PUBLIC", settings.public_host, settings.public_port))


def private_server(settings: Settings, app: ASGIApp) -> Server:
    """Raises CannotListen."""
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        lifespan="off",
        server_header=False,
        # Not of this machine by itself, as uvicorn has it: whoever is on it could guess passwords from a thousand
        # addresses, and each would have its own ten tries.
        proxy_headers=settings.trusted_proxies is not None,
        forwarded_allow_ips=settings.trusted_proxies,
        headers=_headers(settings),
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return Server(config, _listen("PRIVATE", settings.private_host, settings.private_port))


def _headers(settings: Settings) -> list[tuple[str, str]]:
    """The pages' name is https for good. Not its subdomains: those may be others'."""
    is_https = settings.pages_url.startswith("https://")
    return [("Strict-Transport-Security", f"max-age={YEAR}")] if is_https else []


def _listen(which: str, host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port), family=_family(host, port), backlog=2048)
    except OSError as error:
        raise CannotListen(
            f"The gateway cannot listen on {host}:{port}: {error.strerror}. Free the port, or set "
            f"{PREFIX}{which}_PORT or {PREFIX}{which}_HOST to another."
        ) from None
    # asyncio sets TCP_NODELAY only on sockets that say they are TCP. Without it each answer, which uvicorn writes in
    # two pieces, waits 40 ms for the sender's delayed ACK.
    return socket.socket(listener.family, listener.type, socket.IPPROTO_TCP, listener.detach())


def _family(host: str, port: int) -> socket.AddressFamily:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
