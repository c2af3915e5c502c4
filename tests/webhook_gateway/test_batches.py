"""Batches: many share one piece of work, and nobody is worse off for it than alone."""

import asyncio
from collections.abc import Sequence

import pytest

from webhook_gateway.batches import LARGEST, Batches, CutOff


class Work:
    """Doubles numbers, once `go` is set; negative ones fail."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.began, self.go = asyncio.Event(), asyncio.Event()
        self.cancelled = 0

    async def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.began.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if min(items) < 0:
            raise ValueError(min(items))
        return [2 * item for item in items]


async def _begin(batches: Batches[int, int], work: Work, *items: int) -> list[asyncio.Task[int]]:
    """The first is at work; the others wait behind it."""
    first = asyncio.create_task(batches.do(items[0]))
    await work.began.wait()
    others = [asyncio.create_task(batches.do(item)) for item in items[1:]]
    await asyncio.sleep(0)
    return [first, *others]


async def test_a_single_one_waits_for_nobody() -> None:
    work = Work()
    work.go.set()
    assert await Batches(work).do(4) == 8
    assert work.batches == [[4]]


async def test_what_arrives_while_one_is_at_work_shares_the_next() -> None:
    work = Work()
    doing = await _begin(Batches(work), work, 1, 2, 3)
    work.go.set()
    assert await asyncio.gather(*doing) == [2, 4, 6]
    assert work.batches == [[1], [2, 3]]


async def test_a_batch_has_a_largest_size() -> None:
    work = Work()
    doing = await _begin(Batches(work), work, *range(LARGEST + 5))
    work.go.set()
    await asyncio.gather(*doing)
    assert [len(batch) for batch in work.batches] == [1, LARGEST, 4]


async def test_one_that_fails_spoils_it_for_itself_alone() -> None:
    work = Work()
    doing = await _begin(Batches(work), work, 1, 2, -3, 4)
    work.go.set()
    first, second, third, fourth = await asyncio.gather(*doing, return_exceptions=True)
    assert (first, second, fourth) == (2, 4, 8)
    assert isinstance(third, ValueError)


async def test_work_that_nobody_waits_for_any_more_is_cancelled() -> None:
    work = Work()
    batches = Batches(work)
    (doing,) = await _begin(batches, work, 1)
    doing.cancel()
    await asyncio.wait([doing])
    work.go.set()
    assert await batches.do(2) == 4
    assert work.cancelled == 1


async def test_work_that_cancels_itself_leaves_nobody_waiting() -> None:
    async def cancels_itself(_items: Sequence[int]) -> list[int]:
        raise asyncio.CancelledError

    with pytest.raises(CutOff):
        await Batches(cancels_itself).do(1)


async def test_who_gives_up_while_waiting_is_left_out() -> None:
    work = Work()
    first, second, third = await _begin(Batches(work), work, 1, 2, 3)
    second.cancel()
    await asyncio.wait([second])
    work.go.set()
    assert (await first, await third) == (2, 6)
    assert work.batches == [[1], [3]]


async def test_the_work_still_done_for_others_goes_on_when_one_gives_up() -> None:
    work = Work()
    batches = Batches(work)
    first, second = (asyncio.create_task(batches.do(item)) for item in (1, 2))
    await work.began.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    work.go.set()
    assert await second == 4
    assert work.cancelled == 0
