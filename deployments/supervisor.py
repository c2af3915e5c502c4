"""Starts the stack's processes, each when those it needs are ready, watches them, and leaves none behind.

Every process has its own session, its own log, and a signal from the kernel should the supervisor die. Knows nothing
of what the processes are for.
"""

import asyncio
import os
import signal
import subprocess
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from pathlib import Path
from types import TracebackType
from typing import Self

from deployments import guardian
from deployments.lifeline import tied
from deployments.log_files import LogLimits
from deployments.log_pipes import LogPipes, Output
from deployments.processes import Process, ProcessFailedError

POLL_SECONDS = 0.05
PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each start of a process that ended; the last one goes on."""


@dataclass
class Running:
    """A process that was started."""

    process: Process
    child: asyncio.subprocess.Process
    output: Output

    async def failed(self, what: str) -> ProcessFailedError:
        """What to raise about it, with its last lines."""
        if self.child.returncode is not None:
            await self.output.written()
        return ProcessFailedError(self.process.name, what, self.output.log)


class Supervisor:
    """An async context manager: `start` inside it, any number of times; leaving it stops all in reverse order.

    `progress` is told the name of each process that became ready.
    """

    def __init__(
        self,
        logs: Path,
        progress: Callable[[str], None] = lambda _name: None,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        limits: LogLimits = LogLimits(),  # noqa: B008 - a frozen value
    ) -> None:
        self._pause = pause
        self.mark = uuid.uuid4().hex
        self.logs = LogPipes(logs, limits)
        self._progress = progress
        self._running: list[Running] = []

    async def __aenter__(self) -> Self:
        await self.logs.open()
        self._guardian = guardian.start(self.mark)
        return self

    async def start(self, processes: Sequence[Process]) -> None:
        """Returns when all are ready; raises ProcessFailedError for the first that is not."""
        ready = {process.name: asyncio.Event() for process in processes}
        try:
            async with asyncio.TaskGroup() as group:
                for process in processes:
                    group.create_task(self._bring_up(process, ready))
        except* ProcessFailedError as failed:
            first = failed
        else:
            return
        raise first.exceptions[0] from None

    async def watch(self) -> None:
        """Never returns: starts a process again that should run and has ended, with growing pauses."""
        services = {running.process.name for running in self._running if running.process.ready}
        keeping = [asyncio.ensure_future(self._keep_up(name)) for name in services]
        try:
            await asyncio.gather(*keeping)
        finally:
            for one in keeping:
                one.cancel()

    def pid_of(self, name: str) -> int:
        """The process id of a started process."""
        return self._named(name).child.pid

    def is_up(self, name: str) -> bool:
        """Whether it is running now; one that ended is not, until it is started again."""
        return any(
            running.process.name == name and running.child.returncode is None for running in self._running
        )

    async def kill(self, name: str) -> None:
        """Ends a process, and not what it started, as `kill -9` does; `watch` or `revive` starts it again."""
        os.kill(self.pid_of(name), signal.SIGKILL)
        await self._named(name).child.wait()

    async def revive(self, name: str) -> None:
        """Starts an ended process again and returns when it is ready."""
        ended = self._named(name)
        await self._bring_up(replace(ended.process, after=()), {name: asyncio.Event()})

    def _named(self, name: str) -> Running:
        return next(running for running in self._running if running.process.name == name)

    async def _keep_up(self, name: str) -> None:
        while True:
            code = await self._named(name).child.wait()
            self._progress(f"{name} {_ending(code)}, so it is started again")
            await self._bring_back(name)

    async def _bring_back(self, name: str) -> None:
        # Never given up: what it needs may be down for long, and nobody else starts it again.
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            await self._pause(pause)
            try:
                await self.revive(name)
            except ProcessFailedError as error:
                self._progress(f"{error}\n{name} is started again")
            else:
                break

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        while self._running:
            await _stop(self._running.pop())
        await asyncio.to_thread(self._guardian.communicate)
        await self.logs.close()

    async def _bring_up(self, process: Process, ready: dict[str, asyncio.Event]) -> None:
        for name in process.after:
            await ready[name].wait()
        running = await self._spawn(process)
        self._remember(running)
        try:
            async with asyncio.timeout(process.ready_seconds):
                await _until_ready(running)
        except TimeoutError:
            await _stop(running)
            raise await running.failed(f"was not ready within {process.ready_seconds:.0f} s") from None
        ready[process.name].set()
        self._progress(process.name)

    def _remember(self, running: Running) -> None:
        """In the place of the one it replaces: what needs it is stopped before it."""
        names = [one.process.name for one in self._running]
        if running.process.name in names:
            self._running[names.index(running.process.name)] = running
        else:
            self._running.append(running)

    async def _spawn(self, process: Process) -> Running:
        with self.logs.output(process.name) as (output, descriptor):
            child = await asyncio.create_subprocess_exec(
                *tied(process.argv, process.stop_signal, process.user),
                env={**process.env, guardian.MARK: self.mark},
                cwd=process.directory,
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                start_new_session=True,
                pass_fds=process.inherits,
            )
        return Running(process, child, output)


async def _until_ready(running: Running) -> None:
    if running.process.ready is None:
        if await running.child.wait():
            raise await running.failed(_ending(running.child.returncode))
        return
    while not await running.process.ready(running.child.pid):
        if running.child.returncode is not None:
            raise await running.failed(_ending(running.child.returncode))
        await asyncio.sleep(POLL_SECONDS)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


async def _stop(running: Running) -> None:
    """What it started itself and left is the guardian's: it finds that by the mark."""
    child = running.child
    if child.returncode is not None:
        return
    child.send_signal(running.process.stop_signal)
    try:
        async with asyncio.timeout(running.process.stop_seconds):
            await child.wait()
    except TimeoutError:
        os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
