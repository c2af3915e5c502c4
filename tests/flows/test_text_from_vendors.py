"""What people paste into Lever reaches Crosschq, our database and the notes clean."""

import pytest

from tests.flows.office import Office

pytestmark = pytest.mark.stack

ODD = ["\x00", "\u200b", "\u202e\x1b", "\ufeff\u00a0\x85"]


@pytest.mark.parametrize("odd", ODD)
async def test_a_candidate_is_asked_about_whatever_stands_in_names_titles_and_tags(
    office: Office, odd: str
) -> None:
    candidate = await office.lever.meet_candidate()
    account = office.lever_app.state.lever.account
    opportunity = account.opportunities[candidate["id"]]
    contact = account.contacts[opportunity.contact]
    posting = account.postings[opportunity.application.posting]
    owner = account.users[opportunity.owner]
    posting.text = f"{odd}Nurse{odd} (nights){odd}"
    contact.name = f"{odd}Ana{odd} Costa{odd}"
    owner.name = f"{odd}Orla Quist{odd}"
    account.stages[opportunity.stage].text += odd
    opportunity.tags = [f"{odd}{tag}{odd}" for tag in opportunity.tags]
    posting.tags = [f"{odd}{tag}{odd}" for tag in posting.tags]
    await office.move(candidate)
    ran = await office.work_once()
    assert ran.name == "RequestSent", ran.outcome
    request = await office.the_request(candidate)
    sent = [request["job_position"], request["candidate"]["first_name"], request["candidate"]["last_name"]]
    assert [one.replace("\ufffd", "").replace("  ", " ").strip() for one in sent] == [
        "Nurse (nights)",
        "Ana",
        "Costa",
    ]
    (note,) = await office.lever.notes(candidate["id"])
    assert "\x00" not in note


@pytest.mark.parametrize("written", ["\u200b{}\u00a0", "mailto:{}", "Ana <{}>;", "\u202a{}\u202c", "\x00{}"])
async def test_addresses_reach_crosschq_without_what_copying_left_around_them(
    office: Office, written: str
) -> None:
    candidate = await office.lever.meet_candidate()
    account = office.lever_app.state.lever.account
    opportunity = account.opportunities[candidate["id"]]
    contact, owner = account.contacts[opportunity.contact], account.users[opportunity.owner]
    owners = owner.email
    contact.emails, owner.email = [written.format(candidate["email"])], written.format(owners)
    await office.move(candidate)
    ran = await office.work_once()
    assert ran.name == "RequestSent", ran.outcome
    request = await office.the_request(candidate)
    assert (request["candidate"]["email"], request["requestor"]) == (candidate["email"], owners)


async def test_what_is_inside_an_address_is_named_to_the_recruiter(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    account = office.lever_app.state.lever.account
    contact = account.contacts[account.opportunities[candidate["id"]].contact]
    contact.emails = ["ana@exa\u200bmple.test"]
    await office.move(candidate)
    ran = await office.work_once()
    (note,) = await office.lever.notes(candidate["id"])
    assert ran.name == "NotSent"
    assert "the one there has an invisible character (U+200B, zero width space) in place 8" in note


async def test_a_request_that_was_never_confirmed_is_recognised_by_clean_text(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    account = office.lever_app.state.lever.account
    opportunity = account.opportunities[candidate["id"]]
    account.contacts[opportunity.contact].emails = [f"\u200bmailto:{candidate['email']}\u00a0"]
    account.postings[opportunity.application.posting].text = "\ufeffNurse\u00a0\u00a0(nights)\x00"
    await office.crosschq.set_knobs(
        fail_after_write=1, match="POST", lose_webhooks=1, fail_after_write_status=503
    )
    await office.move(candidate)
    assert (await office.work_once()).name == "Unconfirmed"
    request = await office.the_request(candidate)
    await office.act(request["id"], "candidate_opens")
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: sent"]
