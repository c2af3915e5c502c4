"""What the vendors do not agree with is said by its name, before anything is stored and without a secret."""

import re

import pytest

from deployments.ports import pick
from tests.onboarding.desk import Desk, Edit, both, swap, with_follow_up

REFERENCES = "references = { managers = 1, peers = 2 }"
SURVEY = 'survey = "software-engineer"'

WRONG: dict[str, tuple[Edit, list[str]]] = {
    "a stage that is not there": (
        swap('["Crosschq"]', '["Crosscheck"]'),
        ["Lever stage 'Crosscheck'", "there is none", "'Reference check'"],
    ),
    "a stage in another case": (
        swap('["Crosschq"]', '["crosschq"]'),
        ["Lever stage 'crosschq'", "'Crosschq'"],
    ),
    "a lead stage by name": (swap('["Crosschq"]', '["Responded"]'), ["'Responded' is a lead stage", "later"]),
    "a lead stage by id": (swap('["Crosschq"]', '["lead-new"]'), ["'lead-new' is a lead stage"]),
    "the second of two stages": (swap('["Crosschq"]', '["Crosschq", "Nowhere"]'), ["Lever stage 'Nowhere'"]),
    "a survey that is not there": (
        swap(SURVEY, 'survey = "plumber"'),
        ["template 'Engineers'", "'plumber'", "It has customer-support"],
    ),
    "a survey switched off": (swap(SURVEY, 'survey = "intern"'), ["template 'Engineers'", "'intern'", "on"]),
    "a kind the survey does not ask": (
        both(swap(SURVEY, 'survey = "customer-support"'), swap("peers = 2", "social = 2")),
        ["template 'Engineers'", "'customer-support' asks no 'social'"],
    ),
    "a kind nobody knows": (swap("peers = 2", "pears = 2"), ["template 'Engineers'", "asks no 'pears'"]),
    "more than the survey takes": (
        swap("peers = 2", "peers = 11"),
        ["template 'Engineers'", "peers must be from 0 to 10"],
    ),
    "fewer than the survey takes": (
        both(
            swap(SURVEY, 'survey = "engineering-manager"'),
            swap(REFERENCES, REFERENCES[:-1] + ", employees = 0 }"),
        ),
        ["template 'Engineers'", "employees must be from 1 to 6"],
    ),
    "none of a kind the survey insists on": (
        swap(SURVEY, 'survey = "engineering-manager"'),
        ["template 'Engineers'", "employees must be from 1 to 6"],
    ),
    "a reason that is not there": (
        with_follow_up('archive_when_hired = "Taken"'),
        ["archive_when_hired: Lever archive reason 'Taken'", "there is none", "Lever has 'Hired' for it"],
    ),
    "a reason in another case": (
        with_follow_up('archive_when_not_hired = "not a fit"'),
        ["archive_when_not_hired: Lever archive reason 'not a fit'", "there is none", "'Not a fit', "],
    ),
    "not hired for a hire": (
        with_follow_up('archive_when_hired = "Not a fit"'),
        ["archive_when_hired: ", "'Not a fit': it says the opposite", "Lever has 'Hired' for it"],
    ),
    "hired for no hire": (
        with_follow_up('archive_when_not_hired = "Hired"'),
        ["archive_when_not_hired: ", "'Hired': it says the opposite", "'Not a fit', 'Withdrew'"],
    ),
    "fewer than Crosschq takes in all": (
        swap(REFERENCES, "references = { peers = 1 }"),
        ["template 'Engineers'", "2 references or more"],
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_a_vendor_does_not_have_is_named(desk: Desk, wrong: str) -> None:
    edit, named = WRONG[wrong]
    said = await desk.refusal(edit)
    assert said.startswith("The vendors do not agree with the file:\n")
    assert [one for one in named if one not in said] == []


async def test_a_stage_name_that_two_stages_have_asks_for_the_id(desk: Desk) -> None:
    account = desk.lever_app.state.lever.account
    crosschq, other = (
        next(stage for stage in account.stages.values() if stage.text == text)
        for text in ("Crosschq", "Reference check")
    )
    other.text = "Crosschq"
    assert "Lever stage 'Crosschq': there are several, so write its id" in await desk.refusal()
    await desk.connect(swap('["Crosschq"]', f'["{crosschq.id}"]'))
    assert (await desk.connection()).trigger_stages == [crosschq.id]


async def test_a_reason_that_is_no_longer_active_is_named(desk: Desk) -> None:
    desk.reason("Withdrew").status = "inactive"
    said = await desk.refusal(with_follow_up('archive_when_not_hired = "Withdrew"'))
    assert "'Withdrew': it is no longer active. Lever has 'Not a fit', 'Offer declined'" in said


async def test_a_reason_that_two_have_asks_for_the_id_unless_one_is_meant(desk: Desk) -> None:
    edit = with_follow_up('archive_when_not_hired = "Withdrew"')
    other = desk.reason("Offer declined")
    other.text = "Withdrew"
    assert "'Withdrew': there are several, so write its id" in await desk.refusal(edit)
    other.status = "inactive"
    await desk.connect(edit)
    assert (await desk.connection()).not_hired_reason == desk.reason("Withdrew").id


async def test_a_key_that_may_not_read_archive_reasons_is_told_so(desk: Desk) -> None:
    desk.lever_app.state.lever.knobs.merge(
        {"match": "GET /v1/archive_reasons", "fail_status": 403, "fail_count": 9}
    )
    assert re.search(r"Lever, GET /archive_reasons: .*403", await desk.refusal())


@pytest.mark.parametrize(
    "user", ["nobody@employer.example", "dorian.quarrington@employer.example", "deactivated"]
)
async def test_a_user_lever_does_not_have_or_no_longer_has_is_named(desk: Desk, user: str) -> None:
    wanted = desk.people.get(user, user)
    said = await desk.refusal(swap(desk.people["integration"], wanted))
    assert f"perform_as: Lever has no active user '{wanted}'" in said


async def test_everything_that_is_wrong_is_said_at_once(desk: Desk) -> None:
    said = await desk.refusal(
        both(
            swap('["Crosschq"]', '["Nowhere"]'),
            swap(desk.people["integration"], "nobody@employer.example"),
            swap(SURVEY, 'survey = "plumber"'),
            swap("business = 1", "business = 6"),
        )
    )
    assert len(said.splitlines()) == 5


@pytest.mark.parametrize(
    ("key", "named"),
    [("lever-sandbox-key", "Lever, GET /disposition_stages"), ("crosschq-sandbox-key", "Crosschq, GET /")],
)
async def test_a_wrong_api_key_is_told_with_the_vendor_and_not_quoted(
    desk: Desk, key: str, named: str
) -> None:
    said = await desk.refusal(swap(key, "a-wrong-key"))
    assert named in said
    assert "the API key was refused (401)" in said
    assert "a-wrong-key" not in said


async def test_a_key_prefix_that_crosschq_does_not_know_is_a_refused_key(desk: Desk) -> None:
    said = await desk.refusal(swap("[crosschq]\n", '[crosschq]\nkey_prefix = "Bearer "\n'))
    assert "Crosschq, GET /" in said
    assert "401" in said


def url_line(desk: Desk, section: str) -> str:
    """As it stands in the file, under its section."""
    return f"[{section}]\n" + desk.file.split(f"[{section}]\n")[1].splitlines()[0]


@pytest.mark.parametrize("vendor", ["Lever", "Crosschq"])
async def test_a_vendor_that_cannot_be_reached_is_named(desk: Desk, vendor: str) -> None:
    section = vendor.lower()
    nobody = f'[{section}]\nurl = "http://127.0.0.1:{pick(18000)}"'
    said = await desk.refusal(swap(url_line(desk, section), nobody))
    assert said.startswith(f"{vendor}, GET /")
    assert "could not be reached" in said
    assert "check the base URL" in said
    assert "nothing listens there" in said


async def test_a_vendor_that_is_something_else_is_named(desk: Desk) -> None:
    lever = url_line(desk, "lever").replace("[lever]", "[crosschq]")
    said = await desk.refusal(swap(url_line(desk, "crosschq"), lever))
    assert said.startswith("Crosschq, GET /")
