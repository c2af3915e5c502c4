"""A thread with an event loop of its own, kept warm for one flow run after another. Knows nothing of Prefect.

One run at a time, so that a `time.sleep` in one flow holds up nobody else; and off the main thread, because Prefect's
engine puts a SIGTERM handler of its own in place that raises in whatever runs at the moment (`capture_sigterm` in
utilities/engine/__init__.py of 3.9.1). Off the main thread Python lets it install none, and the signal stays ours.
The price, measured with two trivial steps a run: 5.8 runs/s where one loop for all did 6.3 to 6.5, and 1 MB a lane.
"""

import asyncio
import contextvars
import sys
import threading
import time
import traceback
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager

Home = Callable[[], AbstractAsyncContextManager[object]]
"""Opens what stays open between runs; its context variables are every run's."""

CLOSE_SECONDS = 5.0


class Lane:
    """`opened` is done once `home` stands, or has what went wrong as its exception."""

    def __init__(self, name: str, home: Home) -> None:
        self.opened: Future[None] = Future()
        self._home = home
        self._answered_at = self._asked_at = 0.0
        self._loop, self._end = asyncio.new_event_loop(), asyncio.Event()
        # A daemon: one that blocks for ever does not keep the process from ending.
        inside = contextvars.copy_context()
        self._thread = threading.Thread(target=inside.run, args=(self._turn,), name=name, daemon=True)
        self._thread.start()

    def _turn(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._live())

    async def _live(self) -> None:
        try:
            async with self._home():
                self._context = contextvars.copy_context()
                self.opened.set_result(None)
                await self._end.wait()
        except BaseException as error:
            # Whoever waits for the lane gets it; nobody looks at a thread's own exceptions.
            if self.opened.done():
                raise
            self.opened.set_exception(error)

    def run(self, work: Callable[[], Coroutine[None, None, None]]) -> Future[None]:
        """Does the work on the lane's loop, inside its home; the future has its end or its exception."""
        done: Future[None] = Future()

        def begin() -> None:
            task = asyncio.ensure_future(work())
            task.add_done_callback(lambda ended: _pass_on(ended, done))

        self._loop.call_soon_threadsafe(begin, context=self._context)
        return done

    def call(self, function: Callable[[], None]) -> None:
        """Calls it on the lane's loop, soon."""
        self._loop.call_soon_threadsafe(function)

    def ask(self) -> None:
        """Asks the loop whether it still turns; `silent_for` tells."""
        if self._answered_at >= self._asked_at:
            self._asked_at = time.monotonic()
            self.call(self._answer)

    def _answer(self) -> None:
        self._answered_at = time.monotonic()

    @property
    def is_open(self) -> bool:
        """Whether it can be used for a run."""
        return self.opened.done() and self.opened.exception() is None

    @property
    def silent_for(self) -> float:
        """Seconds since an unanswered question; 0 when the loop turns."""
        return time.monotonic() - self._asked_at if self._answered_at < self._asked_at else 0.0

    def place(self, lines: int = 4) -> str:
        """Where the thread is in its code now, innermost last."""
        frame = sys._current_frames().get(self._thread.ident or 0)
        return "".join(traceback.format_stack(frame)[-lines:]) if frame else ""

    def close(self) -> None:
        """Leaves its home; one that is blocked is left behind, and ends with the process."""
        self.call(self._end.set)
        self._thread.join(CLOSE_SECONDS)


def _pass_on(task: asyncio.Task[None], done: Future[None]) -> None:
    if task.cancelled():
        done.cancel()
    elif error := task.exception():
        done.set_exception(error)
    else:
        done.set_result(None)
