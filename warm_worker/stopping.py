"""Owns SIGTERM and SIGINT while the worker serves: the first lets runs end, the second hands them back at once."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stop_on_signals(serving: asyncio.Task[None], hurry: Callable[[], None]) -> Iterator[None]:
    """Cancels `serving` at the first signal and calls `hurry` at the next ones.

    In place of the handlers of Prefect's command line (utilities/processutils of 3.9.1), which turn SIGTERM into
    SIGINT and a second SIGTERM into SIGKILL.
    """
    asked = asyncio.Event()

    def stop() -> None:
        if asked.is_set():
            hurry()
        else:
            asked.set()
            serving.cancel()

    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop)
    try:
        yield
    finally:
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(sign)
