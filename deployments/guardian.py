"""Ends whatever a stack left running: a tiny process of its own that outlives the supervisor, even a `kill -9`.

It reads a pipe that only the supervisor holds open. At its end everything that carries the stack's mark in its
environment is asked to end, then killed: also grandchildren such as the worker's flow runs. Never anything else.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress

import psutil

MARK = "CROSSCHQ_LEVER_STACK"
ASK_SECONDS = 2.0


def start(mark: str) -> subprocess.Popen[bytes]:
    """Starts a guardian for everything started with `MARK=mark`; close its stdin to have it sweep and end."""
    argv = [sys.executable, "-m", "deployments.guardian", mark]
    env = {key: value for key, value in os.environ.items() if key != MARK}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(  # noqa: S603 - our own module
        argv, env=env, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True
    )


def main(mark: str) -> None:
    """Waits for the supervisor's end, whatever signals reach the terminal, and sweeps."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    sys.stdin.buffer.read()
    _ask(marked(mark))
    for _ in range(3):  # what was just starting another process is met again
        _kill(marked(mark))


def marked(mark: str) -> set[psutil.Process]:
    """Every process of the stack with this mark, and their children."""
    found = {process for process in psutil.process_iter() if _carries(process, mark)}
    for process in list(found):
        with suppress(psutil.Error):
            found |= set(process.children(recursive=True))
    return found


def _carries(process: psutil.Process, mark: str) -> bool:
    try:
        return bool(process.environ().get(MARK) == mark)
    except (psutil.Error, OSError):  # gone, or another user's
        return False


def _ask(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.terminate()
    psutil.wait_procs(list(processes), timeout=ASK_SECONDS)


def _kill(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(list(processes), timeout=ASK_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1])
