"""What a test of the question and its answer sees and does on an installation that is killed; what counts as once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from sqlalchemy import select

from mail.letter import message_id
from store.follow_ups import FollowUps
from store.outcome_tables import FollowUp
from store.tables import Effect, EffectState
from tests.chaos.conftest import Hardy
from tests.chaos.test_kill_at_chosen_points import all_ended
from tests.journeys.waiting import WaitingRoom
from tools.demo.story import Story

HIRED = "Crosschq outcome: hired"


async def is_asked(room: WaitingRoom, story: Story) -> bool:
    return bool(await room.questions(story))


async def has_note(story: Story, words: str) -> bool:
    return any(words in note for note in await story.lever.notes(story.opportunity_id))


async def told(story: Story) -> list[str]:
    return [one["hiring_status"] for one in await story.crosschq.outcomes(story.request_id)]


async def is_told(story: Story) -> bool:
    return bool(await told(story))


async def is_tagged(story: Story) -> bool:
    return HIRED in await story.lever.tags(story.opportunity_id)


async def is_back(room: WaitingRoom) -> bool:
    try:
        await room.lever.http.get(str(room.stack.settings.public_base_url))
    except httpx.TransportError:
        return False
    return True


async def effect_is_done(room: WaitingRoom, story: Story, key: str) -> bool:
    async with room.parts.database.transaction() as session:
        query = select(Effect.state).where(Effect.key == key)
        return (await session.scalars(query)).one_or_none() is EffectState.DONE


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


@asynccontextmanager
async def held(room: WaitingRoom, story: Story) -> AsyncIterator[None]:
    """Nobody else can write the follow-up's row within the block."""
    follow_up = await room.follow_up(story)
    async with room.parts.database.transaction() as session:
        await FollowUps(session).find(follow_up.id)
        yield


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


async def mailbox(room: WaitingRoom, **knobs: object) -> None:
    answer = await room.lever.http.put(f"{room.stack.mailbox_url}/sandbox/knobs", json=knobs)
    answer.raise_for_status()
