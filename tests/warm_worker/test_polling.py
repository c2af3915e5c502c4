"""Polls: one at a time, and what the worker is told is never overlooked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from prefect.client.schemas.objects import FlowRun

from warm_worker.crew import Crew
from warm_worker.job import Job
from warm_worker.polling import Polls


class Prefect:
    """Has nothing to run. Each poll waits until it may go on; `failing` ones fail then."""

    def __init__(self) -> None:
        self.polls = self.at_work = self.most_at_work = 0
        self.asked, self.go_on = asyncio.Semaphore(0), asyncio.Semaphore(0)
        self.failing = 0

    async def due(self, _limit: int) -> list[FlowRun]:
        self.polls += 1
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        self.asked.release()
        await self.go_on.acquire()
        self.at_work -= 1
        if self.polls <= self.failing:
            raise httpx.ConnectError("down")
        return []

    async def polled(self) -> None:
        """Returns once a further poll is under way; fails the test when there is none."""
        async with asyncio.timeout(5):
            await self.asked.acquire()


@pytest.fixture
def prefect() -> Prefect:
    return Prefect()


@pytest.fixture
async def polls(prefect: Prefect) -> AsyncIterator[Polls]:
    async def carry_out(_job: Job) -> None: ...

    @asynccontextmanager
    async def home() -> AsyncIterator[None]:
        yield

    polls = Polls(prefect.due, Crew(2, carry_out, home))
    listening = asyncio.create_task(polls.when_told())
    yield polls
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


async def _settle() -> None:
    """Whatever could go on without the test has gone on."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_is_told_leads_to_one_poll(polls: Polls, prefect: Prefect) -> None:
    await _settle()
    assert prefect.polls == 0
    polls.tell()
    polls.tell()
    await prefect.polled()
    prefect.go_on.release()
    await _settle()
    assert prefect.polls == 1


@pytest.mark.parametrize("times", [1, 3])
async def test_what_is_told_during_a_poll_leads_to_one_after_it(
    polls: Polls, prefect: Prefect, times: int
) -> None:
    polls.tell()
    await prefect.polled()
    for _ in range(times):
        polls.tell()
        await _settle()
    prefect.go_on.release()
    await prefect.polled()
    prefect.go_on.release()
    await _settle()
    assert prefect.polls == 2


async def test_what_is_told_during_a_regular_poll_waits_for_its_end_and_no_longer(
    polls: Polls, prefect: Prefect
) -> None:
    regular = asyncio.create_task(polls.once())
    await prefect.polled()
    polls.tell()
    await _settle()
    assert prefect.polls == 1
    prefect.go_on.release()
    await prefect.polled()
    prefect.go_on.release()
    assert await regular == []
    assert prefect.most_at_work == 1


async def test_a_prefect_that_is_down_does_not_make_it_deaf(polls: Polls, prefect: Prefect) -> None:
    prefect.failing = 1
    for _ in range(2):
        polls.tell()
        await prefect.polled()
        prefect.go_on.release()
        await _settle()
    assert prefect.polls == 2


async def test_a_regular_poll_that_fails_says_so_to_prefects_loop(polls: Polls, prefect: Prefect) -> None:
    prefect.failing = 1
    prefect.go_on.release()
    with pytest.raises(httpx.ConnectError):
        await polls.once()
