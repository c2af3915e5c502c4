"""kill -9 at each step of asking, answering and writing: asked once, and each answer written once to each side."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import select

from demo.story import Story
from mail.letter import message_id
from store.follow_ups import FollowUps
from store.outcome_tables import FollowUp
from store.tables import Effect, EffectState
from tests.chaos.conftest import Hardy
from tests.chaos.test_chosen_points import GATEWAYS, WORKERS, all_ended, is_at_work, kill
from tests.journeys.waiting import WaitingRoom, waiting_room

pytestmark = pytest.mark.stack

HIRED = "Crosschq outcome: hired"


@pytest.fixture
async def room(hardy: Hardy) -> AsyncIterator[WaitingRoom]:
    async with waiting_room(hardy.stack, hardy.lever, hardy.crosschq) as opened:
        yield opened
    await hardy.lever.http.delete(f"{hardy.stack.mailbox_url}/sandbox/knobs")


async def is_asked(room: WaitingRoom, story: Story) -> bool:
    return bool(await room.questions(story))


async def has_note(story: Story, words: str) -> bool:
    return any(words in note for note in await story.lever.notes(story.opportunity_id))


async def asked_once(
    hardy: Hardy, room: WaitingRoom, story: Story, words: str = "was asked by e-mail"
) -> None:
    """Counted in the mailbox by Message-ID, and in Lever; nobody works on it any more, and the answer is waited for."""
    follow_up = await room.wait_for_state(story, "asked")
    await story.wait_until("every delivery has ended", lambda: all_ended(hardy, story))
    mails = [mail["message_id"] for mail in await room.questions(story)]
    assert mails == [message_id(room.parts.vault.blind_index(f"mail/{follow_up.id}/1"), "sandbox.test")]
    notes = await room.lever.notes(story.opportunity_id)
    assert [words in note for note in notes if "whether the candidate was hired" in note] == [True]
    assert (await room.armed(story)).generation == 2


async def answered(room: WaitingRoom, story: Story) -> FollowUp:
    """The owner has said hired, and a run waits to settle that."""
    await room.time_comes(story)
    await room.wait_for_question(story)
    before = await room.armed(story)
    await answer(room, story)
    return await room.armed(story, beside=before.flow_run_id)


async def answer(room: WaitingRoom, story: Story) -> None:
    [mail] = await room.questions(story)
    today = room.parts.now().date().isoformat()
    said = await room.owner.answer(await room.owner.link(mail["id"]), "hired", today)
    assert said.status_code == 303


async def written_once(hardy: Hardy, room: WaitingRoom, story: Story) -> None:
    """Counted in Crosschq's ledger and on the opportunity; nobody works on it, and nothing waits any more."""
    await room.wait_for_state(story, "ended")
    await story.wait_until("every delivery has ended", lambda: all_ended(hardy, story))
    assert await told(story) == ["hired"]
    tags = await room.lever.tags(story.opportunity_id)
    assert [tag for tag in tags if tag.startswith("Crosschq outcome")] == [HIRED]
    notes = await room.lever.notes(story.opportunity_id)
    assert sum(note.startswith("Outcome: hired") for note in notes) == 1


async def told(story: Story) -> list[str]:
    return [one["hiring_status"] for one in await story.crosschq.outcomes(story.request_id)]


async def is_told(story: Story) -> bool:
    return bool(await told(story))


async def is_tagged(story: Story) -> bool:
    return HIRED in await story.lever.tags(story.opportunity_id)


@asynccontextmanager
async def held(room: WaitingRoom, story: Story) -> AsyncIterator[None]:
    """Nobody else can write the follow-up's row within the block."""
    follow_up = await room.follow_up(story)
    async with room.parts.database.transaction() as session:
        await FollowUps(session).find(follow_up.id)
        yield


async def effect_is_done(room: WaitingRoom, story: Story, key: str) -> bool:
    async with room.parts.database.transaction() as session:
        query = select(Effect.state).where(Effect.key == key)
        return (await session.scalars(query)).one_or_none() is EffectState.DONE


async def mailbox(room: WaitingRoom, **knobs: object) -> None:
    answer = await room.lever.http.put(f"{room.stack.mailbox_url}/sandbox/knobs", json=knobs)
    answer.raise_for_status()


