"""A preview says what a move would lead to, as the flows decide it, and writes nothing."""

from typing import Any

import pytest

from onboarding.preview import NoPreview, Preview, Would, opportunity_id_of, preview
from store.requests import NewRequest, Requests
from store.tables import Connection
from tests.onboarding.desk import Desk
from tests.onboarding.proving import Room
from tests.onboarding.test_self_test import without_turns


async def previewed(desk: Desk, asked: str) -> Preview:
    return await preview(desk.parts, (await desk.connection()).id, asked)


async def candidate(desk: Desk, kind: str = "plain") -> dict[str, Any]:
    """One of the cast, in On-site."""
    account = desk.lever_app.state.lever.account
    opportunity = account.opportunities[account.cast["opportunities"][kind]]
    return {"id": opportunity.id, "email": next(iter(account.contact_of(opportunity).emails), None)}


async def test_it_says_what_would_be_sent_with_which_template_and_why(desk: Desk) -> None:
    await desk.connect()
    somebody = await candidate(desk)
    seen = await previewed(desk, somebody["id"])
    assert (seen.would, seen.stage) == (Would.SEND, "Crosschq")
    assert "Template 'Engineers' is used, because" in seen.why
    assert "has the tag 'crosschq-engineer'" in seen.why
    fields = {field.name: field.value for field in seen.fields}
    assert fields["References"] == "1 managers, 2 peers"
    assert fields["Candidate's e-mail"] == f"{somebody['email'][0]}…@{somebody['email'].partition('@')[2]}"
    assert somebody["email"] not in str(seen)


async def test_it_writes_nothing_anywhere(desk: Desk) -> None:
    await desk.connect()
    for app in (desk.lever_app.state.lever, desk.crosschq_app.state):
        app.ledger.clear()
    before = without_turns(await desk.dump())
    await previewed(desk, (await candidate(desk))["id"])
    assert {call.method for call in desk.lever_app.state.lever.ledger.calls()} == {"GET"}
    assert desk.crosschq_app.state.ledger.calls() == []
    assert without_turns(await desk.dump()) == before


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("no_template_tag", "No template matches. Tags seen:"),
        ("two_template_tags", "Several templates match: 'Engineers', 'Sales'."),
        ("no_email", "The candidate has no usable e-mail address."),
        ("archived", "The opportunity is archived."),
        ("anonymised", "The candidate's data were anonymised in Lever."),
    ],
)
async def test_it_says_why_no_request_would_be_sent(desk: Desk, kind: str, says: str) -> None:
    await desk.connect()
    seen = await previewed(desk, (await candidate(desk, kind))["id"])
    assert (seen.would, seen.fields) == (Would.CANNOT_SEND, ())
    assert seen.why.startswith(says)


async def test_an_open_request_would_be_mentioned_and_not_doubled(desk: Desk) -> None:
    await desk.connect()
    somebody, connection = await candidate(desk), await desk.connection()
    new = NewRequest(connection.id, somebody["id"], None, "Engineers", "Engineer", "an index")
    async with desk.parts.database.transaction() as session:
        request = await Requests(session).reserve(new)
        assert request
        await Requests(session).mark_sent(request.id, "rq_1")
    assert (await previewed(desk, somebody["id"])).would is Would.MENTION


async def test_before_it_goes_live_nothing_would_happen(room: Room) -> None:
    await room.set_up()
    connection = await room.desk.connection()
    await room.change(Connection, connection.id, live_since=connection.live_since.replace(year=2090))
    seen = await previewed(room.desk, (await candidate(room.desk))["id"])
    assert (seen.would, "went live on 01 January 2090" in seen.why) == (Would.IGNORE, True)


async def test_a_pause_is_told_of(room: Room) -> None:
    await room.set_up()
    connection = await room.desk.connection()
    await room.change(Connection, connection.id, paused_because="Lever refused the key.")
    seen = await previewed(room.desk, (await candidate(room.desk))["id"])
    assert "Lever refused the key." in seen.but[0]


async def test_shadow_mode_is_told_of(room: Room) -> None:
    await room.set_up()
    await room.change(Connection, (await room.desk.connection()).id, is_shadow=True)
    seen = await previewed(room.desk, (await candidate(room.desk))["id"])
    assert (seen.would, "in shadow mode, so it would only be said" in seen.but[0]) == (Would.SEND, True)


async def test_the_most_requests_of_an_hour_are_told_of_where_one_would_be_sent(room: Room) -> None:
    await room.set_up()
    connection = await room.desk.connection()
    await room.change(Connection, connection.id, most_per_hour=1)
    somebody, unreachable = await candidate(room.desk), await candidate(room.desk, "no_email")
    assert (await previewed(room.desk, somebody["id"])).but == ()
    async with room.desk.parts.database.transaction() as session:
        await Requests(session).reserve(
            NewRequest(connection.id, "another", None, "Engineers", "Engineer", "index")
        )
    assert "1 requests were sent within the last hour" in (await previewed(room.desk, somebody["id"])).but[0]
    assert (await previewed(room.desk, unreachable["id"])).but == ()


@pytest.mark.parametrize(
    "asked",
    [
        "o-1",
        " o-1 ",
        "https://hire.lever.co/candidates/o-1",
        "https://hire.lever.co/candidates/o-1/profile?stage=x#notes",
        "https://hire.lever.co/opportunities/o-1/",
    ],
)
def test_addresses_and_ids_are_understood(asked: str) -> None:
    assert opportunity_id_of(asked) == "o-1"


@pytest.mark.parametrize(
    "asked", ["", "   ", "https://hire.lever.co", "http://[", "Ada Lovelace", "/../..", "a" * 101]
)
def test_what_is_no_opportunity_is_refused_in_words(asked: str) -> None:
    with pytest.raises(NoPreview, match="no opportunity"):
        opportunity_id_of(asked)


@pytest.mark.parametrize(
    ("asked", "says"),
    [("o-unknown", "no opportunity of that id"), ("confidential", "may not see this opportunity")],
)
async def test_one_that_cannot_be_read_is_said_to_be(desk: Desk, asked: str, says: str) -> None:
    await desk.connect()
    opportunity = (await candidate(desk, asked))["id"] if asked == "confidential" else asked
    with pytest.raises(NoPreview, match=says):
        await previewed(desk, opportunity)
