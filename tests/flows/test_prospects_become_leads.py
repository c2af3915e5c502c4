"""Crosschq's prospects become leads in Lever, each once: what is made of them, and who is left alone."""

from typing import Any

import pytest

from hiring.export_order import Scope
from hiring.prospects import IfInLever
from store.prospect_tables import ProspectState
from tasks.leads import NO_ADDRESS_FOR_LEVER
from tests.flows.office import Office
from tests.flows.prospecting import from_now, lead_of, row_of

NOT_FOR_LEVER = "ada@1.2"
"""Taken by us."""

pytestmark = pytest.mark.stack


def emails(people: list[dict[str, Any]]) -> list[str]:
    return sorted(email for one in people for email in one["emails"])


async def states(office: Office) -> dict[str, ProspectState]:
    return {crosschq_id: row.state for crosschq_id, row in (await office.known_prospects()).items()}


@pytest.mark.in_prefect
async def test_every_prospect_becomes_one_lead(office: Office) -> None:
    await office.crosschq.add_prospects(12)
    await office.want_prospects()
    state = await office.export()
    assert state.name == "Exported", state.message
    wanted = sorted(one["email"] for one in await office.crosschq.prospects())
    assert emails(await office.lever.leads()) == wanted
    assert set((await states(office)).values()) == {ProspectState.LINKED}


async def test_a_lead_says_what_crosschq_knows_of_the_person(office: Office) -> None:
    await office.crosschq.add_prospects(1)
    await office.want_prospects()
    await office.export()
    [prospect], [lead] = await office.crosschq.prospects(), await office.lever.leads()
    assert lead["name"] == f"{prospect['first_name']} {prospect['last_name']}"
    assert [phone["value"] for phone in lead["phones"]] == [prospect["mobile_phone"]]
    assert (lead["headline"], lead["links"]) == (prospect["headline"], prospect["links"])
    assert (lead["stage"], lead["sources"], lead["tags"]) == ("lead-new", ["Crosschq"], ["Crosschq prospect"])
    users = (await office.lever.cast())["users"]
    assert lead["sourcedBy"] == users["integration"]["id"]


async def test_exporting_again_makes_nothing_again(office: Office) -> None:
    await office.crosschq.add_prospects(5)
    await office.want_prospects()
    await office.export()
    await office.export()
    assert len(await office.lever.leads()) == 5


