"""`python -m webhook_gateway` as it is run: a process of its own, real sockets, real signals."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from deployments.ports import pick
from settings import Settings
from store.database import Database
from store.tables import DeliveryState
from store.vault import Vault
from tests.factories import connect
from tests.webhook_gateway.gateway_process import LIMIT, GatewayProcess, eventually, start
from tests.webhook_gateway.inbox import deliveries
from tests.webhook_gateway.senders import as_bytes, stage_change
from webhook_gateway.servers import private_server, public_server

STOP_LIMIT = 3.0
"""Seconds from the signal until nobody listens any more."""
EXIT_LIMIT = 8.0
"""And from then to the end of the interpreter, on a busy machine; less than the gateway's patience with a sender."""


@pytest.fixture
def settings(store_url: str, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        secret_keys=Fernet.generate_key().decode(),
        data_dir=tmp_path,
        database_url=store_url,
        public_port=pick(18600),
        private_port=pick(18810),
        prefect_api_url=f"http://127.0.0.1:{pick(19000)}/api",
        prefect_auth_string="demo:demo",
    )


@pytest.fixture
def vault(settings: Settings) -> Vault:
    return Vault.from_setting(settings.secret_keys.get_secret_value())


@pytest.fixture
def gateway(settings: Settings, database: Database, tmp_path: Path) -> Iterator[GatewayProcess]:
    """A process that is ready, on an empty store; its Prefect is nowhere."""
    started = start(settings, tmp_path / "gateway.log")
    try:
        assert eventually(started.is_ready)
        yield started
    finally:
        started.process.kill()
        started.process.wait()


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=LIMIT) as client:
        yield client


async def test_a_webhook_comes_in_at_the_public_port_and_is_counted_at_the_private_one(
    gateway: GatewayProcess, database: Database, vault: Vault, web: httpx.AsyncClient
) -> None:
    connected = await connect(database, vault)
    sent = as_bytes(stage_change(connected.lever_token, at=datetime.now(UTC)))
    url = f"{gateway.public}/webhooks/lever/{connected.lever.url_key}"
    assert [(await web.post(url, content=sent)).status_code for _ in range(2)] == [202, 200]

    def tried() -> bool:
        return (
            'crosschq_lever_dispatched_total{result="failed"} 1.0'
            in httpx.get(f"{gateway.private}/metrics").text
        )

    assert eventually(tried)
    [delivery] = await deliveries(database)
    assert (delivery.state, delivery.attempt) == (DeliveryState.DISPATCHED, 1)
    log = gateway.log.read_text()
    assert "Delivery 1 waits for its flow run: Prefect's API could not be asked: nothing listens there" in log
    assert not [one for one in (connected.lever.url_key, connected.lever_token, "demo:demo") if one in log]


async def test_each_port_has_its_own_pages_only(gateway: GatewayProcess, web: httpx.AsyncClient) -> None:
    for path in ("/health", "/ready", "/metrics"):
        assert (await web.get(gateway.public + path)).status_code == 404
        assert (await web.get(gateway.private + path)).status_code == 200
    assert (await web.post(f"{gateway.private}/webhooks/lever/guess")).status_code == 404
    answer = await web.post(f"{gateway.public}/webhooks/lever/guess")
    assert (answer.status_code, "server" in answer.headers) == (404, False)


async def test_a_body_that_is_announced_too_large_is_refused_and_the_connection_closed(
    gateway: GatewayProcess, database: Database, vault: Vault
) -> None:
    connected = await connect(database, vault)
    with gateway.open(connected.lever.url_key, b"Content-Length: 1000000000\r\n\r\n{") as connection:
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_cleanly_and_soon(
    gateway: GatewayProcess, web: httpx.AsyncClient, sign: signal.Signals
) -> None:
    await web.get(f"{gateway.private}/health")  # its connection stays open
    gateway.process.send_signal(sign)
    assert eventually(gateway.has_left_its_ports, STOP_LIMIT)
    assert gateway.process.wait(EXIT_LIMIT) == 0
    assert "Traceback" not in gateway.log.read_text()


async def test_a_sender_in_the_middle_of_a_webhook_cannot_hold_up_the_end(
    gateway: GatewayProcess, database: Database, vault: Vault
) -> None:
    connected = await connect(database, vault)
    with gateway.open(
        connected.lever.url_key, b"Expect: 100-continue\r\nContent-Length: 100\r\n\r\n"
    ) as half:
        assert half.recv(65536).startswith(b"HTTP/1.1 100 ")
        gateway.process.terminate()
        assert eventually(gateway.has_left_its_ports, STOP_LIMIT)
        assert gateway.process.wait(EXIT_LIMIT) == 0
    assert connected.lever.url_key not in gateway.log.read_text()


