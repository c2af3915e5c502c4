"""Servers on loopback that answer as no vendor should: without end, drop by drop, or packed to a thousandth."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

SOCKETS_HOLD = 8_000_000
"""Bytes that may be on their way when the client leaves: the machine's socket buffers, and what was read last."""

Body = AsyncIterator[bytes]


@dataclass
class Server:
    """Answers everything with one head and one body, and counts what of the body it got rid of."""

    head: str
    body: Callable[[], Body]
    calls: int = 0
    sent: int = 0
    asked: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.asked = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.calls += 1
            writer.write(f"HTTP/1.1 {self.head}\r\nConnection: close\r\n\r\n".encode())
            async for piece in self.body():
                writer.write(piece)
                await writer.drain()
                self.sent += len(piece)
        except ConnectionError:
            pass
        finally:
            writer.transport.abort() if writer.is_closing() else writer.close()


async def whole(content: bytes) -> Body:
    yield content


async def endless(piece: bytes = b" " * 65_536) -> Body:
    while True:
        yield piece


async def dripping(begin: bytes = b"") -> Body:
    yield begin
    while True:
        yield b" "
        await asyncio.sleep(0.01)


@cache
def packed_zeros() -> bytes:
    """A thousand times smaller than what they unpack to."""
    return gzip.compress(bytes(50_000_000))


async def bomb() -> Body:
    yield packed_zeros()


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[str]:
    """Its address."""
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
