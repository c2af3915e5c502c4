"""Reads a request's body up to limits of size and time. Keeps nothing of what is over them."""

import asyncio

from starlette.requests import Request

LARGEST = 256 * 1024
"""Bytes. Lever's events have ids only and Crosschq's snapshots a few kB."""


class TooLarge(Exception):  # noqa: N818 - a fact about the body
    """The body is over LARGEST; the sender gets 413."""

    def __init__(self) -> None:
        super().__init__(f"too large: over {LARGEST // 1024} KiB")


class TooSlow(Exception):  # noqa: N818 - a fact about the body
    """The body was not whole in time; the sender gets 408."""


async def read_capped(request: Request, seconds: float) -> bytes:
    """The body; raises TooLarge as soon as the limit is passed, whatever Content-Length claims, or TooSlow."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > LARGEST:
        raise TooLarge
    try:
        async with asyncio.timeout(seconds):
            return await _read(request)
    except TimeoutError:
        raise TooSlow from None


async def _read(request: Request) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST:
            raise TooLarge
        chunks.append(chunk)
    return b"".join(chunks)
