"""A thin HTTP client on kept connections, so that the server is measured and not its client."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from tools.bench.figures import NotMeasured

ACCEPTED = 202
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One connection; one request at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def post(self, request: bytes) -> None:
        """Sends and reads the answer; raises NotMeasured when that is not 202."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await self.reader.readexactly(int(length[1]) if length else 0)
        if int(head[9:12]) != ACCEPTED:
            raise NotMeasured(f"the server answered {head[9:12].decode()}: {body[:100].decode()}")


@asynccontextmanager
async def lines(url: str, count: int) -> AsyncIterator[list[Line]]:
    """So many open connections to the URL's host."""
    place = urlsplit(url)
    opened = [Line(*await asyncio.open_connection(place.hostname, place.port)) for _ in range(count)]
    try:
        yield opened
    finally:
        for line in opened:
            line.writer.close()


async def as_fast_as_answered(opened: Sequence[Line], requests: Sequence[bytes]) -> float:
    """Sends all, the next one of a line when its last is answered; the seconds for all."""
    waiting = iter(requests)

    async def keep_sending(line: Line) -> None:
        for request in waiting:
            await line.post(request)

    began = time.perf_counter()
    await asyncio.gather(*(keep_sending(line) for line in opened))
    return time.perf_counter() - began


async def at_a_steady_rate(opened: Iterable[Line], requests: Iterable[bytes], rate: float) -> list[float]:
    """Sends `rate` a second, answered or not; each one's seconds from when it was due, so that queues count."""
    free: asyncio.Queue[Line] = asyncio.Queue()
    for line in opened:
        free.put_nowait(line)
    began = time.perf_counter()

    async def send(number: int, request: bytes) -> float:
        due = began + number / rate
        await asyncio.sleep(due - time.perf_counter())
        line = await free.get()
        await line.post(request)
        free.put_nowait(line)
        return time.perf_counter() - due

    return await asyncio.gather(*(send(number, request) for number, request in enumerate(requests)))
