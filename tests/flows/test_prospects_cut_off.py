"""Exports that are cut off, cancelled, switched off or meet each other: they go on where they were, doubling nobody."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from hiring.export_order import Scope
from hiring.prospects import IfInLever
from store.prospect_orders import EXISTING_EVENT, ProspectOrders
from store.prospect_tables import ProspectState
from store.tables import DeliveryState
from tasks import prospect_batch
from tests.flows.erasing import TidyOffice
from tests.flows.office import Office
from tests.flows.prospecting import assert_one_to_one, creations, emails, from_now, lead_of, row_of, states

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif("LONG" not in os.environ, reason="a minute more in CI: set LONG=1"),
]

PAGE, BATCH = 5, 4


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dozen prospects are several pages and batches."""
    monkeypatch.setattr("tasks.prospect_source.PAGE", PAGE)
    monkeypatch.setattr("flows.prospect_making.BATCH", BATCH)


@pytest.fixture
def after_batch(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], Awaitable[None]]], None]:
    """Something happens when so many batches have been made."""
    made, export_batch = 0, prospect_batch.export_batch

    def happens(number: int, what: Callable[[], Awaitable[None]]) -> None:
        async def watched(*args: Any) -> None:
            nonlocal made
            await export_batch(*args)
            made += 1
            if made == number:
                await what()

        monkeypatch.setattr("flows.prospect_making.export_batch", watched)

    return happens


def pages_asked_for(office: Office) -> list[str]:
    """How the pages of walks through all were asked for, in this order; a walk's start names no cursor."""
    calls = [call for call in office.crosschq_calls("GET") if call.path == "/partners/prospects/"]
    return [call.query for call in calls if "updated_since" not in call.query]


async def breaks() -> None:
    raise ZeroDivisionError


async def test_an_export_cut_off_goes_on_at_its_page(office: Office, after_batch: Any) -> None:
    await office.crosschq.add_prospects(12)
    await office.want_prospects()
    after_batch(2, breaks)
    assert (await office.export()).is_failed()
    before = len(pages_asked_for(office))
    assert 0 < len(await office.lever.leads()) < 12
    await office.retry_now()
    [ran] = await office.work()
    assert (ran.name, ran.delivery.attempt) == ("Exported", 2)
    assert all("cursor" in page for page in pages_asked_for(office)[before:])
    await assert_one_to_one(office)
    assert len(creations(office)) == 12


async def test_one_cancelled_and_started_again_days_later_goes_on(office: Office, after_batch: Any) -> None:
    await office.crosschq.add_prospects(12)
    await office.want_prospects(if_in_lever=IfInLever.CREATE)
    after_batch(2, breaks)
    await office.export()
    await office.give_up_all()
    before = len(pages_asked_for(office))
    assert (await office.export()).name == "Exported"
    assert all("cursor" in page for page in pages_asked_for(office)[before:])
    await assert_one_to_one(office)
    cancelled, again = await office.deliveries()
    assert (cancelled.state, again.state) == (DeliveryState.DEAD, DeliveryState.DONE)


async def test_an_export_ends_within_a_batch_of_its_switch_being_turned_off(
    office: Office, after_batch: Any
) -> None:
    async def turn_off() -> None:
        await office.want_prospects(export_existing=False)

    await office.crosschq.add_prospects(12)
    await office.want_prospects()
    after_batch(1, turn_off)
    state = await office.export()
    assert (state.name, len(await office.lever.leads())) == ("SwitchedOff", BATCH)
    assert "prospects switch" in str(state.message) or state.is_completed()
    await office.want_prospects()
    await office.export()
    await assert_one_to_one(office)


async def test_also_while_lever_is_too_busy_for_it(office: Office) -> None:
    async def turn_off() -> None:
        await asyncio.sleep(3)
        await office.want_prospects(export_existing=False)

    await office.crosschq.add_prospects(3)
    await office.want_prospects()
    await office.lever.set_knobs(fail_status=429, fail_count=100_000, match="POST")
    turning = asyncio.create_task(turn_off())
    async with asyncio.timeout(60):
        state = await office.export()
    await turning
    assert state.name == "SwitchedOff"


async def test_both_switches_at_once_make_everybody_once(office: Office) -> None:
    await office.crosschq.add_prospects(8)
    await office.want_prospects(export_new=True, new_since=office.parts.now())
    for _ in range(3):
        await office.crosschq.opt_in()
    ends = await asyncio.gather(
        office.export(), office.export(Scope.NEW), office.export(Scope.NEW), office.export()
    )
    assert {str(state.name) for state in ends} <= {
        "Exported",
        "UnderWay",
        "NothingNew",
        "Superseded",
        "Ordered",
    }
    await office.work()
    await assert_one_to_one(office)
    assert len(creations(office)) == 11


async def test_a_look_at_new_ones_that_takes_up_a_waiting_backfill_does_all_of_it(office: Office) -> None:
    await office.crosschq.add_prospects(12)
    await office.want_prospects(export_new=True, new_since=office.parts.now())
    await office.lever.set_knobs(fail_status=503, fail_count=1000, match="POST")
    assert (await office.export()).name == "TryingAgain"
    await office.lever.behave()
    await office.retry_now()
    assert (await office.export(Scope.NEW)).name in ("WaitingToTryAgain", "Exported")
    await office.work()
    await assert_one_to_one(office)


