"""Lock files by flock(2): unlike a process id in a file, they hold across containers, and end with their holder."""

import fcntl
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from settings import PREFIX

POLL_SECONDS = 0.05


class InUseError(Exception):
    """Somebody else works on the folder; the message names who, and says what to do."""


def lock(path: Path, patience: float = 0.0) -> int | None:
    """A descriptor that holds the lock until it and what inherited it are closed; None when another holds it.

    `patience` is in seconds.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + patience
    while not _try(descriptor):
        if time.monotonic() >= deadline:
            os.close(descriptor)
            return None
        time.sleep(POLL_SECONDS)
    with suppress(OSError):  # a full disk
        os.truncate(descriptor, 0)
        os.write(descriptor, _ourselves().encode())
    return descriptor


def holder(path: Path) -> str | None:
    """Who holds it now, for people; None when nobody does."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return None if _try(descriptor) else _described(path)
    finally:
        os.close(descriptor)


@contextmanager
def folder_in_use(data_dir: Path) -> Iterator[None]:
    """One supervisor per data folder. Raises InUseError."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = supervisor_lock(data_dir)
    descriptor = lock(path)
    if descriptor is None:
        raise InUseError(
            f"{data_dir} is in use by {_described(path)}: stop that first, or set {PREFIX}DATA_DIR to another folder."
        )
    try:
        yield
    finally:
        os.close(descriptor)


def supervisor_lock(data_dir: Path) -> Path:
    return data_dir / "supervisor.lock"


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ourselves() -> str:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return json.dumps({"command": command, "pid": os.getpid(), "host": socket.gethostname(), "since": since})


def _described(path: Path) -> str:
    try:
        told = json.loads(path.read_text())
        return f"`{told['command']}` (pid {told['pid']} on {told['host']}, since {told['since']})"
    except (ValueError, KeyError, OSError):  # it is just being written
        return "another process"
