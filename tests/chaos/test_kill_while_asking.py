"""kill -9 at each step of asking, answering and writing: asked once, and each answer written once to each side."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from tests.chaos.asking import (
    answer,
    answered,
    asked_once,
    effect_is_done,
    has_note,
    held,
    intended,
    is_asked,
    is_back,
    is_tagged,
    is_told,
    mailbox,
    written_once,
)
from tests.chaos.conftest import Hardy
from tests.chaos.test_kill_at_chosen_points import GATEWAYS, WORKERS, is_at_work, kill
from tests.journeys.waiting import WaitingRoom, waiting_room
from tools.demo.story import Story

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif("LONG" not in os.environ, reason="four minutes of kills: set LONG=1"),
]


@pytest.fixture
async def room(hardy: Hardy) -> AsyncIterator[WaitingRoom]:
    async with waiting_room(hardy.stack, hardy.lever, hardy.crosschq) as opened:
        yield opened
    await hardy.lever.http.delete(f"{hardy.stack.mailbox_url}/sandbox/knobs")


async def killed_when(
    hardy: Hardy,
    room: WaitingRoom,
    story: Story,
    moment: str,
    has_come: Callable[[], Awaitable[bool]],
    names: tuple[str, ...] = WORKERS,
) -> None:
    """The follow-up's time comes, and at that moment the processes die; what troubled Lever until then is over."""
    await room.time_comes(story)
    await story.wait_until(moment, has_come)
    await kill(hardy, names)
    await room.lever.behave()


async def test_workers_killed_before_the_mail_is_begun(hardy: Hardy, room: WaitingRoom) -> None:
    story = await room.reported()
    await room.lever.set_knobs(latency_ms=2000)
    await killed_when(hardy, room, story, "its run is at work", lambda: is_at_work(hardy, story))
    await asked_once(hardy, room, story)


async def test_workers_killed_between_the_mail_servers_word_and_its_record(
    hardy: Hardy, room: WaitingRoom
) -> None:
    story = await room.reported()
    await mailbox(room, hang_after_data=1, hang_seconds=20)
    await killed_when(hardy, room, story, "the mail server has it", lambda: is_asked(room, story))
    await asked_once(hardy, room, story, "the mail server did not confirm it")


async def test_workers_killed_between_the_record_and_the_mail_leave_it_to_ops_who_ask(
    hardy: Hardy, room: WaitingRoom
) -> None:
    story = await room.reported()
    follow_up = await room.follow_up(story)
    await intended(room, follow_up)
    await room.time_comes(story)
    await story.wait_until("Lever says so", lambda: has_note(story, "the mail server did not confirm it"))
    await room.wait_for_state(story, "asked")
    assert await room.questions(story) == []
    await room.command("follow-ups", "ask-now", follow_up.id, "--reason", "there is no mail")
    await story.wait_until("the owner is asked", lambda: is_asked(room, story))
    await answer(room, story)


async def test_workers_killed_between_mail_and_note(hardy: Hardy, room: WaitingRoom) -> None:
    story = await room.reported()
    await room.lever.set_knobs(fail_status=503, fail_count=1000, match="POST .*/notes")
    await killed_when(hardy, room, story, "the mail server has it", lambda: is_asked(room, story))
    await asked_once(hardy, room, story)


async def test_workers_killed_between_note_and_its_record(hardy: Hardy, room: WaitingRoom) -> None:
    story = await room.reported()
    await room.lever.set_knobs(hang_after_write=1, hang_seconds=20, match="POST .*/notes")
    await killed_when(
        hardy, room, story, "Lever has the note", lambda: has_note(story, "was asked by e-mail")
    )
    await asked_once(hardy, room, story)


async def test_workers_killed_between_the_notes_record_and_the_next_wait(
    hardy: Hardy, room: WaitingRoom
) -> None:
    story = await room.reported()
    follow_up = await room.follow_up(story)
    await room.lever.set_knobs(latency_ms=1500, match="POST .*/notes")
    await room.time_comes(story)
    await story.wait_until("the mail server has it", lambda: is_asked(room, story))
    async with held(room, story):
        note = f"note/{story.opportunity_id}/follow-up-{follow_up.id}-1"
        await story.wait_until("the note is recorded", lambda: effect_is_done(room, story, note))
        await kill(hardy, WORKERS)
    await room.lever.behave()
    await asked_once(hardy, room, story)


