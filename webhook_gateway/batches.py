"""Does for many at once what each would do alone: whatever arrives while one batch is at work makes the next one.

Under load a hundred webhooks share a transaction; a single one waits for nobody. Knows nothing of what is done.
"""

import asyncio
from asyncio import Future, Task
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

LARGEST = 100


class CutOff(ConnectionError):  # noqa: N818 - says what happened
    """The work ended without an answer or an error; it may be done again."""


class Batches(Generic[Item, Answer]):
    """`work` answers each item in its place. Where it raises for several, each is tried alone, at nobody's expense."""

    def __init__(self, work: Callable[[Sequence[Item]], Coroutine[Any, Any, Sequence[Answer]]]) -> None:
        self._work = work
        self._waiting: deque[tuple[Item, Future[Answer]]] = deque()
        self._working: Task[None] | None = None

    async def do(self, item: Item) -> Answer:
        """The item's answer; raises what `work` raised for it. Work that nobody waits for any more is cancelled."""
        answer: Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._working is None:
            self._working = asyncio.create_task(self._until_done())
        return await answer

    async def _until_done(self) -> None:
        try:
            while self._waiting:
                size = min(LARGEST, len(self._waiting))
                batch = [self._waiting.popleft() for _ in range(size)]
                if not await self._answered(batch):
                    for one in batch:
                        await self._answered([one])
        finally:
            self._working = None

    async def _answered(self, batch: Sequence[tuple[Item, Future[Answer]]]) -> bool:
        """False: it failed for several, and each is to be tried alone."""
        wanted = [(item, answer) for item, answer in batch if not answer.done()]
        if not wanted:
            return True
        answers = [answer for _, answer in wanted]
        work = asyncio.create_task(self._work([item for item, _ in wanted]))  # noqa: RUF006 - awaited next
        await _done_or_unwanted(work, answers)
        if work.cancelled():
            _cut_off(answers)
            return True
        if work.exception() and len(wanted) > 1:
            return False
        _pass_on(work, answers)
        return True


async def _done_or_unwanted(work: Task[Sequence[Answer]], answers: Sequence[Future[Answer]]) -> None:
    nobody_waits = asyncio.gather(*answers, return_exceptions=True)
    either: list[Future[Any]] = [work, nobody_waits]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not work.done():
        work.cancel()
        await asyncio.wait([work])


def _cut_off(answers: Sequence[Future[Answer]]) -> None:
    """Whoever still waits, as where the work cancelled itself: a driver may, when its server is killed."""
    for answer in answers:
        if not answer.done():
            answer.set_exception(CutOff("the work was cut off"))


def _pass_on(work: Task[Sequence[Answer]], answers: Sequence[Future[Answer]]) -> None:
    error = work.exception()
    for place, answer in enumerate(answers):
        if answer.done():
            continue
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(work.result()[place])