async def test_workers_killed_before_the_mail_is_begun(hardy: Hardy, room: WaitingRoom) -> None:
    story = await room.reported()
    await room.lever.set_knobs(latency_ms=2000)
    await room.time_comes(story)
    await story.wait_until("its run is at work", lambda: is_at_work(hardy, story))
    await kill(hardy, WORKERS)
    await room.lever.behave()
    await asked_once(hardy, room, story)


async def test_workers_killed_between_the_mail_servers_word_and_its_record(
    hardy: Hardy, room: WaitingRoom
) -> None:
    story = await room.reported()
    await mailbox(room, hang_after_data=1, hang_seconds=20)
    await room.time_comes(story)
    await story.wait_until("the mail server has it", lambda: is_asked(room, story))
    await kill(hardy, WORKERS)
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
    await room.command("follow-ups", "ask-now", follow_up.id, "--why", "there is no mail")
    await story.wait_until("the owner is asked", lambda: is_asked(room, story))
    await answer(room, story)


async def intended(room: WaitingRoom, follow_up: FollowUp) -> None:
    """What a worker leaves that is killed right before it speaks to the mail server."""
    async with room.parts.database.transaction() as session:
        session.add(
            Effect(
                connection_id=follow_up.connection_id,
                key=f"mail/{follow_up.id}/{follow_up.generation}",
                attempt_token="of a worker that is dead",
                state=EffectState.INTENDED,
            )
        )


async def test_workers_killed_between_mail_and_note(hardy: Hardy, room: WaitingRoom) -> None:
    story = await room.reported()
    await room.lever.set_knobs(fail_status=503, fail_count=1000, match="POST .*/notes")
    await room.time_comes(story)
    await story.wait_until("the mail server has it", lambda: is_asked(room, story))
    await kill(hardy, WORKERS)
    await room.lever.behave()
    await asked_once(hardy, room, story)


async def test_workers_killed_between_note_and_its_record(hardy: Hardy, room: WaitingRoom) -> None:
    story = await room.reported()
    await room.lever.set_knobs(hang_after_write=1, hang_seconds=20, match="POST .*/notes")
    await room.time_comes(story)
    await story.wait_until("Lever has the note", lambda: has_note(story, "was asked by e-mail"))
    await kill(hardy, WORKERS)
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
    await room.time_comes(story)
    await story.wait_until("a run is at work", lambda: is_at_work(hardy, story))
    await kill(hardy, (victim,))
    await room.lever.behave()
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


async def is_back(room: WaitingRoom) -> bool:
    try:
        await room.lever.http.get(str(room.stack.settings.public_base_url))
    except httpx.TransportError:
        return False
    return True


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
    await room.time_comes(story)
    await story.wait_until("Crosschq is told", lambda: is_told(story))
    await kill(hardy, WORKERS)
    await written_once(hardy, room, story)


async def test_workers_killed_between_crosschqs_outcome_and_levers_tag(
    hardy: Hardy, room: WaitingRoom
) -> None:
    story = await room.reported()
    await answered(room, story)
    await room.lever.set_knobs(fail_status=503, fail_count=1000, match="POST .*/addTags")
    await room.time_comes(story)
    await story.wait_until("Crosschq is told", lambda: is_told(story))
    await kill(hardy, WORKERS)
    await room.lever.behave()
    await written_once(hardy, room, story)


async def test_workers_killed_between_levers_tag_and_its_record(hardy: Hardy, room: WaitingRoom) -> None:
    story = await room.reported()
    await answered(room, story)
    await room.lever.set_knobs(hang_after_write=1, hang_seconds=20, match="POST .*/addTags")
    await room.time_comes(story)
    await story.wait_until("Lever has the tag", lambda: is_tagged(story))
    await kill(hardy, WORKERS)
    await written_once(hardy, room, story)


async def test_workers_killed_between_the_outcomes_note_and_its_record(
    hardy: Hardy, room: WaitingRoom
) -> None:
    story = await room.reported()
    await answered(room, story)
    await room.lever.set_knobs(hang_after_write=1, hang_seconds=20, match="POST .*/notes")
    await room.time_comes(story)
    await story.wait_until("Lever has the note", lambda: has_note(story, "Outcome: hired"))
    await kill(hardy, WORKERS)
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
