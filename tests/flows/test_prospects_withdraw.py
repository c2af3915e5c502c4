"""A prospect withdraws in Crosschq: nobody is exported against their will, and no one's work in Lever is undone."""

from collections.abc import Awaitable, Callable

import pytest

from hiring.export_order import Scope
from hiring.prospects import IfInLever, OnWithdrawal
from store.prospect_tables import ProspectState
from tests.flows.office import Office
from tests.flows.prospecting import (
    assert_one_to_one,
    creations,
    emails,
    from_now,
    lead_id,
    lead_of,
    one_lead,
    row_of,
    states,
)

pytestmark = pytest.mark.stack

WITHDRAWN_TAG = "Crosschq prospect: withdrawn"
NOTE = "has withdrawn in Crosschq"

Touch = Callable[[Office, str], Awaitable[None]]


async def moved(office: Office, lead: str) -> None:
    await office.lever.move(lead, "On-site")


async def moved_and_back(office: Office, lead: str) -> None:
    await office.lever.move(lead, "On-site")
    await office.lever.move(lead, "lead-new")


async def noted(office: Office, lead: str) -> None:
    await office.lever.write_note(lead, "Called, likes us.")


async def rated(office: Office, lead: str) -> None:
    await office.lever.give_feedback(lead)


async def tagged(office: Office, lead: str) -> None:
    await office.lever.tag(lead, "call in spring")


async def archived(office: Office, lead: str) -> None:
    await office.lever.archive(lead, "Not a fit")


async def withdraw(office: Office, prospect_id: str) -> None:
    """And the next look sees it."""
    await office.crosschq.change_prospect(prospect_id, "withdraw")
    await office.export(Scope.NEW)


async def test_one_who_withdraws_while_waiting_is_never_exported(office: Office) -> None:
    await office.crosschq.add_prospects(3)
    await office.want_prospects()
    await office.lever.set_knobs(fail_status=503, fail_count=1000, retry_after="60", match="POST")
    assert (await office.export()).name == "TryingAgain"
    await office.lever.behave()
    [first, second, third] = await office.crosschq.prospects()
    await office.crosschq.change_prospect(second["id"], "withdraw")
    await office.export()
    assert emails(await office.lever.leads()) == sorted([first["email"], third["email"]])
    row = await row_of(office, second["id"])
    assert (row.state, row.sealed, row.email_index) == (ProspectState.WITHDRAWN, None, None)


async def test_an_untouched_lead_is_tagged(office: Office) -> None:
    prospect = await one_lead(office)
    await withdraw(office, prospect)
    lead = await lead_of(office, prospect)
    assert (lead["tags"], lead["archived"]) == (["Crosschq prospect", WITHDRAWN_TAG], None)
    assert await office.lever.notes(lead["id"]) == []
    row = await row_of(office, prospect)
    assert (row.state, row.reason) == (ProspectState.WITHDRAWN, "Withdrawn; its lead was tagged.")


async def test_or_is_archived_as_the_connection_says(office: Office) -> None:
    reason = (await office.lever.cast())["archive_reasons"]["Withdrew"]
    prospect = await one_lead(office, on_withdrawal=OnWithdrawal.ARCHIVE, withdrawal_reason=reason)
    await withdraw(office, prospect)
    lead = await lead_of(office, prospect)
    assert lead["archived"]["reason"] == reason
    assert lead["tags"] == ["Crosschq prospect"]


@pytest.mark.parametrize("touch", [moved, moved_and_back, noted, rated, tagged, archived])
async def test_a_lead_that_somebody_works_with_stays_with_one_note(office: Office, touch: Touch) -> None:
    prospect = await one_lead(office)
    lead = await lead_id(office, prospect)
    await touch(office, lead)
    before = await office.lever.opportunity(lead)
    await withdraw(office, prospect)
    await office.export()
    after = await office.lever.opportunity(lead)
    for kept in ("stage", "tags", "archived"):
        assert after[kept] == before[kept], kept
    assert sum(NOTE in note for note in await office.lever.notes(lead)) == 1
    assert "It stays, with a note." in ((await row_of(office, prospect)).reason or "")


async def test_a_lead_of_a_posting_is_untouched_with_the_postings_tags(office: Office) -> None:
    postings = (await office.lever.cast())["postings"]
    posting = next(iter(postings.values()))
    [prospect] = (await office.crosschq.add_prospects(1), await office.crosschq.prospects())[1]
    rules = [{"posting_id": posting["id"], "job_function": prospect["job_function"]}]
    await office.want_prospects(posting_rules=rules)
    await office.export()
    assert len((await lead_of(office, prospect["id"]))["tags"]) > 1
    await withdraw(office, prospect["id"])
    assert WITHDRAWN_TAG in (await lead_of(office, prospect["id"]))["tags"]


