"""`python -m tools.bench.strangers KIND COUNT PORT`: connections to 127.0.0.1:PORT that never become whole requests.

KIND is idle, head or body. Each comes from an address of its own, 127.0.0.2 and up, sends a byte every 5 s, and is back
1 s after it was closed. Ends when stdin does; BENCH_PATHS are the webhooks' paths that bodies go to, in turn.
"""

import asyncio
import os
import resource
import sys
from itertools import cycle
from random import Random

BYTE_SECONDS = 5.0
BACK_SECONDS = 1.0
AT_ONCE = 50
"""Connections being opened at a time."""


class Stranger(asyncio.Protocol):
    """One address, and its present connection."""

    def __init__(
        self, number: int, port: int, beginning: bytes, byte: bytes, opening: asyncio.Semaphore
    ) -> None:
        number += 2
        self._address = f"127.0.{number // 256}.{number % 256}"
        self._port, self._beginning, self._byte, self._opening = port, beginning, byte, opening
        self._loop = asyncio.get_running_loop()
        self._dice = Random(number)  # noqa: S311 - to be repeated
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None

    def come(self) -> None:
        self._task = self._loop.create_task(self._come())

    async def _come(self) -> None:
        try:
            async with self._opening:
                await self._loop.create_connection(
                    lambda: self, "127.0.0.1", self._port, local_addr=(self._address, 0)
                )
        except OSError:
            self._loop.call_later(BACK_SECONDS, self.come)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the types
        self._transport = transport
        if self._beginning:
            transport.write(self._beginning)
        self._loop.call_later(self._dice.uniform(0, BYTE_SECONDS), self._drip, transport)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._loop.call_later(BACK_SECONDS, self.come)

    def _drip(self, transport: asyncio.Transport) -> None:
        if self._byte and not transport.is_closing():
            transport.write(self._byte)
            self._loop.call_later(BYTE_SECONDS, self._drip, transport)


async def main(kind: str, count: int, port: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    paths = cycle(os.environ["BENCH_PATHS"].split())
    opening = asyncio.Semaphore(AT_ONCE)
    for number in range(count):
        head = f"POST {next(paths)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        beginning = {"idle": "", "head": f"{head}X-Long: ", "body": f"{head}Content-Length: 1000\r\n\r\n"}[
            kind
        ]
        byte = b"" if kind == "idle" else b" "
        Stranger(number, port, beginning.encode(), byte, opening).come()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
