"""Prospects on the real stack: schedules that are the admins', a switch that is heard, a dry run for the careful."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from cli.demo import connect_sandbox
from deployments.prefect_api import checked, every, prefect_api
from deployments.register import register
from store.connections import Connections
from tests.journeys.conftest import Installation
from tests.journeys.waiting import WaitingRoom, waiting_room
from tools.demo.connection import ProspectSwitches
from tools.demo.story import Story

pytestmark = pytest.mark.stack

MANY = 300
"""Half a minute's work for Lever's limit."""


@pytest.fixture(scope="module")
async def room(installation: Installation) -> AsyncIterator[WaitingRoom]:
    """Its connection exports new prospects; afterwards none again."""
    stack, lever, crosschq = installation.stack, installation.lever, installation.crosschq
    await connect_sandbox(stack, lever, crosschq, prospects=ProspectSwitches(existing=False, new=True))
    async with waiting_room(stack, lever, crosschq) as opened:
        yield opened
        await opened.command(
            "prospects", "switch", "demo", "--no-existing", "--no-new", "--reason", "it is over"
        )


@pytest.fixture
async def api(room: WaitingRoom) -> AsyncIterator[httpx.AsyncClient]:
    async with prefect_api(room.stack.settings) as opened:
        yield opened


@pytest.fixture
def story(room: WaitingRoom) -> Story:
    """Nobody's: its patience is needed."""
    return Story(room.lever, room.crosschq)


async def connection_id(room: WaitingRoom) -> int:
    async with room.parts.database.transaction() as session:
        found = await Connections(session).named("demo")
    assert found is not None
    return found.id


async def deployment(api: httpx.AsyncClient, name: str = "new") -> dict[str, Any]:
    return dict(checked(await api.get(f"/deployments/name/prospect-export/{name}")).json())


async def schedules(room: WaitingRoom, api: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The connection's own."""
    slug = f"connection-{await connection_id(room)}"
    return [one for one in (await deployment(api))["schedules"] if one["slug"] == slug]


async def start(api: httpx.AsyncClient, **order: Any) -> str:
    """As an admin does in Prefect; the run's id."""
    path = f"/deployments/{(await deployment(api, 'all-existing'))['id']}/create_flow_run"
    return str(checked(await api.post(path, json={"parameters": {"order": order}})).json()["id"])


async def test_a_connections_schedule_is_there_within_one_sweep(
    room: WaitingRoom, api: httpx.AsyncClient, story: Story
) -> None:
    await room.sweep(story)
    [schedule] = await schedules(room, api)
    assert schedule["parameters"] == {"order": {"scope": "new", "connection_id": await connection_id(room)}}
    assert (schedule["schedule"]["interval"], schedule["active"]) == (15 * 60, True)


async def test_what_an_admin_changed_survives_a_deploy_and_a_sweep(
    room: WaitingRoom, api: httpx.AsyncClient, story: Story
) -> None:
    [before], path = await schedules(room, api), f"/deployments/{(await deployment(api))['id']}"
    order = {"scope": "new", "connection_id": await connection_id(room), "at_most": 50}
    mine = {"schedule": {"interval": 3600}, "active": False, "parameters": {"order": order}}
    checked(await api.patch(f"{path}/schedules/{before['id']}", json=mine))
    checked(await api.patch(path, json={"parameters": {"order": order}, "paused": True}))
    await register(room.stack.settings)
    await room.sweep(story)
    [after], now = await schedules(room, api), await deployment(api)
    checked(await api.patch(path, json={"paused": False}))
    assert (after["id"], after["schedule"]["interval"], after["active"]) == (before["id"], 3600, False)
    assert after["parameters"] == {"order": order}
    assert (now["paused"], now["parameters"]) == (True, {"order": order})


async def test_a_schedule_that_an_admin_deleted_stays_deleted(
    room: WaitingRoom, api: httpx.AsyncClient, story: Story
) -> None:
    [schedule], found = await schedules(room, api), await deployment(api)
    checked(await api.delete(f"/deployments/{found['id']}/schedules/{schedule['id']}"))
    await register(room.stack.settings)
    await room.sweep(story)
    assert await schedules(room, api) == []


async def test_a_dry_run_leaves_a_table_and_no_lead(
    room: WaitingRoom, api: httpx.AsyncClient, story: Story
) -> None:
    flawed = (await room.crosschq.add_prospects(5, seed=5, no_email=1))["flawed"]
    before = await room.lever.leads()
    run = await start(api, connection_id=await connection_id(room), dry_run=True)
    ended = await room.wait_for_run(story, run, "Rehearsed")
    assert "Nothing was made" in ended["state"]["message"]
    [table] = [one for one in await every(api, "/artifacts/filter") if one["flow_run_id"] == run]
    rows = {row["prospect"]: row["what"] for row in json.loads(table["data"])}
    assert rows[flawed["no_email"][0]] == "would fail"
    assert "would be created" in rows.values()
    assert await room.lever.leads() == before


async def test_a_switch_that_is_turned_off_ends_a_backfill_within_a_minute(
    room: WaitingRoom, api: httpx.AsyncClient, story: Story
) -> None:
    async def has_begun() -> bool:
        return len(await room.lever.leads()) > before

    before = len(await room.lever.leads())
    await room.crosschq.add_prospects(MANY, seed=6)
    await room.command("prospects", "switch", "demo", "--existing", "--reason", "we hire")
    await story.wait_until("the backfill has begun", has_begun)
    turned_off = time.monotonic()
    await room.command("prospects", "switch", "demo", "--no-existing", "--reason", "too many")

    async def has_ended() -> bool:
        runs = await every(api, "/flow_runs/filter")
        return any(run["state_name"] == "SwitchedOff" for run in runs)

    await story.wait_until("the backfill has ended", has_ended)
    assert time.monotonic() - turned_off < 60
    made = len(await room.lever.leads())
    assert made < before + MANY
    await room.sweep(story)
    assert len(await room.lever.leads()) == made


async def test_a_backfill_cancelled_in_prefect_goes_on_when_it_is_started_again(
    room: WaitingRoom, api: httpx.AsyncClient, story: Story
) -> None:
    async def has_begun() -> bool:
        return len(await room.lever.leads()) > before

    before = len(await room.lever.leads())
    await room.command("prospects", "switch", "demo", "--existing", "--reason", "all the same")
    await story.wait_until("the backfill goes on", has_begun)
    [run] = [one for one in await every(api, "/flow_runs/filter") if is_backfill(one)]
    await room.set_state(run["id"], "CANCELLING")
    await room.wait_for_run(story, run["id"], "Cancelled")
    assert len(await room.lever.leads()) < MANY
    again = await start(api, connection_id=await connection_id(room))
    await room.wait_for_run(story, again, "Exported")
    usable = [one["email"] for one in await room.crosschq.prospects() if one["email"]]
    leads = [email for lead in await room.lever.leads() for email in lead["emails"]]
    assert sorted(leads) == sorted(usable)


def is_backfill(run: dict[str, Any]) -> bool:
    return run["name"].startswith("prospects-of-connection") and run["state_type"] == "RUNNING"