async def test_a_lead_deleted_in_lever_before_its_prospect_withdraws_is_no_trouble(office: Office) -> None:
    prospect = await one_lead(office)
    await office.lever.delete(await lead_id(office, prospect))
    await office.crosschq.change_prospect(prospect, "withdraw")
    assert (await office.export(Scope.NEW)).name == "Exported"
    assert "gone from Lever" in ((await row_of(office, prospect)).reason or "")


async def test_opting_in_again_before_lever_showed_the_withdrawal_leaves_the_lead_as_it_is(
    office: Office,
) -> None:
    prospect = await one_lead(office)
    await office.crosschq.change_prospect(prospect, "withdraw")
    await office.crosschq.change_prospect(prospect, "opt_in_again")
    await office.export()
    assert (await states(office))[prospect] is ProspectState.LINKED
    assert len(creations(office)) == 1


async def test_opting_in_again_after_a_withdrawal_makes_another_lead_where_the_connection_wants_one(
    office: Office,
) -> None:
    prospect = await one_lead(office, if_in_lever=IfInLever.CREATE)
    first = await lead_id(office, prospect)
    await withdraw(office, prospect)
    await office.crosschq.change_prospect(prospect, "opt_in_again")
    for _ in range(2):
        await office.export()
    second = await lead_id(office, prospect)
    assert {one["id"] for one in await office.lever.leads()} == {first, second}
    assert (await lead_of(office, prospect))["tags"] == ["Crosschq prospect"]
    await withdraw(office, prospect)
    assert WITHDRAWN_TAG in await office.lever.tags(second)


async def test_and_finds_the_person_in_lever_where_it_does_not(office: Office) -> None:
    prospect = await one_lead(office)
    lead = await lead_id(office, prospect)
    await withdraw(office, prospect)
    await office.crosschq.change_prospect(prospect, "opt_in_again")
    await office.export()
    row = await row_of(office, prospect)
    assert (row.state, row.opportunity_id) == (ProspectState.EXISTING, lead)
    assert len(creations(office)) == 1


async def test_a_busy_lever_is_waited_out_for_a_withdrawal_too(office: Office) -> None:
    prospect = await one_lead(office)
    await office.crosschq.change_prospect(prospect, "withdraw")
    await office.lever.set_knobs(fail_status=429, fail_count=4)
    assert (await office.export(Scope.NEW)).name == "Exported"
    assert WITHDRAWN_TAG in (await lead_of(office, prospect))["tags"]


async def test_a_withdrawal_whose_tag_lever_did_not_answer_for_is_shown_once(office: Office) -> None:
    prospect = await one_lead(office)
    await office.crosschq.change_prospect(prospect, "withdraw")
    await office.lever.set_knobs(hang_after_write=1, hang_seconds=0.2, match="POST .*/addTags")
    assert (await office.export(Scope.NEW)).name == "Exported"
    lead = await lead_of(office, prospect)
    assert lead["tags"] == ["Crosschq prospect", WITHDRAWN_TAG]
    assert await office.lever.notes(lead["id"]) == []


async def test_one_who_withdraws_after_lever_fell_silent_about_the_lead_leaves_none(office: Office) -> None:
    await office.crosschq.add_prospects(1)
    [prospect] = await office.crosschq.prospects()
    await office.want_prospects()
    await office.lever.set_knobs(hang_after_write=1, hang_seconds=0.2, match="POST .*/opportunities$")
    await office.export(at_most=1)
    await office.lever.behave()
    assert (await states(office))[prospect["id"]] is ProspectState.WAITING
    await office.crosschq.change_prospect(prospect["id"], "withdraw")
    await office.export()
    [lead] = await office.lever.leads()
    assert WITHDRAWN_TAG in lead["tags"]


async def test_a_withdrawal_makes_nothing_of_the_others(office: Office) -> None:
    await office.crosschq.add_prospects(2)
    await office.want_prospects(export_existing=False, export_new=True, new_since=from_now(office))
    [old, _] = await office.crosschq.prospects()
    new = await office.crosschq.opt_in()
    await office.export(Scope.NEW)
    await withdraw(office, old["id"])
    assert emails(await office.lever.leads()) == [new["email"]]
    await office.want_prospects(export_existing=True, export_new=True, new_since=office.parts.now())
    await office.crosschq.change_prospect(old["id"], "opt_in_again")
    await office.export()
    await assert_one_to_one(office)
