"""The two weeks' wait outlives whatever happens to processes, deployments, queues, runs and clocks; it asks once."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from deployments import register as registering
from deployments.environment import ROOT, process_environment
from deployments.prefect_api import checked, prefect_api
from flows.hiring_followup import hiring_followup
from tests.journeys.conftest import Installation
from tests.journeys.waiting import WaitingRoom, waiting_room

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif("LONG" not in os.environ, reason="two minutes of restarts and waits: set LONG=1"),
]

PROCESSES = ("postgres", "prefect-server", "gateway", "worker")
"""In the order they need each other."""


@pytest.fixture(scope="module")
async def room(installation: Installation) -> AsyncIterator[WaitingRoom]:
    async with waiting_room(installation.stack, installation.lever, installation.crosschq) as opened:
        yield opened


@pytest.fixture
async def prefect(room: WaitingRoom) -> AsyncIterator[httpx.AsyncClient]:
    async with prefect_api(room.stack.settings) as api:
        yield api


@pytest.fixture
async def registered(room: WaitingRoom) -> AsyncIterator[None]:
    """What a test does to deployments is over with it."""
    yield
    await registering.register(room.stack.settings)


async def deploy_all(room: WaitingRoom) -> None:
    """`prefect deploy --all`, as somebody types it who does not know `make deploy`."""
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        env=process_environment(room.stack.settings),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()


async def own_queue(room: WaitingRoom, prefect: httpx.AsyncClient) -> dict[str, Any]:
    """An admin gives the follow-ups a work queue of their own."""
    pool = room.stack.settings.work_pool
    queue = checked(await prefect.post(f"/work_pools/{pool}/queues", json={"name": "follow-ups"})).json()
    deployment = await room.deployment("due")
    change = {"work_pool_name": pool, "work_queue_name": "follow-ups"}
    checked(await prefect.patch(f"/deployments/{deployment['id']}", json=change))
    return dict(queue)


async def test_a_restart_of_every_process(room: WaitingRoom) -> None:
    story, supervisor = await room.reported(), room.stack.supervisor
    for name in PROCESSES:
        await supervisor.kill(name)
    for name in PROCESSES:
        await supervisor.revive(name)
    waited = await room.time_comes(story)
    await room.wait_for_question(story)
    await room.wait_for_run(story, waited.flow_run_id, "Asked")


async def test_a_deploy_of_other_code(
    room: WaitingRoom, monkeypatch: pytest.MonkeyPatch, registered: None
) -> None:
    story = await room.reported()
    monkeypatch.setattr(registering, "code_version", lambda: "0.0.1+of-another-day")
    await registering.register(room.stack.settings)
    assert (await room.deployment("due"))["version"] == "0.0.1+of-another-day"
    await deploy_all(room)
    monkeypatch.undo()
    waited = await room.time_comes(story)
    await room.wait_for_question(story)
    await room.wait_for_run(story, waited.flow_run_id, "Asked")


async def test_a_renamed_work_queue(room: WaitingRoom, prefect: httpx.AsyncClient, registered: None) -> None:
    queue = await own_queue(room, prefect)
    story = await room.reported()
    path = f"/work_pools/{room.stack.settings.work_pool}/queues/follow-ups"
    checked(await prefect.patch(path, json={"name": "questions"}))
    waited = await room.time_comes(story)
    await room.wait_for_question(story)
    run = await room.wait_for_run(story, waited.flow_run_id, "Asked")
    assert run["work_queue_id"] == queue["id"]
    checked(await prefect.delete(f"/work_pools/{room.stack.settings.work_pool}/queues/questions"))


async def test_a_deleted_work_queue(room: WaitingRoom, prefect: httpx.AsyncClient) -> None:
    await own_queue(room, prefect)
    story = await room.reported()
    waiting = await room.follow_up(story)
    checked(await prefect.delete(f"/work_pools/{room.stack.settings.work_pool}/queues/follow-ups"))
    await registering.register(
        room.stack.settings
    )  # nothing of ours runs before that: the deployment has no queue
    await room.sweep(story)
    again = await room.armed(story, beside=waiting.flow_run_id)
    assert (again.due_at, again.generation) == (waiting.due_at, waiting.generation)
    await room.wait_for_run(story, waiting.flow_run_id, "Cancelled")
    await room.time_comes(story)
    await room.wait_for_question(story)


async def test_a_deleted_deployment_whose_time_comes_before_it_is_deployed_again(
    room: WaitingRoom, prefect: httpx.AsyncClient, registered: None
) -> None:
    story = await room.reported()
    checked(await prefect.delete(f"/deployments/{(await room.deployment('due'))['id']}"))
    await room.becomes_due(story, timedelta(minutes=2))
    await room.sweep(story)
    await room.wait_for_question(story)


async def test_a_deleted_deployment_that_is_deployed_again(
    room: WaitingRoom, prefect: httpx.AsyncClient
) -> None:
    story = await room.reported()
    waiting = await room.follow_up(story)
    checked(await prefect.delete(f"/deployments/{(await room.deployment('due'))['id']}"))
    assert await room.run(waiting.flow_run_id) is None
    await registering.register(room.stack.settings)
    await room.sweep(story)
    again = await room.armed(story, beside=waiting.flow_run_id)
    assert (again.due_at, again.generation) == (waiting.due_at, waiting.generation)
    await room.time_comes(story)
    await room.wait_for_question(story)


async def test_a_run_deleted_by_hand(room: WaitingRoom, prefect: httpx.AsyncClient) -> None:
    story = await room.reported()
    waiting = await room.follow_up(story)
    checked(await prefect.delete(f"/flow_runs/{waiting.flow_run_id}"))
    await room.sweep(story)
    again = await room.armed(story, beside=waiting.flow_run_id)
    assert again.due_at == waiting.due_at
    await room.time_comes(story)
    await room.wait_for_question(story)


async def test_a_clock_that_is_ahead_asks_nobody_too_early(room: WaitingRoom) -> None:
    story = await room.reported()
    waiting = await room.follow_up(story)
    await room.reschedule_run(waiting.flow_run_id or "", room.parts.now())
    await room.wait_for_run(story, waiting.flow_run_id, "TooEarly")
    assert await room.questions(story) == []
    await room.sweep(story)
    again = await room.armed(story, beside=waiting.flow_run_id)
    assert again.due_at == waiting.due_at
    await room.time_comes(story)
    await room.wait_for_question(story)


async def test_a_clock_that_is_behind_asks_all_the_same(room: WaitingRoom) -> None:
    story = await room.reported()
    waiting = await room.follow_up(story)
    await room.becomes_due(story, timedelta(seconds=1))
    with room.as_worker(clock_off=-timedelta(minutes=5)):
        state = await hiring_followup(waiting.id, waiting.generation, return_state=True)
    assert state.name == "Asked"
    await room.wait_for_question(story)


async def test_an_outage_across_the_due_time_asks_once_and_late(room: WaitingRoom) -> None:
    story, supervisor = await room.reported(), room.stack.supervisor
    await supervisor.kill("worker")
    await room.time_comes(story, ago=timedelta(minutes=20))
    await supervisor.revive("worker")
    await room.wait_for_question(story)
    await room.sweep(story)
    assert len(await room.questions(story)) == 1


async def test_a_gateway_that_is_away_leaves_the_follow_up_without_a_run_for_no_longer(
    room: WaitingRoom,
) -> None:
    story, supervisor = await room.reported(), room.stack.supervisor
    waiting = await room.follow_up(story)
    await supervisor.kill("gateway")
    await room.command("follow-ups", "postpone", waiting.id, "--days", 1, "--reason", "while it is away")
    assert (await room.follow_up(story)).flow_run_id is None
    await supervisor.revive("gateway")
    await room.armed(story)
    await room.wait_for_run(story, waiting.flow_run_id, "Cancelled")
