"""An export goes on past what is refused to it, and shows withdrawals whatever the switches say."""

import os

import pytest

from hiring.export_order import Scope
from store.prospect_tables import ProspectState
from store.prospect_walks import Walks
from tests.flows.office import Office
from tests.flows.prospecting import lead_id, one_lead, states

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif("LONG" not in os.environ, reason="a minute more in CI: set LONG=1"),
]

WITHDRAWN_TAG = "Crosschq prospect: withdrawn"


async def test_a_withdrawal_that_lever_refuses_stops_nobody_else(office: Office) -> None:
    first = await one_lead(office)
    await office.crosschq.change_prospect(first, "withdraw")
    await office.lever.set_knobs(fail_status=403, fail_count=1000, match="POST .*/addTags")
    await office.crosschq.add_prospects(2)
    await office.export()
    assert len(await office.lever.leads()) == 3
    row = (await office.known_prospects())[first]
    assert row.state is ProspectState.WITHDRAWN
    assert "by hand" in (row.reason or "")


async def test_what_was_refused_for_now_is_looked_at_again_before_it_is_done(office: Office) -> None:
    first = await one_lead(office)
    lead = await lead_id(office, first)
    await office.crosschq.change_prospect(first, "withdraw")
    await office.lever.set_knobs(fail_status=503, fail_count=1000, match="POST .*/addTags")
    await office.export(Scope.NEW)
    await office.lever.behave()
    await office.lever.write_note(lead, "Called, likes us.")
    await office.retry_now()
    await office.work()
    assert WITHDRAWN_TAG not in await office.lever.tags(lead)


async def test_who_withdraws_leaves_lever_also_after_the_switches_were_turned_off(office: Office) -> None:
    first = await one_lead(office)
    lead = await lead_id(office, first)
    await office.want_prospects(export_existing=False)
    await office.crosschq.change_prospect(first, "withdraw")
    await office.export(Scope.NEW)
    assert WITHDRAWN_TAG in await office.lever.tags(lead)
    assert (await office.export(Scope.NEW)).name == "NothingNew"


async def test_one_unknown_id_does_not_stop_the_others_tried_again(office: Office) -> None:
    flawed = (await office.crosschq.add_prospects(1, no_email=1))["flawed"]
    await office.want_prospects()
    await office.export()
    [mended] = flawed["no_email"]
    await office.crosschq.change_prospect(mended, "change", email="mended@prospects.test")
    await office.export(only=[mended, "pr_gone"])
    assert (await states(office))[mended] is ProspectState.LINKED


async def test_a_cursor_that_crosschq_does_not_take_any_more_leads_back_to_the_start(office: Office) -> None:
    await office.crosschq.add_prospects(3)
    await office.want_prospects()
    async with office.parts.database.transaction() as session:
        walk = await Walks(session, await office.connection_id()).begin()
        walk.cursor = "of-another-time"
    await office.export()
    assert len(await office.lever.leads()) == 3
