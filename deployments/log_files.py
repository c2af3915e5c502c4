"""Rotate log files by size and age, keep them from other users, and lose lines rather than fail on a full disk."""

import logging
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from threading import Lock
from typing import cast

DAY = 24 * 60 * 60
_EARLIER = re.compile(r".+\.log\.\d+|.+\.previous\.log")
"""Names of files nobody writes any more; `.previous.log` is what former releases made."""


@dataclass(frozen=True)
class LogLimits:
    """Of each process's log: bytes per file, files kept (the current one included), seconds a line is kept."""

    max_bytes: int = 10_000_000
    files: int = 5
    retention: float = 30.0 * DAY

    @property
    def period(self) -> float:
        """Seconds after which a file is rotated whatever its size: its lines then go together, none too late."""
        return self.retention / self.files


class LogFile(RotatingFileHandler):
    """Takes raw output in chunks; bytes that are not UTF-8 are kept as they are."""

    terminator = ""

    def __init__(self, path: Path, limits: LogLimits) -> None:
        super().__init__(
            path,
            maxBytes=limits.max_bytes,
            backupCount=limits.files - 1,
            encoding="utf-8",
            errors="surrogateescape",
            delay=True,
        )
        self._has_failed = False
        self._lost = 0

    def write(self, chunk: bytes) -> None:
        """Never raises; what a full disk does not take is counted, and told once it takes something again."""
        told = f"({self._lost} bytes of this log could not be written.)\n" if self._lost else ""
        self._has_failed = False
        self.handle(logging.makeLogRecord({"msg": told + chunk.decode("utf-8", "surrogateescape")}))
        self._lost = self._lost + len(chunk) if self._has_failed else 0

    def start_new(self) -> None:
        """Rotate, unless the current one is empty."""
        with suppress(OSError), self.lock or Lock():
            if Path(self.baseFilename).stat().st_size:
                self.doRollover()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own
        self._has_failed = True
        # Closed, as its buffer holds what could not be written; the next chunk opens it anew.
        stream, self.stream = self.stream, None
        with suppress(OSError, ValueError):
            if stream is not None:
                stream.close()

    def _open(self) -> TextIOWrapper:
        file = open(  # noqa: SIM115 - the handler closes it
            self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=_private
        )
        return cast("TextIOWrapper", file)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class LogFolder:
    """All logs of a stack: one `LogFile` per process, `<name>.log`."""

    def __init__(self, folder: Path, limits: LogLimits) -> None:
        self._folder = folder
        self._limits = limits
        self._open: dict[str, LogFile] = {}

    def file(self, name: str) -> LogFile:
        """One for all who write under this name: a process and the one that replaces it may overlap."""
        return self._open.setdefault(name, LogFile(self._folder / f"{name}.log", self._limits))

    def tidy(self, now: float | None = None) -> None:
        """Rotate everything once a period, also logs nobody writes now, and remove files that are too old."""
        now = time.time() if now is None else now
        with suppress(OSError):
            if self._is_period_over(now):
                for path in self._folder.glob("*.log"):
                    if not _EARLIER.fullmatch(path.name):
                        self.file(path.stem).start_new()
            self._remove_older_than(now - (self._limits.retention - self._limits.period))

    def _is_period_over(self, now: float) -> bool:
        mark = self._folder / ".rotated"
        began = mark.stat().st_mtime if mark.exists() else None
        if began is not None and now - began < self._limits.period:
            return False
        mark.touch(mode=0o600)
        os.utime(mark, (now, now))
        return began is not None

    def _remove_older_than(self, oldest: float) -> None:
        for path in self._folder.iterdir():
            if _EARLIER.fullmatch(path.name) and path.stat().st_mtime < oldest:
                path.unlink()


def make_private(folder: Path) -> None:
    """Make the folder of logs, or close what a former release left open to others."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for path in folder.glob("*.log*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o600)
