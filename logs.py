"""Configure the logging of a process: one handler on stderr, text or JSON lines, quiet libraries, bounded repetition.

Who keeps what arrives on stderr: `deployments/log_files.py`.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from pythonjsonlogger.json import JsonFormatter

MINUTE = 60.0
"""Seconds."""
MOST_KINDS = 1000
"""Messages remembered by one filter; the longest unseen is forgotten."""
QUIET = ("httpx", "httpcore", "alembic")
"""Loggers of libraries whose INFO lines hold addresses, or are many."""

LogFormat = Literal["text", "json"]
Kind = tuple[str, str, type[BaseException] | None]


@dataclass
class _Seen:
    passed_at: float
    left_out: int = 0


class OncePerMinute(logging.Filter):
    """Pass one record a minute of each kind: logger, message template and exception type, whatever the arguments.

    The next one that passes ends with how many were left out since. For faults that strangers can provoke at will:
    add it to the logger itself, or name the loggers and add it to a handler (see `configure_logging`).
    """

    def __init__(self, loggers: Iterable[str] = ("",), clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._loggers = tuple(loggers)
        self._clock = clock
        self._seen: dict[Kind, _Seen] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not any(_is_under(record.name, logger) for logger in self._loggers):
            return True
        now = self._clock()
        kind = (record.name, str(record.msg), record.exc_info[0] if record.exc_info else None)
        seen = self._seen.pop(kind, None)
        if seen and now - seen.passed_at < MINUTE:
            seen.left_out += 1
            self._seen[kind] = seen
            return False
        self._seen[kind] = _Seen(now)
        if len(self._seen) > MOST_KINDS:
            del self._seen[next(iter(self._seen))]
        if seen and seen.left_out:
            record.msg = f"{record.getMessage()} (and {seen.left_out} more like this since the last one)"
            record.args = None
        return True


def _is_under(name: str, logger: str) -> bool:
    return logger in ("", name) or name.startswith(f"{logger}.")


def configure_logging(
    form: LogFormat, level: int = logging.INFO, once_per_minute: Iterable[str] = ()
) -> None:
    """Replace the root logger's handlers; records of the loggers in `once_per_minute` are limited."""
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(form))
    if limited := tuple(once_per_minute):
        handler.addFilter(OncePerMinute(limited))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _formatter(form: LogFormat) -> logging.Formatter:
    if form == "json":
        return JsonLines()
    return logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")


class JsonLines(JsonFormatter):
    """One object a line: time, level, logger, message, the traceback if any, and what else was given as `extra`.

    Constructed by `logging.config` too, in Prefect's processes, with arguments that other formatters take.
    """

    def __init__(self, *_format: object) -> None:
        super().__init__(
            "{levelname}{name}{message}",
            style="{",
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp="time",
            json_ensure_ascii=False,
        )
