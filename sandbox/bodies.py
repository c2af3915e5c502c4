"""Request bodies: read whole, described for the ledger, and given to the application again.

Never fails on what a client sent: what cannot be parsed is None here, and the application refuses it.
"""

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Message, Receive, Scope

PART_LIMIT = 64 * 1024 * 1024


async def read_body(receive: Receive) -> bytes:
    """The whole request body."""
    chunks: list[bytes] = []
    while (message := await receive())["type"] == "http.request":
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return b"".join(chunks)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives `body` once and then whatever comes next, that is the disconnect."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed


async def parse_body(scope: Scope, body: bytes) -> Any:  # noqa: ANN401
    """What `Call.body` says it is."""
    headers = Headers(scope=scope)
    if headers.get("content-type", "").startswith("multipart/form-data"):
        return await _parse_multipart(headers, body)
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


async def _parse_multipart(headers: Headers, body: bytes) -> dict[str, Any] | None:
    async def stream() -> AsyncIterator[bytes]:
        yield body

    try:
        form = await MultiPartParser(headers, stream(), max_part_size=PART_LIMIT).parse()  # type: ignore[arg-type]
    except (MultiPartException, KeyError):
        return None
    described: dict[str, Any] = {"fields": {}, "file": None}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            described["file"] = await _describe_file(value)
        else:
            described["fields"][name] = value
    await form.close()
    return described


async def _describe_file(file: UploadFile) -> dict[str, Any]:
    content = await file.read()
    return {"name": file.filename, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
