"""The section `[prospects]`: what it may say, what Lever must know of it, and what turning its switches does."""

import pytest
from sqlalchemy import select

from hiring.prospects import IfInLever, OnWithdrawal
from onboarding.blueprint import Blueprint, BlueprintError
from onboarding.prospect_section import ProspectsPart
from outbound.errors import VendorError
from store.prospect_orders import EXISTING_EVENT
from store.prospect_switches import set_switches
from store.prospect_tables import ProspectSettings
from tests.onboarding.desk import Desk, both, swap, with_prospects

ENGINEER, SALES = "Platform Engineer", "Account Executive"
BOTH_ON = "export_existing = true\nexport_new = true"


def rule(posting: str, lines: str = 'tag = "backend"') -> str:
    return f'[[prospects.postings]]\nposting = "{posting}"\n{lines}\n'


WRONG = {
    "a word that is no policy": ('if_in_lever = "merge"', "prospects.if_in_lever: "),
    "an end that is none": ('on_withdrawal = "delete"', "prospects.on_withdrawal: "),
    "archiving without a reason": ('on_withdrawal = "archive"', "needs a withdrawal_reason"),
    "an empty source": ('source = ""', "prospects.source: "),
    "an empty tag": ('tags = [""]', "prospects.tags.0: "),
    "a withdrawal that tells nothing": ('tags = ["x"]\nwithdrawal_tag = "x"', "one of the tags"),
    "a rule with no sign": (rule(ENGINEER, ""), "'Platform Engineer' needs either a tag or a job_function"),
    "a rule with a blank sign": (
        rule(ENGINEER, 'tag = " "'),
        "postings.0.tag: String should have at least 1",
    ),
    "a rule with two signs": (
        rule(ENGINEER, 'tag = "a"\njob_function = "b"'),
        "needs either a tag or a job_",
    ),
    "an unknown key": ("export_all = true", "prospects.export_all: Extra inputs"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_the_section_may_not_say_is_told(desk: Desk, wrong: str) -> None:
    lines, named = WRONG[wrong]
    with pytest.raises(BlueprintError) as refused:
        Blueprint.from_text(with_prospects(lines)(desk.file))
    assert named in str(refused.value)


def test_a_file_without_the_section_has_both_switches_off(desk: Desk) -> None:
    wanted = Blueprint.from_text(desk.file).prospects
    assert wanted == ProspectsPart()
    assert (wanted.export_existing, wanted.export_new, wanted.from_api) == (False, False, True)


async def test_the_section_is_stored_with_levers_ids(desk: Desk) -> None:
    reason = desk.reason("Withdrew")
    lines = f"""
    source = "References"
    tags = ["one", "two"]
    if_in_lever = "tag"
    from_api = false
    on_withdrawal = "archive"
    withdrawal_reason = "Withdrew"
    withdrawal_tag = "gone"
    {rule(ENGINEER)}
    {rule(SALES, 'job_function = "sales-representative"')}"""
    await desk.connect(with_prospects(lines))
    row = await desk.prospects()
    assert (row.source, row.tags, row.withdrawal_tag, row.from_api) == (
        "References",
        ["one", "two"],
        "gone",
        False,
    )
    assert (row.if_in_lever, row.on_withdrawal) == (IfInLever.TAG, OnWithdrawal.ARCHIVE)
    assert row.withdrawal_reason == reason.id
    (engineer,), (sales,) = desk.postings(ENGINEER), desk.postings(SALES)
    assert row.posting_rules == [
        {"posting_id": engineer.id, "tag": "backend", "job_function": None},
        {"posting_id": sales.id, "tag": None, "job_function": "sales-representative"},
    ]


LEVER_WRONG = {
    "a posting that is not there": (rule("Plumber"), "Lever posting 'Plumber': there is none"),
    "a closed posting": (
        rule("Design Intern"),
        "Lever posting 'Design Intern': it is closed, and takes no leads",
    ),
    "a reason that is not there": (
        'on_withdrawal = "archive"\nwithdrawal_reason = "Bored"',
        "prospects.withdrawal_reason: Lever archive reason 'Bored': there is none",
    ),
    "the reason of a hire": (
        'on_withdrawal = "archive"\nwithdrawal_reason = "Hired"',
        "prospects.withdrawal_reason: Lever archive reason 'Hired': it says the opposite",
    ),
}


@pytest.mark.parametrize("wrong", LEVER_WRONG)
async def test_what_lever_does_not_have_is_named(desk: Desk, wrong: str) -> None:
    lines, named = LEVER_WRONG[wrong]
    assert named in await desk.refusal(with_prospects(lines))


async def test_a_title_of_several_postings_asks_for_the_id(desk: Desk) -> None:
    (engineer,), (other,) = desk.postings(ENGINEER), desk.postings(SALES)
    other.text = ENGINEER
    said = await desk.refusal(with_prospects(rule(ENGINEER)))
    assert f"Lever posting '{ENGINEER}': there are several, so write its id: " in said
    assert f"{engineer.id} (published)" in said
    await desk.connect(with_prospects(rule(other.id)))
    assert (await desk.prospects()).posting_rules[0]["posting_id"] == other.id


async def test_of_several_postings_the_one_that_is_not_closed_is_meant(desk: Desk) -> None:
    (engineer,), (other,) = desk.postings(ENGINEER), desk.postings(SALES)
    other.text, other.state = ENGINEER, "closed"
    await desk.connect(with_prospects(rule(ENGINEER)))
    assert (await desk.prospects()).posting_rules[0]["posting_id"] == engineer.id


async def test_postings_are_read_only_if_a_rule_names_one(desk: Desk) -> None:
    knobs = {"match": "GET /v1/postings", "fail_status": 403, "fail_count": 9}
    desk.lever_app.state.lever.knobs.merge(knobs)
    await desk.connect(with_prospects(BOTH_ON))
    with pytest.raises(VendorError, match=r"GET /postings.*403"):
        await desk.connect(with_prospects(rule(ENGINEER)))


async def test_turning_both_on_orders_the_existing_and_begins_with_the_new(desk: Desk) -> None:
    await desk.connect()
    before = await desk.prospects()
    connected = await desk.connect(with_prospects(BOTH_ON))
    row = await desk.prospects()
    assert (before.export_existing, before.export_new, before.new_since) == (False, False, None)
    assert (row.export_existing, row.export_new) == (True, True)
    assert row.new_since is not None
    assert connected.switches.new_since == row.new_since
    assert [order.event for order in await desk.orders()] == [EXISTING_EVENT]
    assert [one.what for one in await desk.audits()][-2:] == [
        "prospect export of existing ones turned on",
        "prospect export of new ones turned on",
    ]


async def test_the_same_section_again_changes_nothing(desk: Desk) -> None:
    await desk.connect(with_prospects(BOTH_ON))
    before, audits = await desk.prospects(), len(await desk.audits())
    connected = await desk.connect(with_prospects(BOTH_ON))
    after = await desk.prospects()
    names = [column.name for column in type(after).__table__.columns]
    assert [getattr(after, name) for name in names] == [getattr(before, name) for name in names]
    assert connected.switches.changes == ()
    assert (len(await desk.orders()), len(await desk.audits())) == (1, audits + 1)


async def test_what_a_person_turned_since_stays_until_the_file_says_something_else(desk: Desk) -> None:
    await desk.connect(with_prospects(BOTH_ON))
    async with desk.parts.database.transaction() as session:
        [connection_id] = await session.scalars(select(ProspectSettings.connection_id))
        await set_switches(session, connection_id, existing=False, new=None, who="ada", why="enough")
    again = await desk.connect(with_prospects(f'{BOTH_ON}\nsource = "References"'))
    assert (again.switches.existing, again.switches.new, again.switches.changes) == (False, True, ())
    assert again.turned_since == ("export_existing",)
    await desk.connect(with_prospects("export_existing = false\nexport_new = true"))
    third = await desk.connect(with_prospects(BOTH_ON))
    assert (third.switches.existing, third.turned_since) == (True, ())
    assert third.switches.changes == ("prospect export of existing ones turned on",)


async def test_a_file_that_loses_the_section_turns_both_off(desk: Desk) -> None:
    await desk.connect(with_prospects(BOTH_ON))
    connected = await desk.connect()
    row = await desk.prospects()
    assert (row.export_existing, row.export_new) == (False, False)
    assert connected.switches.changes == (
        "prospect export of existing ones turned off",
        "prospect export of new ones turned off",
    )


async def test_a_file_that_is_refused_turns_no_switch(desk: Desk) -> None:
    await desk.refusal(both(with_prospects(BOTH_ON), swap('["Crosschq"]', '["Nowhere"]')))
    assert await desk.orders() == []
