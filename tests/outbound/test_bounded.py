"""An answer is read within limits of size and time: against real servers that drip, pour without end, or send bombs."""

import gzip
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
import pytest

from outbound import bounded
from outbound.bounded import LARGEST_REASON, Limits
from outbound.client import open_client
from outbound.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    SlowDown,
    Unavailable,
    UnexpectedAnswer,
    VendorError,
)
from outbound.http import VendorHttp
from outbound.limiter import Unlimited
from tests.outbound.hostile import SOCKETS_HOLD, Body, Server, bomb, dripping, endless, serving, whole

LIMITS = Limits(100_000, 20.0)
HASTY = Limits(100_000, 0.2)
Start = Callable[..., Awaitable[tuple[Server, VendorHttp]]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def started(head: str, body: Callable[[], Body]) -> tuple[Server, VendorHttp]:
            server = Server(head, body)
            url = await stack.enter_async_context(serving(server))
            client = open_client(url, httpx.BasicAuth("key", ""), 10.0)
            await stack.enter_async_context(client)
            http = VendorHttp("Vendor", client, Unlimited(), lambda answer: answer.text, sleep=_at_once)
            return server, http

        yield started


async def _at_once(_: float) -> None:
    """A wait that is over."""


async def read(http: VendorHttp, limits: Limits = LIMITS) -> object:
    return await http.read("/things", operation="GET /things", limits=limits)


async def write(http: VendorHttp, limits: Limits = LIMITS) -> object:
    return await http.write("POST", "/things", operation="POST /things", json={"a": 1}, limits=limits)


BOTH = pytest.mark.parametrize(("call", "error"), [(read, UnexpectedAnswer), (write, OutcomeUnknown)])
OK, PACKED = "200 OK", "200 OK\r\nContent-Encoding: gzip"


@BOTH
async def test_an_answer_without_end_is_left(
    start: Start, call: Callable[..., Awaitable[object]], error: type[VendorError]
) -> None:
    server, http = await start(OK, endless)
    with pytest.raises(error, match="larger than 100,000 bytes"):
        await call(http)
    assert server.calls == 1
    assert server.sent < SOCKETS_HOLD


@BOTH
async def test_a_bomb_is_unpacked_to_the_limit_and_no_further(
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    call: Callable[..., Awaitable[object]],
    error: type[VendorError],
) -> None:
    unpacked: list[int] = []
    unpack = bounded._Gzip.unpack

    def counting(self: bounded._Gzip, piece: bytes, at_most: int) -> bytes:
        unpacked.append(len(got := unpack(self, piece, at_most)))
        return got

    monkeypatch.setattr(bounded._Gzip, "unpack", counting)
    server, http = await start(PACKED, bomb)
    with pytest.raises(error, match="larger than 100,000 bytes"):
        await call(http)
    assert server.calls == 1
    assert sum(unpacked) == LIMITS.max_bytes + 1


@pytest.mark.parametrize(("call", "error"), [(read, Unavailable), (write, OutcomeUnknown)])
@pytest.mark.parametrize("head", [OK, "200 OK\r\nContent-Length: 90000"])
async def test_an_answer_that_drips_is_left_when_its_time_is_over(
    start: Start, call: Callable[..., Awaitable[object]], error: type[VendorError], head: str
) -> None:
    server, http = await start(head, dripping)
    with pytest.raises(error, match="took too long"):
        await call(http, HASTY)
    assert server.calls == (3 if call is read else 1), "what is harmless is tried again"


async def test_a_head_that_never_ends_is_left_as_well(start: Start) -> None:
    server, http = await start("100 Continue", dripping)
    with pytest.raises(OutcomeUnknown):
        await write(http, HASTY)
    assert server.calls == 1


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["packed", "as it is"])
@pytest.mark.parametrize("more", [0, 1])
async def test_an_answer_may_be_exactly_as_large_as_the_limit(
    start: Start, pack: Callable[[bytes], bytes], more: int
) -> None:
    content = json.dumps("a" * (LIMITS.max_bytes - 2 + more)).encode()
    _, http = await start(PACKED if pack is gzip.compress else OK, lambda: whole(pack(content)))
    if more:
        with pytest.raises(UnexpectedAnswer, match="larger than"):
            await read(http)
    else:
        assert len(str(await read(http))) == LIMITS.max_bytes - 2


@pytest.mark.parametrize(
    ("head", "content"),
    [
        (PACKED, gzip.compress(b'{"a": 1}')[:-9]),
        (PACKED, b'{"a": 1}'),
        ("200 OK\r\nContent-Encoding: br", b"\x0b\x02\x80{}\x03"),
        ("200 OK\r\nContent-Encoding: gzip, gzip", gzip.compress(gzip.compress(b"{}"))),
        ("200 OK\r\nContent-Encoding: deflate", zlib.compress(b"{}")),
    ],
    ids=["cut off", "not packed at all", "brotli", "twice", "deflate"],
)
async def test_what_is_packed_otherwise_than_asked_for_is_no_answer(
    start: Start, head: str, content: bytes
) -> None:
    _, http = await start(head, lambda: whole(content))
    with pytest.raises(UnexpectedAnswer, match="could not be unpacked"):
        await read(http)
    with pytest.raises(OutcomeUnknown, match="could not be unpacked"):
        await write(http)


async def test_gzip_is_asked_for_and_read(start: Start) -> None:
    server, http = await start(PACKED, lambda: whole(gzip.compress(b'{"a": "\xc3\xa9"}')))
    assert await read(http) == {"a": "\xe9"}
    assert "accept-encoding: gzip\r\n" in server.asked.lower()


async def test_what_follows_the_packed_answer_counts(start: Start) -> None:
    async def and_more() -> Body:
        yield gzip.compress(b"{}")
        async for piece in endless():
            yield piece

    server, http = await start(PACKED, and_more)
    with pytest.raises(UnexpectedAnswer, match="larger than"):
        await read(http)
    assert server.sent < SOCKETS_HOLD


@pytest.mark.parametrize(
    ("head", "error"),
    [
        ("401 No", CredentialsRefused),
        ("422 No", Refused),
        ("429 No", SlowDown),
        ("503 No\r\nRetry-After: 9", Unavailable),
        ("500 No", OutcomeUnknown),
        ("302 No\r\nLocation: /", OutcomeUnknown),
        ("400 No\r\nContent-Encoding: gzip", Refused),
    ],
)
@pytest.mark.parametrize("body", [endless, dripping, bomb])
async def test_of_an_answer_that_says_no_the_status_counts_whatever_its_body_does(
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    head: str,
    error: type[VendorError],
    body: Callable[[], Body],
) -> None:
    monkeypatch.setattr(bounded, "REASON_SECONDS", 0.1)
    server, http = await start(head, body)
    with pytest.raises(error):
        await write(http)
    assert server.sent < server.calls * SOCKETS_HOLD


async def test_a_reason_is_read_to_its_limit(start: Start) -> None:
    _, http = await start("400 No", lambda: whole(b"the reason " + b"a" * 2 * LARGEST_REASON))
    with pytest.raises(Refused) as refused:
        await write(http)
    assert refused.value.reason.startswith("the reason aaa")
