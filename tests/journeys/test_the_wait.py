"""The two weeks between report and question: a run in Prefect that ops see, cancel and move, and that costs nothing."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from store.tables import Audit
from tasks.looks import Look
from tasks.waits import look_after_waiting_runs
from tests.journeys.conftest import Installation
from tests.journeys.waiting import WaitingRoom, waiting_room
from tools.demo.people import CrosschqPeople
from tools.demo.story import Story

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
async def room(installation: Installation) -> AsyncIterator[WaitingRoom]:
    async with waiting_room(installation.stack, installation.lever, installation.crosschq) as opened:
        yield opened


async def told(crosschq: CrosschqPeople, story: Story) -> list[str]:
    return [outcome["hiring_status"] for outcome in await crosschq.outcomes(story.request_id)]


async def test_the_wait_is_a_run_in_prefect_with_its_due_date(room: WaitingRoom) -> None:
    story = await room.reported()
    follow_up = await room.follow_up(story)
    run = await room.run(follow_up.flow_run_id)
    assert run is not None
    assert (run["name"], run["state_name"]) == (f"question-about-{story.opportunity_id}", "Scheduled")
    assert datetime.fromisoformat(run["expected_start_time"]) == follow_up.due_at
    assert follow_up.due_at - follow_up.reported_at == timedelta(days=14)
    assert run["deployment_id"] == (await room.deployment("due"))["id"]
    assert run["parameters"] == {"follow_up_id": follow_up.id, "generation": 1}
    assert f"opportunity:{story.opportunity_id}" in run["tags"]


async def test_the_run_that_waited_asks_and_the_next_one_waits_for_the_answer(room: WaitingRoom) -> None:
    story = await room.reported()
    waited = await room.time_comes(story)
    await room.wait_for_question(story)
    await room.wait_for_run(story, waited.flow_run_id, "Asked")
    follow_up = await room.armed(story)
    run = await room.run(follow_up.flow_run_id)
    assert run is not None
    assert datetime.fromisoformat(run["expected_start_time"]) == follow_up.due_at
    assert timedelta(days=6, hours=23) < follow_up.due_at - room.parts.now() < timedelta(days=7)


async def test_cancelled_in_prefect_the_row_follows_within_one_sweep(room: WaitingRoom) -> None:
    story = await room.reported()
    waiting = await room.follow_up(story)
    await room.set_state(waiting.flow_run_id or "", "CANCELLING")
    await room.sweep(story)
    ended = await room.follow_up(story)
    assert (ended.state.value, ended.ended_because) == ("ended", "Cancelled in Prefect by a person.")
    async with room.parts.database.transaction() as session:
        query = select(Audit).where(Audit.subject == f"follow-up:{ended.id}")
        assert [(one.who, one.what) for one in await session.scalars(query)] == [("reconcile", "ended")]


async def test_cancelled_in_prefect_and_not_noticed_for_days_nobody_is_asked(room: WaitingRoom) -> None:
    story = await room.reported()
    waiting = await room.follow_up(story)
    await room.set_state(waiting.flow_run_id or "", "CANCELLING")
    with room.as_worker(clock_off=timedelta(days=3)):
        await look_after_waiting_runs(Look("lost runs"))
    assert (await room.follow_up(story)).ended_because == "Cancelled in Prefect by a person."


async def test_a_command_cancels_the_run_too(room: WaitingRoom) -> None:
    story = await room.reported()
    waiting = await room.follow_up(story)
    said = await room.command("follow-ups", "cancel", waiting.id, "--reason", "she told me")
    assert "cancelled" in said
    await room.wait_for_run(story, waiting.flow_run_id, "Cancelled")
    assert (await room.follow_up(story)).ended_because == "Cancelled by a person: she told me"


async def test_a_command_postpones_the_run_too(room: WaitingRoom) -> None:
    story = await room.reported()
    waiting = await room.follow_up(story)
    await room.command("follow-ups", "postpone", waiting.id, "--days", 3, "--reason", "holidays")
    await room.wait_for_run(story, waiting.flow_run_id, "Cancelled")
    follow_up = await room.armed(story, beside=waiting.flow_run_id)
    run = await room.run(follow_up.flow_run_id)
    assert run is not None
    assert datetime.fromisoformat(run["expected_start_time"]) == waiting.due_at + timedelta(days=3)


async def test_a_command_asks_now(room: WaitingRoom) -> None:
    story = await room.reported()
    waiting = await room.follow_up(story)
    await room.command("follow-ups", "ask-now", waiting.id, "--reason", "in a hurry")
    await room.wait_for_question(story)
    await room.wait_for_run(story, waiting.flow_run_id, "Cancelled")


async def test_hired_in_lever_the_waiting_run_is_cancelled(room: WaitingRoom) -> None:
    story = await room.reported()
    waiting = await room.follow_up(story)
    await room.lever.archive(story.opportunity_id)
    await room.wait_for_run(story, waiting.flow_run_id, "Cancelled")
    await room.wait_for_state(story, "ended")
    await story.wait_until("Crosschq is told", lambda: _is_told(room, story))
    assert await room.questions(story) == []


async def _is_told(room: WaitingRoom, story: Story) -> bool:
    return await told(room.crosschq, story) == ["hired"]
