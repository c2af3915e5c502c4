"""What the supervisor is told about a process, and what it says when one fails. Starts nothing."""

import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from deployments.os_user import OsUser
from outbound.transport import NoAnswer

Check = Callable[[int], Awaitable[bool]]
"""Asked again and again with the process id until it says yes."""

TAIL_LINES = 20
TAIL_BYTES = 16384


@dataclass(frozen=True)
class Process:
    """One process of the stack; it starts when those named in `after` are ready. Times are seconds.

    Without `ready` it is a step: it is ready once it has ended with exit code 0.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(repr=False)
    after: Sequence[str] = ()
    ready: Check | None = None
    ready_seconds: float = 60.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    user: OsUser | None = None
    directory: Path | None = None
    inherits: Sequence[int] = ()
    """Descriptors, each time it is started."""


class ProcessFailedError(Exception):
    """A process of the stack ended or never became ready: names it, says what happened, ends with its log."""

    def __init__(self, name: str, what: str, log: Path) -> None:
        self.name = name
        super().__init__(f"{name} {what}; the end of {log}:\n{tail(log)}")


def tail(log: Path) -> str:
    """The last lines of a log, indented."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()[-TAIL_LINES:]
    except FileNotFoundError:  # the disk is full
        lines = []
    return "\n".join(f"  {line}" for line in lines) or "  (empty)"


def answers(client: httpx.AsyncClient, url: str) -> Check:
    """Ready once a GET of `url` is answered with 200."""

    async def check(_pid: int) -> bool:
        try:
            return (await client.get(url)).status_code == httpx.codes.OK
        except NoAnswer:
            return False

    return check
