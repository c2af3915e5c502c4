"""Reads a request's body up to a limit. Keeps nothing of what is over it."""

from starlette.requests import Request

LARGEST = 256 * 1024
"""Bytes. Lever's events have ids only and Crosschq's snapshots a few kB."""


class TooLarge(Exception):  # noqa: N818 - a fact about the body
    """The body is over LARGEST; the sender gets 413."""

    def __init__(self) -> None:
        super().__init__(f"too large: over {LARGEST // 1024} KiB")


async def read_capped(request: Request) -> bytes:
    """The body; raises TooLarge as soon as the limit is passed, whatever Content-Length claims."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > LARGEST:
        raise TooLarge
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST:
            raise TooLarge
        chunks.append(chunk)
    return b"".join(chunks)