async def test_turned_on_while_new_ones_are_under_way_the_existing_ones_follow(office: Office) -> None:
    await office.crosschq.add_prospects(12)
    await office.want_prospects(export_existing=False, export_new=True, new_since=from_now(office))
    await office.crosschq.opt_in()
    await office.lever.set_knobs(fail_status=503, fail_count=1000, match="POST")
    assert (await office.export(Scope.NEW)).name == "TryingAgain"
    await office.want_prospects(export_new=True, new_since=office.parts.now() - timedelta(minutes=1))
    async with office.parts.database.transaction() as session:
        await ProspectOrders(session, await office.connection_id()).place(EXISTING_EVENT, "switch")
    await office.lever.behave()
    await office.retry_now()
    await office.work()
    await assert_one_to_one(office)


async def test_turned_on_while_a_run_makes_new_ones_the_existing_ones_follow(
    office: Office, after_batch: Any
) -> None:
    async def turn_on() -> None:
        await office.want_prospects(export_new=True, new_since=before)
        async with office.parts.database.transaction() as session:
            await ProspectOrders(session, await office.connection_id()).place(EXISTING_EVENT, "switch")

    await office.crosschq.add_prospects(12)
    before = from_now(office)
    await office.want_prospects(export_existing=False, export_new=True, new_since=before)
    await office.crosschq.opt_in()
    after_batch(1, turn_on)
    await office.export(Scope.NEW)
    await office.work()
    await assert_one_to_one(office)


async def test_one_tried_again_alone_leaves_a_waiting_backfill_to_be_done(office: Office) -> None:
    await office.crosschq.add_prospects(12, no_email=1)
    await office.want_prospects()
    await office.lever.set_knobs(fail_status=503, fail_count=1000, match="POST")
    await office.export()
    await office.lever.behave()
    [alone] = [one for one in await office.crosschq.prospects() if not one["email"]]
    await office.crosschq.change_prospect(alone["id"], "change", email="mended@prospects.test")
    await office.export(only=[alone["id"]])
    await office.retry_now()
    await office.work()
    await assert_one_to_one(office)


async def test_at_most_so_many_are_made_and_the_next_run_goes_on(office: Office) -> None:
    await office.crosschq.add_prospects(9)
    await office.want_prospects()
    assert (await office.export(at_most=2)).name == "Exported"
    assert len(await office.lever.leads()) == 2
    assert await office.work() == []
    await office.export()
    await assert_one_to_one(office)


async def test_a_look_at_which_nothing_is_new_leaves_nothing_in_the_inbox(office: Office) -> None:
    await office.crosschq.add_prospects(3)
    await office.want_prospects(export_existing=False, export_new=True, new_since=from_now(office))
    for _ in range(2):
        assert (await office.export(Scope.NEW)).name == "NothingNew"
    assert await office.deliveries() == []


async def test_posting_rules_send_each_to_the_first_that_fits(office: Office) -> None:
    postings = (await office.lever.cast())["postings"]
    engineer, sales = postings["engineer"]["id"], postings["sales"]["id"]
    await office.crosschq.add_prospects(3)
    by_tag, by_function, neither = await office.crosschq.prospects()
    await office.crosschq.change_prospect(by_tag["id"], "change", tags=["VIP"], job_function="other")
    await office.crosschq.change_prospect(
        by_function["id"], "change", tags=[], job_function="software-engineer"
    )
    await office.crosschq.change_prospect(neither["id"], "change", tags=[], job_function=None)
    rules = [
        {"posting_id": sales, "tag": "vip"},
        {"posting_id": engineer, "job_function": "software-engineer"},
    ]
    await office.want_prospects(posting_rules=rules)
    await office.export()
    leads = [await lead_of(office, one["id"]) for one in (by_tag, by_function, neither)]
    assert [lead["stage"] for lead in leads] == 3 * ["lead-new"]
    assert [await office.lever.postings(lead["id"]) for lead in leads] == [[sales], [engineer], []]


async def test_who_was_deleted_in_lever_is_erased_here_and_never_made_again(office: Office) -> None:
    await office.crosschq.add_prospects(2)
    await office.want_prospects(if_in_lever=IfInLever.CREATE)
    await office.export()
    first, second = await office.crosschq.prospects()
    tidy = TidyOffice(office)
    await tidy.delete({"id": (await row_of(office, first["id"])).opportunity_id})
    await tidy.work()
    row = await row_of(office, first["id"])
    assert (row.state, row.opportunity_id, row.sealed, row.email_index) == (
        ProspectState.GONE,
        None,
        None,
        None,
    )
    await office.crosschq.change_prospect(first["id"], "change", headline="Looks again")
    await office.export()
    await office.crosschq.change_prospect(first["id"], "withdraw")
    await office.crosschq.change_prospect(first["id"], "opt_in_again")
    await office.export()
    assert emails(await office.lever.leads()) == [second["email"]]
    assert (await states(office))[first["id"]] is ProspectState.GONE