@pytest.mark.parametrize("victim", ["prefect-server", "postgres"])
async def test_a_server_killed_while_the_owner_is_being_asked(
    hardy: Hardy, room: WaitingRoom, victim: str
) -> None:
    story = await room.reported()
    await room.lever.set_knobs(latency_ms=700)
    await killed_when(hardy, room, story, "a run is at work", lambda: is_at_work(hardy, story), (victim,))
    await asked_once(hardy, room, story)


async def test_gateways_killed_before_the_answer_is_recorded(hardy: Hardy, room: WaitingRoom) -> None:
    story = await room.reported()
    await room.time_comes(story)
    await room.wait_for_question(story)
    waiting = await room.armed(story)
    async with held(room, story):
        saying = asyncio.create_task(answer(room, story))
        await asyncio.sleep(0.5)  # the page is at the gateway, which waits for the row
        await kill(hardy, GATEWAYS)
        with pytest.raises(httpx.TransportError):
            await saying
    await story.wait_until("the gateway is back", lambda: is_back(room))
    await answer(room, story)
    await room.armed(story, beside=waiting.flow_run_id)
    await room.time_comes(story)
    await written_once(hardy, room, story)


async def test_gateways_killed_between_the_answer_and_the_order_of_its_run(
    hardy: Hardy, room: WaitingRoom
) -> None:
    story = await room.reported()
    await room.time_comes(story)
    await room.wait_for_question(story)
    waiting, server = await room.armed(story), hardy.stack.supervisor.pid_of("prefect-server")
    os.kill(server, signal.SIGSTOP)
    try:
        await answer(room, story)
        await kill(hardy, GATEWAYS)
    finally:
        os.kill(server, signal.SIGCONT)
    await room.armed(story, beside=waiting.flow_run_id)
    await room.time_comes(story)
    await written_once(hardy, room, story)


async def test_workers_killed_between_crosschqs_outcome_and_its_record(
    hardy: Hardy, room: WaitingRoom
) -> None:
    story = await room.reported()
    await answered(room, story)
    await room.crosschq.set_knobs(
        hang_after_write=1, hang_seconds=20, match="PUT .*/outcome", lose_webhooks=1
    )
    await killed_when(hardy, room, story, "Crosschq is told", lambda: is_told(story))
    await written_once(hardy, room, story)


async def test_workers_killed_between_crosschqs_outcome_and_levers_tag(
    hardy: Hardy, room: WaitingRoom
) -> None:
    story = await room.reported()
    await answered(room, story)
    await room.lever.set_knobs(fail_status=503, fail_count=1000, match="POST .*/addTags")
    await killed_when(hardy, room, story, "Crosschq is told", lambda: is_told(story))
    await written_once(hardy, room, story)


async def test_workers_killed_between_levers_tag_and_its_record(hardy: Hardy, room: WaitingRoom) -> None:
    story = await room.reported()
    await answered(room, story)
    await room.lever.set_knobs(hang_after_write=1, hang_seconds=20, match="POST .*/addTags")
    await killed_when(hardy, room, story, "Lever has the tag", lambda: is_tagged(story))
    await written_once(hardy, room, story)


async def test_workers_killed_between_the_outcomes_note_and_its_record(
    hardy: Hardy, room: WaitingRoom
) -> None:
    story = await room.reported()
    await answered(room, story)
    await room.lever.set_knobs(hang_after_write=1, hang_seconds=20, match="POST .*/notes")
    await killed_when(hardy, room, story, "Lever has the note", lambda: has_note(story, "Outcome: hired"))
    await written_once(hardy, room, story)


async def test_workers_killed_when_lever_said_hired_and_crosschq_was_told(
    hardy: Hardy, room: WaitingRoom
) -> None:
    story = await room.reported()
    await room.crosschq.set_knobs(
        hang_after_write=1, hang_seconds=20, match="PUT .*/outcome", lose_webhooks=1
    )
    await room.lever.archive(story.opportunity_id)
    await story.wait_until("Crosschq is told", lambda: is_told(story))
    await kill(hardy, WORKERS)
    await written_once(hardy, room, story)
    assert await room.questions(story) == []
