"""Strangers who send nothing, or byte by byte, at a real port: closed in time, and they leave room for others."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from deployments.ports import pick
from settings import Settings
from tests.certificates import certificate_for
from tests.factories import settings_at
from webhook_gateway.connection_limits import Limits, Phase
from webhook_gateway.servers import Server, public_server

POST = b"POST /hook HTTP/1.1\r\nHost: gateway.test\r\n"
GENUINE = POST + b"Content-Length: 2\r\n\r\n{}"
SHORT = 0.2
"""Seconds of the phase that a test is about; the others have a minute."""


@dataclass
class Stranger:
    """A connection, and how it ends."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def drip(self, data: bytes) -> None:
        """A byte at a time, all of which never arrive, until the other side ends it."""
        try:
            while True:
                for byte in data:
                    self.writer.write(bytes([byte]))
                    await self.writer.drain()
                    await asyncio.sleep(SHORT / 20)
        except ConnectionError:
            pass

    async def all_that_comes(self) -> bytes:
        """Until the other side closes; fails the test when that takes ten seconds."""
        async with asyncio.timeout(10):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""

    async def answer(self) -> bytes:
        """The first line of the next answer."""
        async with asyncio.timeout(10):
            return (await self.reader.readuntil(b"\r\n")).strip()


@dataclass
class Port:
    server: Server
    disconnected: list[None]
    visitors: list[Stranger] = field(default_factory=list)

    def allow(self, **changes: object) -> None:
        """Other limits than a minute of everything."""
        self.server.connections.limits = replace(self.server.connections.limits, **changes)  # type: ignore[arg-type]

    async def visit(self, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Stranger:
        host, port = self.server.address.split(":")
        opened = await asyncio.open_connection(host, int(port), local_addr=(address, 0), ssl=tls)
        self.visitors.append(Stranger(*opened))
        return self.visitors[-1]

    async def end_visits(self) -> None:
        for one in self.visitors:
            one.writer.transport.abort()
        await asyncio.gather(*(one.writer.wait_closed() for one in self.visitors), return_exceptions=True)

    async def holds(self, count: int) -> None:
        """Returns once the port has so many connections; fails the test when that takes ten seconds."""
        async with asyncio.timeout(10):
            while len(self.server.connections) != count:  # noqa: ASYNC110 - the kernel tells nobody
                await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(settings: Settings) -> AsyncIterator[Port]:
    disconnected: list[None] = []

    async def hook(request: Request) -> Response:
        try:
            body = await request.body()
        except ClientDisconnect:
            disconnected.append(None)
            raise
        return PlainTextResponse(f"{len(body)} bytes", 202)

    async def large(_request: Request) -> Response:
        return Response(b"x" * 20_000_000)

    app = Starlette(routes=[Route("/hook", hook, methods=["POST"]), Route("/large", large)])
    server = public_server(settings, app, 1024)
    minute = Limits(
        connections=200, per_peer=200, **{phase.value: 60.0 for phase in Phase if phase is not Phase.CLOSING}
    )
    server.connections.limits = minute
    serving = asyncio.create_task(server.run_until_stopped())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    port = Port(server, disconnected)
    try:
        yield port
    finally:
        server.should_exit = True
        await serving
        await port.end_visits()


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[Port]:
    async with listening(settings_at(tmp_path, public_port=pick(18900))) as opened:
        yield opened


async def test_who_sends_nothing_is_closed_without_a_word(port: Port) -> None:
    port.allow(head=SHORT)
    assert await (await port.visit()).all_that_comes() == b""
    await port.holds(0)


@pytest.mark.parametrize("before", [b"", GENUINE], ids=["first request", "second request"])
async def test_a_head_that_drips_is_answered_408_and_closed(port: Port, before: bytes) -> None:
    if not before:
        port.allow(head=SHORT)
    stranger = await port.visit()
    if before:
        await stranger.send(before)
        assert await stranger.answer() == b"HTTP/1.1 202 Accepted"
        await stranger.reader.readuntil(b"2 bytes")
        port.allow(head=SHORT)
    dripping = asyncio.create_task(stranger.drip(POST + b"X-Long: " + b"a" * 1000))
    assert (await stranger.all_that_comes()).startswith(b"HTTP/1.1 408 ")
    await dripping
    await port.holds(0)


@pytest.mark.parametrize(
    ("head", "body", "told"),
    [
        (b"Content-Length: 1000", b" ", 0),
        (b"Content-Length: 100000", b" ", 1),
        (b"Transfer-Encoding: chunked", b"1\r\n \r\n", 1),
    ],
    ids=["short", "long", "chunked"],
)
async def test_a_body_that_drips_is_answered_408_and_closed(
    port: Port, head: bytes, body: bytes, told: int
) -> None:
    """`told`: how many readers had begun with it, and learn that no more comes."""
    port.allow(body=SHORT)
    stranger = await port.visit()
    await stranger.send(POST + head + b"\r\n\r\n")
    dripping = asyncio.create_task(stranger.drip(body))
    assert (await stranger.all_that_comes()).startswith(b"HTTP/1.1 408 ")
    await dripping
    await port.holds(0)
    assert len(port.disconnected) == told


async def test_a_body_that_drips_after_its_answer_is_closed_as_well(port: Port) -> None:
    port.allow(body=SHORT)
    stranger = await port.visit()
    await stranger.send(b"POST /guess HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 100000\r\n\r\n")
    dripping = asyncio.create_task(stranger.drip(b" "))
    came = await stranger.all_that_comes()
    assert came.startswith(b"HTTP/1.1 404 ")
    assert b" 408 " not in came
    await dripping
    await port.holds(0)


async def test_requests_that_come_in_pieces_or_several_at_once_are_all_answered(port: Port) -> None:
    stranger = await port.visit()
    several = GENUINE * 3 + GENUINE[:20]
    for piece in (GENUINE[:10], GENUINE[10:-1], GENUINE[-1:] + several, GENUINE[20:]):
        await stranger.send(piece)
        await asyncio.sleep(0.01)
    for _ in range(5):
        assert await stranger.answer() == b"HTTP/1.1 202 Accepted"
        await stranger.reader.readuntil(b"2 bytes")


async def test_a_connection_that_is_kept_and_not_used_is_closed(port: Port) -> None:
    port.allow(idle=SHORT)
    stranger = await port.visit()
    await stranger.send(GENUINE)
    assert (await stranger.all_that_comes()).endswith(b"2 bytes")
    await port.holds(0)


async def test_who_does_not_read_a_large_answer_is_cut_off(port: Port) -> None:
    port.allow(sending=SHORT)
    stranger = await port.visit()
    stranger.writer.transport.pause_reading()  # type: ignore[attr-defined]
    await stranger.send(b"GET /large HTTP/1.1\r\nHost: gateway.test\r\n\r\n")
    await port.holds(1)
    await port.holds(0)


async def test_who_reads_a_large_answer_gets_all_of_it(port: Port) -> None:
    stranger = await port.visit()
    await stranger.send(b"GET /large HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\n\r\n")
    assert (await stranger.all_that_comes()).count(b"x") == 20_000_000


async def test_idle_strangers_of_many_addresses_leave_room_at_a_full_port(port: Port) -> None:
    port.allow(connections=20)
    strangers = [await port.visit(f"127.0.0.{number}") for number in range(2, 52)]
    await port.holds(20)
    for _ in range(20):
        genuine = await port.visit()
        await genuine.send(GENUINE)
        assert await genuine.answer() == b"HTTP/1.1 202 Accepted"
    assert all([await one.all_that_comes() == b"" for one in strangers[:30]])


async def test_one_address_has_only_so_many_connections_that_send_nothing(port: Port) -> None:
    port.allow(per_peer=5)
    others = [await port.visit("127.0.0.3") for _ in range(2)]
    strangers = [await port.visit("127.0.0.2") for _ in range(30)]
    await port.holds(7)
    assert all([await one.all_that_comes() == b"" for one in strangers[:25]])
    for one in others:
        await one.send(GENUINE)
        assert await one.answer() == b"HTTP/1.1 202 Accepted"


CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"1f40\r\n" + b"x" * 8000 + b"\r\n"


@pytest.mark.parametrize(
    "part",
    [
        POST + b"X-Long: " + b"x" * 8000,
        POST + b"Content-Length: 60000\r\n\r\n" + b"x" * 8000,
        POST + b"Content-Length: 900000\r\n\r\n" + b"x" * 8000,
        CHUNKED + CHUNK,
        GENUINE + POST + b"Content-Length: 60000\r\n\r\n" + b"x" * 8000,
    ],
    ids=["head", "body", "large body", "chunks", "after a request"],
)
async def test_parts_of_requests_have_only_so_many_bytes_together(port: Port, part: bytes) -> None:
    port.allow(bytes=100_000)
    strangers = [await port.visit() for _ in range(30)]
    for stranger in strangers:
        await stranger.send(part)
    await port.holds(12)
    genuine = await port.visit()
    await genuine.send(GENUINE)
    assert await genuine.answer() == b"HTTP/1.1 202 Accepted"


async def test_one_that_goes_at_the_moment_it_is_to_be_closed_does_not_end_the_server(port: Port) -> None:
    host, number = port.server.address.split(":")
    with socket.create_connection((host, int(number))) as stranger:
        stranger.sendall(POST)
        await port.holds(1)
        [held] = port.server.connections._all
        async with asyncio.timeout(10):
            while held.phase is not Phase.HEAD or not len(held.owner._request):  # type: ignore[attr-defined]  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        held.deadline = 0
    # Without a turn of the loop, which would have closed it: it is gone, and resets what is written to it.
    port.server.connections.end_overdue()
    await port.holds(0)


async def test_all_that_was_open_is_closed_and_counted_no_more(port: Port) -> None:
    strangers = [await port.visit() for _ in range(20)]
    await port.holds(20)
    for one in strangers:
        one.writer.close()
    await port.holds(0)


async def test_another_protocol_than_http_is_not_spoken(port: Port) -> None:
    stranger = await port.visit()
    await stranger.send(
        b"GET /hook HTTP/1.1\r\nHost: gateway.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert await stranger.answer() == b"HTTP/1.1 405 Method Not Allowed"


async def test_a_tls_handshake_that_does_not_come_ends_the_connection_and_others_are_served(
    tmp_path: Path,
) -> None:
    certificate, key = certificate_for(tmp_path, "gateway.test")
    settings = settings_at(tmp_path, public_port=pick(18900), tls_certificate=certificate, tls_key=key)
    async with listening(settings) as port:
        port.allow(handshake=SHORT, per_peer=3)
        silent = [await port.visit() for _ in range(3)]
        dripping = await port.visit()
        await dripping.send(b"\x16\x03\x01\x02\x00")
        for one in (*silent, dripping):
            assert await one.all_that_comes() == b""
        await port.holds(0)
        trusting = ssl.create_default_context(cafile=str(certificate))
        trusting.check_hostname = False
        genuine = await port.visit(tls=trusting)
        await genuine.send(GENUINE)
        assert await genuine.answer() == b"HTTP/1.1 202 Accepted"


async def test_a_tls_handshake_under_way_does_not_hold_up_the_end(tmp_path: Path) -> None:
    certificate, key = certificate_for(tmp_path, "gateway.test")
    settings = settings_at(tmp_path, public_port=pick(18900), tls_certificate=certificate, tls_key=key)
    async with asyncio.timeout(10), listening(settings) as port:
        silent = await port.visit()
        await port.holds(1)
    assert await silent.all_that_comes() == b""