async def test_more_idle_strangers_than_descriptors_stop_neither_webhooks_nor_the_private_port_nor_fill_the_log(
    settings: Settings, database: Database, vault: Vault, web: httpx.AsyncClient, tmp_path: Path
) -> None:
    connected = await connect(database, vault)
    gateway = start(settings, tmp_path / "gateway.log", file_limit=256)
    strangers: list[socket.socket] = []
    try:
        assert eventually(gateway.is_ready)
        for number in range(400):
            source = (f"127.0.0.{2 + number % 250}", 0)
            there = ("127.0.0.1", settings.public_port)
            strangers.append(socket.create_connection(there, timeout=5, source_address=source))
        url = f"{gateway.public}/webhooks/lever/{connected.lever.url_key}"
        for _ in range(20):
            sent = as_bytes(stage_change(connected.lever_token, at=datetime.now(UTC)))
            assert (await web.post(url, content=sent)).status_code == 202
            assert (await web.get(f"{gateway.private}/ready")).status_code == 200
    finally:
        gateway.process.kill()
        gateway.process.wait()
        for one in strangers:
            one.close()
    assert len(gateway.log.read_bytes()) < 10_000


@pytest.mark.parametrize("which", ["public", "private"])
async def test_a_busy_port_is_a_clear_error(
    settings: Settings, database: Database, tmp_path: Path, which: str
) -> None:
    port = getattr(settings, f"{which}_port")
    with socket.create_server(("127.0.0.1", port)):
        gateway = start(settings, tmp_path / "gateway.log")
        assert gateway.process.wait(LIMIT) == 1
    [*_, last] = gateway.log.read_text().splitlines()
    assert last.startswith(f"The gateway cannot listen on 127.0.0.1:{port}: Address already in use")
    assert f"set CROSSCHQ_LEVER_{which.upper()}_PORT" in last
    assert "Traceback" not in gateway.log.read_text()


@pytest.mark.parametrize("keys", ["", "not a Fernet key"])
def test_a_missing_encryption_key_stops_the_start_with_a_clear_error(
    settings: Settings, tmp_path: Path, keys: str
) -> None:
    gateway = start(settings, tmp_path / "gateway.log", CROSSCHQ_LEVER_SECRET_KEYS=keys)
    assert gateway.process.wait(LIMIT) == 1
    assert "CROSSCHQ_LEVER_SECRET_KEYS" in gateway.log.read_text()
    assert "Traceback" not in gateway.log.read_text()


async def test_an_answer_does_not_wait_for_the_senders_acknowledgement(settings: Settings) -> None:
    server = public_server(settings, Starlette(), 1024)
    listening = await asyncio.get_running_loop().create_server(_Accepted, sock=server._listener)
    async with listening:
        host, port = server.address.split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        accepted = await _Accepted.made.get()
        assert accepted.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        accepted.close()
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    ("told", "believed", "transport_security"),
    [
        ({}, "127.0.0.1", None),
        ({"trusted_proxies": "192.0.2.1"}, "127.0.0.1", None),
        ({"trusted_proxies": "127.0.0.1", "private_base_url": "http://pages.test"}, "198.51.100.7", None),
        ({"private_base_url": "https://pages.test"}, "127.0.0.1", "max-age=31536000"),
    ],
)
async def test_the_private_port_believes_the_proxies_that_are_set_and_is_strict_about_https(
    settings: Settings,
    web: httpx.AsyncClient,
    told: dict[str, str],
    believed: str,
    transport_security: str | None,
) -> None:
    async def whence(request: Request) -> Response:
        return PlainTextResponse(request.client.host if request.client else "")

    changed = Settings(_env_file=None, **{**settings.model_dump(exclude_none=True), **told})
    server = private_server(changed, Starlette(routes=[Route("/", whence)]))
    serving = asyncio.create_task(server.run_until_stopped())
    answer = await web.get(f"http://{server.address}/", headers={"X-Forwarded-For": "198.51.100.7"})
    server.should_exit = True
    await serving
    assert answer.text == believed
    assert answer.headers.get("strict-transport-security") == transport_security


class _Accepted(asyncio.Protocol):
    made = asyncio.Queue[asyncio.BaseTransport]()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.made.put_nowait(transport)
