"""Processes that stop without dying, as in a virtual machine that is moved, and then go on as if nothing had been."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """The process and all that it started stand still for the length of the block (PostgreSQL: its backends, too)."""
    parent = psutil.Process(pid)
    stopped: list[psutil.Process] = []
    try:
        # The parent first, as it starts others meanwhile.
        for process in _with_children(parent, stopped):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGSTOP)
                stopped.append(process)
        yield
    finally:
        for process in reversed(stopped):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)


def _with_children(parent: psutil.Process, stopped: list[psutil.Process]) -> Iterator[psutil.Process]:
    yield parent
    with suppress(psutil.NoSuchProcess):
        while children := [one for one in parent.children(recursive=True) if one not in stopped]:
            yield from children
            # Whoever ended meanwhile is not met again.
            stopped += [one for one in children if not one.is_running()]
