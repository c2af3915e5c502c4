"""kill -9 at each step of an export, with two workers: each prospect is one lead; and requests go before exports."""

import os
from collections.abc import AsyncIterator
from statistics import median

import pytest

from hiring.export_order import Scope
from store.prospect_tables import ProspectState
from store.tables import EffectState
from tests.chaos.conftest import Hardy
from tests.chaos.exporting import Exporting, locked, no_turns, waiting_for_a_lock
from tests.chaos.test_kill_at_chosen_points import WORKERS, kill
from tools.bench.inbox import Inbox
from tools.bench.latency import idle_moves
from tools.bench.scene import Scene
from tools.chaos.campaign import run_often
from tools.chaos.export_orders import start_export

pytestmark = pytest.mark.stack

at_length = pytest.mark.skipif("LONG" not in os.environ, reason="half a minute more: set LONG=1")

A_BATCH = 6
"""Calls under way at a time."""
HALF_A_MINUTE = 300
"""Leads that keep Lever busy for so long, at ten calls a second: moves on a loaded machine take their time."""
MAKING = "POST /v1/opportunities$"


@pytest.fixture
async def exporting(hardy: Hardy) -> AsyncIterator[Exporting]:
    opened = Exporting(hardy)
    yield opened
    await opened.turn(existing=False)


@at_length
async def test_a_request_is_not_kept_waiting_by_a_backfill(hardy: Hardy, exporting: Exporting) -> None:
    parts, told = hardy.parts, list[str]()
    inbox = Inbox(parts.database)
    scene = Scene(hardy.stack, hardy.lever.http, parts, hardy.lever, hardy.crosschq, inbox, told.append)
    idle = [move.seconds for move in await idle_moves(scene, 4)]
    await exporting.people_opt_in(HALF_A_MINUTE)
    await exporting.turn(existing=True)
    await exporting.until("leads are being made", exporting.has_made_some)
    busy = [move.seconds for move in await idle_moves(scene, 4)]
    assert (await exporting.rows())[ProspectState.LINKED] < exporting.linked + HALF_A_MINUTE, (
        "the backfill had ended"
    )
    assert median(busy) <= 2 * median(idle) + 0.3, told
    await exporting.each_is_one_lead()


@at_length
async def test_workers_killed_before_the_intention_is_written(hardy: Hardy, exporting: Exporting) -> None:
    await exporting.people_opt_in(8)
    before = await exporting.effects()
    async with locked(hardy, "effect"):
        await exporting.turn(existing=True)
        await exporting.until("an export waits to write it", lambda: waiting_for_a_lock(hardy))
        await kill(hardy, WORKERS)
    assert await exporting.effects() == before
    await exporting.each_is_one_lead()


@at_length
async def test_workers_killed_between_the_intention_and_the_call(hardy: Hardy, exporting: Exporting) -> None:
    await exporting.people_opt_in(8)
    made = len(await hardy.lever.leads())
    async with no_turns(hardy):
        await exporting.turn(existing=True)
        await exporting.until("it waits for its turn to call", lambda: exporting.intends(A_BATCH))
        await kill(hardy, WORKERS)
    assert len(await hardy.lever.leads()) == made
    await exporting.each_is_one_lead()


async def test_workers_killed_between_levers_lead_and_its_record(hardy: Hardy, exporting: Exporting) -> None:
    await exporting.people_opt_in(8)
    made = len(await hardy.lever.leads())
    await hardy.lever.set_knobs(hang_after_write=A_BATCH, hang_seconds=20, match=MAKING)

    async def lever_has_them() -> bool:
        return len(await hardy.lever.leads()) == made + A_BATCH

    await exporting.turn(existing=True)
    await exporting.until("Lever has as many as are under way", lever_has_them)
    assert await exporting.intends(A_BATCH)
    await kill(hardy, WORKERS)
    await exporting.each_is_one_lead()


@at_length
async def test_workers_killed_between_the_record_and_the_link(hardy: Hardy, exporting: Exporting) -> None:
    await exporting.people_opt_in(8)
    done = (await exporting.effects())[EffectState.DONE]
    await hardy.lever.set_knobs(latency_ms=1500, match=MAKING)

    async def recorded() -> bool:
        return (await exporting.effects())[EffectState.DONE] == done + A_BATCH

    await exporting.turn(existing=True)
    await exporting.until("calls are under way", lambda: exporting.intends(A_BATCH))
    async with locked(hardy, "prospect"):
        await exporting.until("all of these are recorded", recorded)
        await kill(hardy, WORKERS)
    assert (await exporting.rows())[ProspectState.LINKED] == exporting.linked
    await hardy.lever.behave()
    await exporting.each_is_one_lead()


@at_length
async def test_workers_killed_after_some_are_linked(hardy: Hardy, exporting: Exporting) -> None:
    await exporting.people_opt_in(20)
    await hardy.lever.set_knobs(latency_ms=700, match=MAKING)
    await exporting.turn(existing=True)
    await exporting.until("some are linked and others under way", exporting.has_made_some)
    await kill(hardy, WORKERS)
    await hardy.lever.behave()
    await exporting.each_is_one_lead()


@at_length
@pytest.mark.parametrize("victim", ["prefect-server", "postgres"])
async def test_a_server_killed_while_leads_are_made(hardy: Hardy, exporting: Exporting, victim: str) -> None:
    await exporting.people_opt_in(20)
    await hardy.lever.set_knobs(latency_ms=700, match=MAKING)
    await exporting.turn(existing=True)
    await exporting.until("some are linked and others under way", exporting.has_made_some)
    await kill(hardy, (victim,))
    await hardy.lever.behave()
    await exporting.each_is_one_lead()


@at_length
async def test_two_workers_both_switches_and_a_schedule_that_overlaps_double_nothing(
    hardy: Hardy, exporting: Exporting
) -> None:
    settings, connection_id = hardy.stack.settings, await exporting.connection_id()
    await exporting.people_opt_in(40)
    await exporting.turn(existing=True, new=True)
    await exporting.until("the connection has its schedule", exporting.is_scheduled)
    await run_often(settings, "new", seconds=1)
    for _ in range(3):
        await start_export(settings, Scope.ALL_EXISTING, connection_id)
        await start_export(settings, Scope.NEW, connection_id)
        await hardy.crosschq.opt_in()
    await exporting.each_is_one_lead()
    await hardy.crosschq.opt_in()
    await exporting.each_is_one_lead()
    await exporting.turn(existing=False)
    await run_often(settings, "new", seconds=900)
