"""How a lead is made in Lever, once, and what is read of the feedback on it."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from hiring.prospects import Lead
from lever.models import CreatedOpportunity, Feedback, NewOpportunity
from lever.new_opportunity import as_lead
from outbound.errors import InvalidRequest, OutcomeUnknown, Unavailable

Payload = Callable[[str], Any]
ORLA = "11d2c3b4-a596-4877-8665-544332211000"
MADE = "2c1d0e9f-8a7b-4c6d-9e5f-405162738495"
LEAD = Lead(
    name="Rosa Invented",
    headline="Staff Engineer, Example Works",
    location="Lisbon",
    emails=("rosa.invented@people.test",),
    phones=("+1 (555) 010-0199",),
    links=("https://profiles.example/rosa",),
    sources=("Crosschq",),
    tags=("Crosschq prospect",),
    posting_id="p-1",
)


async def test_a_lead_is_made_as_sourced_in_the_name_of_the_connections_user(
    lever: Any, payload: Payload
) -> None:
    route = lever.router.post("/opportunities").respond(201, json=payload("opportunity_created"))
    made = await lever.client.create_opportunity(as_lead(LEAD), ORLA)
    assert (made.id, made.stage, made.deduped) == (MADE, "lead-new", True)
    assert made.contact == "6a5b4c3d-2e1f-4031-9223-344556677889"
    assert made.tags == ("Crosschq prospect", "Software Engineer", "Engineering")
    assert dict(route.calls.last.request.url.params) == {"perform_as": ORLA}
    assert json.loads(route.calls.last.request.content) == {
        "origin": "sourced",
        "name": "Rosa Invented",
        "headline": "Staff Engineer, Example Works",
        "location": "Lisbon",
        "emails": ["rosa.invented@people.test"],
        "phones": [{"value": "+1 (555) 010-0199"}],
        "links": ["https://profiles.example/rosa"],
        "sources": ["Crosschq"],
        "tags": ["Crosschq prospect"],
        "postings": ["p-1"],
    }


def test_what_is_not_known_is_not_sent() -> None:
    assert NewOpportunity(emails=("rosa@people.test",)).to_wire() == {
        "origin": "sourced",
        "emails": ["rosa@people.test"],
    }


def test_a_new_opportunity_shows_nobodys_data() -> None:
    shown = repr(as_lead(LEAD))
    assert "p-1" in shown
    assert not any(word in shown for word in ("Rosa", "rosa", "555", "Lisbon", "Staff"))


@pytest.mark.parametrize(
    ("answer", "deduped"),
    [
        ({"deduped": True, "data": {"id": MADE}}, True),
        ({"deduped": False, "data": {"id": MADE}}, False),
        ({"data": {"id": MADE}}, False),
        ({"data": {"deduped": True, "data": {"id": MADE}}}, True),
        ({"data": {"id": MADE, "deduped": True}}, True),
        ({"id": MADE, "deduped": True}, True),
        ({"deduped": None, "data": {"id": MADE, "tags": None, "stage": {"id": "x"}, "contact": 7}}, False),
        ({"deduped": "yes", "data": {"id": MADE, "tags": "none"}}, False),
    ],
)
async def test_only_the_id_must_be_readable_in_the_answer(
    lever: Any, answer: dict[str, object], deduped: bool
) -> None:
    lever.router.post("/opportunities").respond(201, json=answer)
    made = await lever.client.create_opportunity(as_lead(LEAD), ORLA)
    assert made == CreatedOpportunity(id=MADE, deduped=deduped)


@pytest.mark.parametrize("answer", [{}, {"data": {}}, {"data": {"id": ""}}, {"data": []}, [], "made", None])
async def test_an_answer_without_an_id_leaves_it_in_doubt(lever: Any, answer: object) -> None:
    route = lever.router.post("/opportunities").respond(201, json=answer)
    with pytest.raises(OutcomeUnknown, match="look before repeating"):
        await lever.client.create_opportunity(as_lead(LEAD), ORLA)
    assert route.call_count == 1


@pytest.mark.parametrize("cut_off", [httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.Response(500)])
async def test_a_lead_that_may_have_been_made_is_never_made_again(lever: Any, cut_off: Any) -> None:
    route = lever.router.post("/opportunities")
    route.side_effect = [cut_off, httpx.Response(201, json={"data": {"id": "o-2"}})]
    with pytest.raises(OutcomeUnknown) as caught:
        await lever.client.create_opportunity(as_lead(LEAD), ORLA)
    assert caught.value.operation == "POST /opportunities"
    assert (route.call_count, lever.waits) == (1, [])


NOT_NOW = httpx.Response(503, headers={"Retry-After": "1"})


@pytest.mark.parametrize("not_yet", [httpx.Response(429), NOT_NOW, httpx.ConnectError])
async def test_a_lead_that_was_surely_not_made_is_made_later(
    lever: Any, payload: Payload, not_yet: Any
) -> None:
    route = lever.router.post("/opportunities")
    route.side_effect = [not_yet, httpx.Response(201, json=payload("opportunity_created"))]
    assert (await lever.client.create_opportunity(as_lead(LEAD), ORLA)).id == MADE
    assert (route.call_count, len(lever.waits)) == (2, 1)


async def test_a_limit_that_stays_is_told_as_such(lever: Any) -> None:
    lever.router.post("/opportunities").mock(return_value=NOT_NOW)
    with pytest.raises(Unavailable):
        await lever.client.create_opportunity(as_lead(LEAD), ORLA)


async def test_a_refusal_is_told_without_the_persons_data(lever: Any) -> None:
    said = {"code": "BadRequest", "message": "rosa.invented@people.test is refused"}
    lever.router.post("/opportunities").respond(400, json=said)
    with pytest.raises(InvalidRequest) as caught:
        await lever.client.create_opportunity(as_lead(LEAD), ORLA)
    assert "rosa" not in str(caught.value)
    assert "is refused" in caught.value.reason


async def test_feedback_is_listed_without_what_was_said(lever: Any, payload: Payload) -> None:
    lever.router.get(f"/opportunities/{MADE}/feedback").respond(json=payload("feedback"))
    forms = [one async for one in lever.client.feedback(MADE)]
    assert [(one.text, one.deleted_at is None) for one in forms] == [
        ("Phone screen", True),
        ("Shared profile", False),
    ]
    assert "3 - Yes" not in repr(forms)


def test_feedback_needs_no_more_than_an_id() -> None:
    assert Feedback.model_validate({"id": "f-1", "user": {"id": "u"}, "createdAt": "?"}) == Feedback(id="f-1")
