"""A door in front of Prefect's server that counts the requests which go through it. Changes nothing in them."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_REQUEST = re.compile(rb"((?:GET|POST|PATCH|PUT|DELETE) /\S*) HTTP/1\.1\r\n")


@asynccontextmanager
async def counting_door(port: int, seen: Counter[str]) -> AsyncIterator[int]:
    """A port of 127.0.0.1 that leads to `port`, websockets and all; `seen` counts requests with ids as `ID`."""

    lines: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        lines.update((writer, back))
        with suppress(ConnectionError):
            await asyncio.gather(_pass_on(reader, back, seen), _pass_on(there, writer, Counter()))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for line in lines:
            line.close()
        await asyncio.gather(*(line.wait_closed() for line in lines), return_exceptions=True)


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter, seen: Counter[str]) -> None:
    while data := await source.read(65536):
        seen.update(_ID.sub("ID", line.decode()) for line in _REQUEST.findall(data))
        target.write(data)
    target.close()
