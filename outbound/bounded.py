"""Reads a whole answer within limits of size and of time, whatever its sender does: drips it, or packs gigabytes.

Sizes count what is unpacked. Only gzip is asked for, and it is unpacked a piece at a time.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import httpx

ACCEPT_ENCODING: Final = "gzip"
LARGEST_REASON: Final = 64 * 1024
"""Of an answer that says no: what its body says beyond that is for nobody."""
REASON_SECONDS: Final = 5.0

_GZIP: Final = 16 + zlib.MAX_WBITS
IS_FRAMED: Final = "is_framed"
"""Of an answer's extensions: the line itself said where it ends, so that it is whole."""
_SAY_THE_END: Final = ("Content-Length", "Transfer-Encoding")
_ABOUT_THE_PACKING: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one answer, from the first byte sent to the last one read."""

    max_bytes: int
    max_seconds: float


SIGN_IN: Final = Limits(1024 * 1024, 15.0)
ONE_OBJECT: Final = Limits(2 * 1024 * 1024, 30.0)
LIST: Final = Limits(10 * 1024 * 1024, 60.0)
"""One page of it; a hundred opportunities with what they expand to have some hundred kilobytes."""
WRITTEN: Final = Limits(2 * 1024 * 1024, 30.0)
UPLOADED: Final = Limits(2 * 1024 * 1024, 180.0)


class AnswerTooLarge(Exception):  # noqa: N818 - says what happened
    """What is left of it was not read."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"the answer is larger than {max_bytes:,} bytes")


async def send_within(
    client: httpx.AsyncClient,
    request: httpx.Request,
    limits: Limits,
    auth: httpx.Auth | None = None,
) -> httpx.Response:
    """The answer, unpacked and read to its end; one that is no success keeps only the beginning of its body.

    `auth`: in place of the client's own. Redirects are not followed.
    Raises AnswerTooLarge, TimeoutError, or httpx.RequestError.
    """
    request.headers["Accept-Encoding"] = ACCEPT_ENCODING
    async with asyncio.timeout(limits.max_seconds):
        response = await client.send(
            request, stream=True, auth=auth or httpx.USE_CLIENT_DEFAULT, follow_redirects=False
        )
        try:
            content = (
                await _content(response, limits.max_bytes)
                if response.is_success
                else await _beginning(response)
            )
        finally:
            await response.aclose()
    headers = [one for one in response.headers.multi_items() if one[0].lower() not in _ABOUT_THE_PACKING]
    return httpx.Response(
        response.status_code,
        headers=headers,
        content=content,
        request=request,
        extensions={IS_FRAMED: any(name in response.headers for name in _SAY_THE_END)},
    )


async def _content(response: httpx.Response, max_bytes: int) -> bytes:
    content = bytearray()
    with_it = _unpacker(response)
    async for piece in _pieces(response):
        content += with_it.unpack(piece, max_bytes + 1 - len(content))
        if max(len(content), with_it.taken) > max_bytes:
            raise AnswerTooLarge(max_bytes)
    with_it.end()
    return bytes(content)


async def _beginning(response: httpx.Response) -> bytes:
    """The status says what matters, so that nothing about the body is an error."""
    content = bytearray()
    with suppress(httpx.RequestError, TimeoutError):
        async with asyncio.timeout(REASON_SECONDS):
            with_it = _unpacker(response)
            async for piece in _pieces(response):
                content += with_it.unpack(piece, LARGEST_REASON + 1 - len(content))
                if max(len(content), with_it.taken) > LARGEST_REASON:
                    break
    return bytes(content[:LARGEST_REASON])


async def _pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """As they come over the line: httpx would unpack each without a limit."""
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("the answer does not come from an asynchronous client")
    async for piece in response.stream:
        yield piece


class _AsItIs:
    def __init__(self) -> None:
        self.taken = 0

    def unpack(self, piece: bytes, at_most: int) -> bytes:
        self.taken += len(piece)
        return piece[:at_most]

    def end(self) -> None:
        """Whether it is whole is the line's to say."""


class _Gzip:
    def __init__(self) -> None:
        self.taken = 0
        self._unpacking = zlib.decompressobj(_GZIP)

    def unpack(self, piece: bytes, at_most: int) -> bytes:
        self.taken += len(piece)
        if self._unpacking.eof:
            return b""
        try:
            return self._unpacking.decompress(piece, at_most)
        except zlib.error as error:
            raise httpx.DecodingError(str(error)) from error

    def end(self) -> None:
        if self.taken and not self._unpacking.eof:
            raise httpx.DecodingError("the packed answer is cut off")


def _unpacker(response: httpx.Response) -> _AsItIs | _Gzip:
    match response.headers.get("Content-Encoding", "").strip().lower():
        case "" | "identity":
            return _AsItIs()
        case "gzip" | "x-gzip":
            return _Gzip()
        case _:
            raise httpx.DecodingError("packed in a way that was not asked for")
