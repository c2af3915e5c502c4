"""kill -9 at the moments that matter, with two gateways and two workers: each act is done once."""

import asyncio
import os
import signal

import pytest
from sqlalchemy import text

from store.tables import DeliveryState
from tests.chaos.conftest import Hardy
from tools.demo.story import Story

pytestmark = pytest.mark.stack

at_length = pytest.mark.skipif("LONG" not in os.environ, reason="half a minute more: set LONG=1")

WORKERS = ("worker", "worker-2")
GATEWAYS = ("gateway", "gateway-2")


async def kill(hardy: Hardy, names: tuple[str, ...]) -> None:
    for name in names:
        if hardy.stack.supervisor.is_up(name):
            await hardy.stack.supervisor.kill(name)


async def is_known(hardy: Hardy, story: Story) -> bool:
    return bool(await hardy.about(story))


async def is_at_work(hardy: Hardy, story: Story) -> bool:
    return any(one.state is DeliveryState.RUNNING for one in await hardy.about(story))


async def has_request(story: Story) -> bool:
    return len(await story.crosschq.requests_for(story.email)) == 1


async def ends_with_one_request_and_one_note(story: Story) -> None:
    await story.wait_for_status("Crosschq: sent")
    await story.wait_for_note("request sent")
    assert len(await story.crosschq.requests_for(story.email)) == 1


async def test_two_gateways_and_two_workers_double_nothing(hardy: Hardy) -> None:
    stories = [await hardy.story() for _ in range(5)]
    for story in stories:
        await hardy.lever.move(story.opportunity_id, times=2)
    for story in stories:
        await ends_with_one_request_and_one_note(story)


@at_length
async def test_gateways_killed_before_the_commit_are_told_again(hardy: Hardy) -> None:
    story = await hardy.story()
    async with hardy.parts.database.engine.begin() as connection:
        await connection.execute(text("LOCK TABLE delivery IN EXCLUSIVE MODE"))
        await hardy.lever.move(story.opportunity_id)
        await asyncio.sleep(0.5)  # the webhook is at the gateway, which waits for the lock
        await kill(hardy, GATEWAYS)
    await ends_with_one_request_and_one_note(story)


async def test_gateways_killed_between_commit_and_dispatch(hardy: Hardy) -> None:
    story, server = await hardy.story(), hardy.stack.supervisor.pid_of("prefect-server")
    os.kill(server, signal.SIGSTOP)
    try:
        await hardy.lever.move(story.opportunity_id)
        await story.wait_until("the delivery is recorded", lambda: is_known(hardy, story))
        await kill(hardy, GATEWAYS)
    finally:
        os.kill(server, signal.SIGCONT)
    await ends_with_one_request_and_one_note(story)


@at_length
async def test_workers_killed_after_lever_wrote_the_note_and_before_its_record(hardy: Hardy) -> None:
    story = await hardy.story()
    await hardy.lever.set_knobs(hang_after_write=1, hang_seconds=20, match="POST .*/notes")
    await hardy.lever.move(story.opportunity_id)
    await story.wait_for_note("request sent")
    await kill(hardy, WORKERS)
    await ends_with_one_request_and_one_note(story)
    await story.wait_until("the delivery is done", lambda: all_ended(hardy, story))
    assert sum("request sent" in note for note in await hardy.lever.notes(story.opportunity_id)) == 1


async def test_workers_killed_after_crosschq_made_the_request_and_before_its_record(hardy: Hardy) -> None:
    story = await hardy.story()
    await hardy.crosschq.set_knobs(hang_after_write=1, hang_seconds=20, match="POST", lose_webhooks=1)
    await hardy.lever.move(story.opportunity_id)
    await story.wait_until("Crosschq has the request", lambda: has_request(story))
    await kill(hardy, WORKERS)
    await story.wait_for_status("Crosschq: unconfirmed")
    (request,) = await hardy.crosschq.requests_for(story.email)
    await hardy.crosschq.act(request["id"], "candidate_opens")
    await story.wait_for_status("Crosschq: sent")
    assert await has_request(story)


@at_length
async def test_workers_killed_while_a_vendor_is_waited_for(hardy: Hardy) -> None:
    story = await hardy.story()
    await hardy.lever.set_knobs(fail_status=503, fail_count=1000)
    await hardy.lever.move(story.opportunity_id)
    await story.wait_until("the run is at work", lambda: is_at_work(hardy, story))
    await kill(hardy, WORKERS)
    await hardy.lever.behave()
    await ends_with_one_request_and_one_note(story)


@pytest.mark.parametrize("victim", ["prefect-server", pytest.param("postgres", marks=at_length)])
async def test_a_server_killed_while_a_run_is_at_work(hardy: Hardy, victim: str) -> None:
    story = await hardy.story()
    await hardy.lever.set_knobs(latency_ms=700)
    await hardy.lever.move(story.opportunity_id)
    await story.wait_until("the run is at work", lambda: is_at_work(hardy, story))
    await kill(hardy, (victim,))
    await hardy.lever.behave()
    await ends_with_one_request_and_one_note(story)


async def all_ended(hardy: Hardy, story: Story) -> bool:
    return all(one.state in (DeliveryState.DONE, DeliveryState.IGNORED) for one in await hardy.about(story))
