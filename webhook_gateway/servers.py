"""The gateway's two servers: uvicorn with limits, without signals of its own or access logs, ending in bounded time."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp

from settings import PREFIX, Settings
from webhook_gateway.certificates import CertificateFiles
from webhook_gateway.connection_limits import (
    MOST_PRIVATE,
    SHARE_OF_PEER,
    Connections,
    Held,
    Limits,
    public_connections,
)
from webhook_gateway.http_protocol import Acceptor, LimitedProtocol
from webhook_gateway.trusted_proxies import TrustedProxies

STOP_SECONDS = 1
"""How long requests under way have when the process is to end; their senders try again."""
LOOPBACK = "127.0.0.1"
"""Whose X-Forwarded-* headers count at the public port where nothing is set."""
BACKLOG = 1024
"""Connections the kernel holds for us before they are accepted; none takes a descriptor. With 100 a burst of strangers
made it drop genuine ones' SYNs, which are sent again after a second."""
KEEP_ALIVE_SECONDS = 15
CERTIFICATE_TICKS = 300
"""Between two looks whether the certificate's files have changed: half a minute."""
FORM_SECONDS = 60.0
"""How long a form of the pages may take to arrive."""
YEAR = 365 * 24 * 60 * 60
"""In seconds."""


class CannotListen(Exception):  # noqa: N818 - says what happened
    """A port cannot be had; the message names its setting."""


class Server(uvicorn.Server):
    """Serves on a socket that is bound at once, and leaves signals to whoever runs several servers together."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, limits: Limits) -> None:
        super().__init__(config)
        self._listener = listener
        self._certificates: CertificateFiles | None = None
        self.connections = Connections(limits)

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

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept under our limits, in place of asyncio's server."""
        config = self.config
        if config.ssl and config.ssl_certfile and config.ssl_keyfile:
            files = Path(config.ssl_certfile), Path(config.ssl_keyfile)
            self._certificates = CertificateFiles(config.ssl, *files)
        self._acceptor = Acceptor(self._listener, self.connections, self._make_protocol, self.config.ssl)
        self._acceptor.resume()
        self.servers = [cast("asyncio.Server", self._acceptor)]
        self.started = True

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second, by uvicorn's main loop."""
        self.connections.end_overdue()
        self._acceptor.resume()
        if self._certificates and counter % CERTIFICATE_TICKS == 0:
            self._certificates.renew()
        return await super().on_tick(counter)

    def _make_protocol(self, held: Held, first: bytes) -> LimitedProtocol:
        return LimitedProtocol(self.config, self.server_state, self.connections, held, first)


def public_server(settings: Settings, app: ASGIApp, file_limit: int) -> Server:
    """With room for as many connections as `file_limit` descriptors allow. Raises CannotListen."""
    proxies = TrustedProxies(LOOPBACK if settings.trusted_proxies is None else settings.trusted_proxies)
    config = _config(
        proxies.in_front_of(app), ssl_certfile=settings.tls_certificate, ssl_keyfile=settings.tls_key
    )
    most = public_connections(file_limit)
    limits = Limits(connections=most, per_peer=most // SHARE_OF_PEER, exempt=proxies)
    return Server(config, _listen("PUBLIC", settings.public_host, settings.public_port), limits)


def private_server(settings: Settings, app: ASGIApp) -> Server:
    """Raises CannotListen."""
    # Not of this machine by itself, as uvicorn has it: whoever is on it could guess passwords from a thousand
    # addresses, and each would have its own ten tries.
    if settings.trusted_proxies is not None:
        app = TrustedProxies(settings.trusted_proxies).in_front_of(app)
    config = _config(app, headers=_headers(settings))
    limits = Limits(connections=MOST_PRIVATE, per_peer=MOST_PRIVATE, body=FORM_SECONDS)
    return Server(config, _listen("PRIVATE", settings.private_host, settings.private_port), limits)


def _config(app: ASGIApp, **more: Any) -> uvicorn.Config:  # noqa: ANN401 - as uvicorn takes them
    return uvicorn.Config(
        app,
        # The path of a webhook is a secret.
        access_log=False,
        log_config=None,
        lifespan="off",
        # A connection that speaks another protocol would be under none of our limits.
        ws="none",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        **more,
    )


def _headers(settings: Settings) -> list[tuple[str, str]]:
    """The pages' name is https for good. Not its subdomains: those may be others'."""
    is_https = settings.pages_url.startswith("https://")
    return [("Strict-Transport-Security", f"max-age={YEAR}")] if is_https else []


def _listen(which: str, host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port), family=_family(host, port), backlog=BACKLOG)
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
