"""Runs a long command until it is done or told to stop: Ctrl-C, SIGTERM, SIGHUP, or the end of the make that ran it.

The first request cancels the command, which then cleans up; further ones change nothing.
"""

import asyncio
import os
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

PARENT_SECONDS = 0.3

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_until_stopped(command: Coroutine[Any, Any, int]) -> int:
    """The command's exit code, or 128 + the signal's number as a shell would say it (129 for a lost parent)."""
    return asyncio.run(_run(command))


async def _run(command: Coroutine[Any, Any, int]) -> int:
    task = asyncio.ensure_future(command)
    asked: list[int] = []

    def stop(sign: int) -> None:
        asked.append(sign)
        if len(asked) == 1:
            task.cancel()

    loop = asyncio.get_running_loop()
    for sign in _STOPPING:
        loop.add_signal_handler(sign, stop, sign)
    watch = asyncio.ensure_future(_parent_ended()) if "MAKELEVEL" in os.environ else None
    if watch:
        watch.add_done_callback(lambda _: stop(signal.SIGHUP))
    with suppress(asyncio.CancelledError):
        return await task
    return 128 + asked[0] if asked else 1


async def _parent_ended() -> None:
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - no event tells of it on every system
        await asyncio.sleep(PARENT_SECONDS)
