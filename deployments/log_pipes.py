"""The pipes between the stack's processes and the log writer, which the supervisor starts, and starts again if killed.

The supervisor holds the reading ends, too: while there is no writer, output waits in the pipes.
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deployments.guardian import MARK
from deployments.log_files import LogLimits, make_private
from deployments.log_writer import NAME_BYTES

END_SECONDS = 5.0
"""How long the last lines of ended processes are waited for."""
AGAIN_SECONDS = 1.0
"""Before a writer that was killed is started again."""


@dataclass(frozen=True)
class Output:
    """The pipe a process writes to, and one that the writer closes when it has written all of it to the file."""

    name: str
    log: Path
    pipe: int
    written_pipe: int

    async def written(self, seconds: float = END_SECONDS) -> None:
        """Wait until all is in the file; not for ever, as what the process started may go on writing."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await _readable(self.written_pipe)

    def close(self) -> None:
        os.close(self.pipe)
        os.close(self.written_pipe)


async def _readable(descriptor: int) -> None:
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, event.set)
    try:
        await event.wait()
    finally:
        loop.remove_reader(descriptor)


class LogPipes:
    """One pipe per process that was started, by its name; `folder` is closed to other users."""

    def __init__(self, folder: Path, limits: LogLimits) -> None:
        self.folder = folder
        self._limits = limits
        self._outputs: dict[str, Output] = {}

    async def open(self) -> None:
        make_private(self.folder)
        await self._start()
        self._keeping = asyncio.ensure_future(self._keep_up())

    @property
    def pid(self) -> int:
        return self._process.pid

    @contextmanager
    def output(self, name: str) -> Iterator[tuple[Output, int]]:
        """A process's output, and the descriptor to start it with, which is closed at the end of the block."""
        pipe, child_end = os.pipe()
        try:
            written_pipe, written_end = os.pipe()
            output = Output(name, self.folder / f"{name}.log", pipe, written_pipe)
            with suppress(OSError):  # a full disk
                output.log.touch(mode=0o600)
            if former := self._outputs.pop(name, None):
                former.close()
            self._outputs[name] = output
            self._send(output, written_end)
            yield output, child_end
        finally:
            os.close(child_end)

    async def close(self) -> None:
        """After the last process has ended."""
        self._keeping.cancel()
        self._control.close()
        try:
            async with asyncio.timeout(END_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        for output in self._outputs.values():
            output.close()

    async def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        limits = [self._limits.max_bytes, self._limits.files, self._limits.retention]
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                *[sys.executable, "-m", "deployments.log_writer", str(self.folder), *map(str, limits)],
                env={key: value for key, value in os.environ.items() if key != MARK},
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    async def _keep_up(self) -> None:
        while True:
            await self._process.wait()
            self._control.close()
            await asyncio.sleep(AGAIN_SECONDS)
            await self._start()
            for output in self._outputs.values():
                self._send(output, None)

    def _send(self, output: Output, written_end: int | None) -> None:
        ends = [output.pipe] if written_end is None else [output.pipe, written_end]
        with suppress(OSError):  # it has just been killed: the next one gets the pipe from `_keep_up`
            socket.send_fds(self._control, [output.name.encode().ljust(NAME_BYTES, b"\0")], ends)
        if written_end is not None:
            os.close(written_end)