async def test_one_who_is_in_lever_already_is_left_alone(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.crosschq.add_prospects(2)
    first, second = await office.crosschq.prospects()
    await office.crosschq.change_prospect(first["id"], "change", email=candidate["email"].upper())
    await office.want_prospects()
    await office.export()
    assert emails(await office.lever.leads()) == [second["email"]]
    row = (await office.known_prospects())[first["id"]]
    assert (row.state, row.opportunity_id) == (ProspectState.EXISTING, candidate["id"])
    assert "Crosschq prospect" not in await office.lever.tags(candidate["id"])


async def test_or_is_tagged_or_made_once_more_as_the_connection_says(office: Office) -> None:
    tagged, doubled = await office.lever.meet_candidate(), await office.lever.meet_candidate()
    await office.crosschq.add_prospects(2)
    first, second = await office.crosschq.prospects()
    await office.crosschq.change_prospect(first["id"], "change", email=tagged["email"])
    await office.want_prospects(if_in_lever=IfInLever.TAG)
    await office.export(only=[first["id"]])
    assert "Crosschq prospect" in await office.lever.tags(tagged["id"])
    await office.crosschq.change_prospect(second["id"], "change", email=doubled["email"])
    await office.want_prospects(if_in_lever=IfInLever.CREATE)
    await office.export()
    assert emails(await office.lever.leads()) == [doubled["email"]]


async def test_a_person_who_opted_in_twice_is_one_lead(office: Office) -> None:
    await office.crosschq.add_prospects(3, same_email=1)
    await office.want_prospects(if_in_lever=IfInLever.CREATE)
    await office.export()
    assert len(await office.lever.leads()) == 2
    assert sorted((await states(office)).values()) == [ProspectState.EXISTING, *2 * [ProspectState.LINKED]]


async def test_bad_ones_stop_nobody_and_are_retried_alone(office: Office) -> None:
    flawed = (await office.crosschq.add_prospects(8, no_email=1, bad_phone=1, refused=1))["flawed"]
    await office.want_prospects()
    await office.export()
    assert len(await office.lever.leads()) == 6
    failed = {one: row for one, row in (await office.known_prospects()).items() if row.state == "failed"}
    assert set(failed) == {*flawed["no_email"], *flawed["refused"]}
    [mended] = flawed["no_email"]
    assert "e-mail" in (failed[mended].reason or "")
    await office.crosschq.change_prospect(mended, "change", email="mended@prospects.test")
    await office.export(only=[mended])
    assert "mended@prospects.test" in emails(await office.lever.leads())
    assert len(await office.lever.leads()) == 7


@pytest.mark.parametrize("if_in_lever", [IfInLever.SKIP, IfInLever.CREATE])
async def test_an_address_that_lever_takes_for_none_ends_its_prospect_alone(
    office: Office, if_in_lever: IfInLever
) -> None:
    await office.crosschq.add_prospects(4)
    bad, *others = await office.crosschq.prospects()
    await office.crosschq.change_prospect(bad["id"], "change", email=NOT_FOR_LEVER)
    await office.want_prospects(if_in_lever=if_in_lever)
    dry = await office.export(dry_run=True)
    assert "3 would be created" in str(dry.message)
    assert "1 would fail" in str(dry.message)
    assert (await office.export()).name == "Exported"
    assert emails(await office.lever.leads()) == sorted(one["email"] for one in others)
    row = await row_of(office, bad["id"])
    assert (row.state, row.reason) == (ProspectState.FAILED, NO_ADDRESS_FOR_LEVER)
    await office.crosschq.change_prospect(bad["id"], "change", email="mended@prospects.test")
    await office.export(only=[bad["id"]])
    assert "mended@prospects.test" in emails(await office.lever.leads())


async def test_so_does_one_who_opted_in_again_where_each_is_made_anew(office: Office) -> None:
    """Made in doubt, a lead with an address that Lever cannot be asked for would be made again and again."""
    await office.crosschq.add_prospects(2)
    bad, other = await office.crosschq.prospects()
    await office.want_prospects(if_in_lever=IfInLever.CREATE)
    await office.export(only=[bad["id"]])
    await office.crosschq.change_prospect(bad["id"], "withdraw")
    await office.export()
    await office.crosschq.change_prospect(bad["id"], "opt_in_again")
    await office.crosschq.change_prospect(bad["id"], "change", email=NOT_FOR_LEVER)
    assert "1 would fail" in str((await office.export(dry_run=True)).message)
    assert (await office.export()).name == "Exported"
    assert emails(await office.lever.leads()) == sorted([bad["email"], other["email"]])
    row = await row_of(office, bad["id"])
    assert (row.generation, row.state, row.reason) == (2, ProspectState.FAILED, NO_ADDRESS_FOR_LEVER)


async def test_a_phone_number_that_is_none_is_left_out_of_the_lead_and_the_row_says_so(
    office: Office,
) -> None:
    [flawed] = (await office.crosschq.add_prospects(2, bad_phone=1))["flawed"]["bad_phone"]
    await office.want_prospects()
    await office.export()
    assert (await lead_of(office, flawed))["phones"] == []
    assert (
        await row_of(office, flawed)
    ).reason == "A phone number was left out: it is no number that can be dialled."


async def test_new_ones_come_as_they_opt_in_and_old_ones_stay_where_they_are(office: Office) -> None:
    await office.crosschq.add_prospects(3)
    await office.want_prospects(export_existing=False, export_new=True, new_since=from_now(office))
    assert (await office.export(Scope.NEW)).name == "NothingNew"
    new = await office.crosschq.opt_in()
    assert (await office.export(Scope.NEW)).name == "Exported"
    assert emails(await office.lever.leads()) == [new["email"]]


async def test_a_switch_that_is_off_makes_nothing(office: Office) -> None:
    await office.crosschq.add_prospects(3)
    await office.want_prospects(export_existing=False)
    assert (await office.export()).name == "SwitchedOff"
    assert await office.lever.leads() == []


async def test_a_dry_run_says_what_would_be_made_and_makes_nothing(office: Office) -> None:
    await office.crosschq.add_prospects(6, no_email=1)
    await office.want_prospects(export_existing=False)
    state = await office.export(dry_run=True)
    assert state.name == "Rehearsed"
    assert "5 would be created" in str(state.message)
    assert "1 would fail" in str(state.message)
    assert await office.lever.leads() == []
    assert await office.known_prospects() == {}
    assert await office.deliveries() == []
