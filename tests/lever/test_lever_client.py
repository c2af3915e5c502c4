"""What each call sends to Lever and gives back."""

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from lever.auth import AccessToken
from lever.models import File, Stage, Tag
from outbound.errors import (
    AccessDenied,
    CredentialsRefused,
    NotFound,
    OutcomeUnknown,
    Refused,
    SlowDown,
    Unavailable,
    UnexpectedAnswer,
    VendorError,
)

Payload = Callable[[str], Any]
OPPORTUNITY = "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f1"
ORLA = "11d2c3b4-a596-4877-8665-544332211000"


async def test_an_opportunity_is_read_in_one_call_with_what_hangs_on_it(lever: Any, payload: Payload) -> None:
    route = lever.router.get(f"/opportunities/{OPPORTUNITY}").respond(json=payload("opportunity"))
    opportunity = await lever.client.opportunity(OPPORTUNITY)
    assert opportunity.name == "Ada Invented"
    assert route.calls.last.request.url.params.get_list("expand") == ["applications", "owner", "stage"]
    assert route.call_count == 1


async def test_the_key_is_the_user_name_and_we_say_who_we_are(lever: Any, payload: Payload) -> None:
    route = lever.router.get("/users/u-1").respond(json=payload("user"))
    await lever.client.user("u-1")
    request = route.calls.last.request
    assert request.headers["Authorization"] == "Basic " + base64.b64encode(b"invented-key:").decode()
    assert request.headers["User-Agent"] == "crosschq-for-lever"
    assert request.extensions["timeout"] == {"connect": 5.0, "read": 10.0, "write": 10.0, "pool": 10.0}


def test_an_access_token_is_sent_as_bearer() -> None:
    request = httpx.Request("GET", "https://api.lever.example/v1/users")
    assert next(AccessToken("t0k3n").auth_flow(request)).headers["Authorization"] == "Bearer t0k3n"


async def test_a_posting_comes_with_its_owner_and_hiring_manager(lever: Any, payload: Payload) -> None:
    route = lever.router.get("/postings/p-1").respond(json=payload("posting"))
    posting = await lever.client.posting("p-1")
    assert posting.hiring_manager_user.name == "Hugo Invented"
    assert route.calls.last.request.url.params.get_list("expand") == ["owner", "hiringManager"]


async def test_stages_and_tags_are_lists(lever: Any, payload: Payload) -> None:
    lever.router.get("/stages").respond(json=payload("stages"))
    lever.router.get("/tags").respond(json=payload("tags"))
    assert Stage(id="lead-new", text="New lead") in await lever.client.stages()
    assert Tag(text="crosschq-engineering", count=12) in [tag async for tag in lever.client.tags()]


async def test_disposition_stages_tell_leads_from_the_others(lever: Any, payload: Payload) -> None:
    lever.router.get("/disposition_stages").respond(json=payload("disposition_stages"))
    stages = await lever.client.disposition_stages()
    assert {stage.id for stage in stages if stage.is_lead} == {"lead-new"}
    assert 231.5 in {stage.rank for stage in stages}


@pytest.mark.parametrize(
    ("method", "call", "body"),
    [
        ("add_tags", "addTags", {"tags": ["Crosschq: requested"]}),
        ("remove_tags", "removeTags", {"tags": ["Crosschq: requested"]}),
        ("add_links", "addLinks", {"links": ["https://reports.example/r-1"]}),
    ],
)
async def test_a_set_like_change_names_its_author_and_gives_nothing_back(
    lever: Any, payload: Payload, method: str, call: str, body: dict[str, list[str]]
) -> None:
    route = lever.router.post(f"/opportunities/{OPPORTUNITY}/{call}")
    route.respond(json=payload("opportunity_blank_contact"))
    values = next(iter(body.values()))
    assert await getattr(lever.client, method)(OPPORTUNITY, values, ORLA) is None
    request = route.calls.last.request
    assert json.loads(request.content) == body
    assert dict(request.url.params) == {"perform_as": ORLA}


async def test_a_change_that_was_cut_off_is_made_again(lever: Any, payload: Payload) -> None:
    route = lever.router.post(f"/opportunities/{OPPORTUNITY}/addTags")
    route.side_effect = [httpx.ReadTimeout, httpx.Response(200, json=payload("opportunity_blank_contact"))]
    await lever.client.add_tags(OPPORTUNITY, ["Crosschq: requested"], ORLA)
    assert route.call_count == 2


@pytest.mark.parametrize("answer", ["note_created", "note_created_documented"])
async def test_a_note_gives_back_its_id_and_notifies_nobody(
    lever: Any, payload: Payload, answer: str
) -> None:
    route = lever.router.post(f"/opportunities/{OPPORTUNITY}/notes")
    route.respond(201, json=payload(answer))
    note_id = await lever.client.add_note(OPPORTUNITY, "Reported by @orla", ORLA)
    assert note_id == "99faebdc-2d1e-40ff-8eed-dccbbaa99887"
    assert json.loads(route.calls.last.request.content) == {"value": "Reported by @\u2060orla"}


async def test_a_note_that_was_cut_off_is_never_written_again(lever: Any) -> None:
    route = lever.router.post(f"/opportunities/{OPPORTUNITY}/notes")
    route.side_effect = [httpx.ReadTimeout, httpx.Response(201, json={"data": {"noteId": "n-2"}})]
    with pytest.raises(OutcomeUnknown) as caught:
        await lever.client.add_note(OPPORTUNITY, "Sent", ORLA)
    assert caught.value.operation == "POST /opportunities/:id/notes"
    assert (route.call_count, lever.waits) == (1, [])


async def test_a_note_refused_by_the_limit_is_written_later(lever: Any, payload: Payload) -> None:
    route = lever.router.post(f"/opportunities/{OPPORTUNITY}/notes")
    route.side_effect = [httpx.Response(429), httpx.Response(201, json=payload("note_created"))]
    await lever.client.add_note(OPPORTUNITY, "Sent", ORLA)
    assert route.call_count == 2
    assert len(lever.waits) == 1


async def test_a_note_answered_without_an_id_may_have_been_written(lever: Any) -> None:
    lever.router.post(f"/opportunities/{OPPORTUNITY}/notes").respond(201, json={"data": {"text": "Note"}})
    with pytest.raises(OutcomeUnknown, match="noteId"):
        await lever.client.add_note(OPPORTUNITY, "Sent", ORLA)


async def test_notes_are_read_back_with_what_people_read(lever: Any, payload: Payload) -> None:
    lever.router.get(f"/opportunities/{OPPORTUNITY}/notes").respond(json=payload("notes"))
    values = [note.value async for note in lever.client.notes(OPPORTUNITY)]
    assert values == ["Crosschq reference request sent.", "Met @orla"]


async def test_a_file_is_uploaded_as_the_field_file_with_more_patience(lever: Any, payload: Payload) -> None:
    route = lever.router.post(f"/opportunities/{OPPORTUNITY}/files")
    route.respond(201, json=payload("file"))
    file = await lever.client.add_file(
        OPPORTUNITY, "crosschq-report-r-1.pdf", b"%PDF-1.4", "application/pdf", ORLA
    )
    request = route.calls.last.request
    assert isinstance(file, File)
    assert b'name="file"; filename="crosschq-report-r-1.pdf"' in request.content
    assert b"%PDF-1.4" in request.content
    assert request.url.params["perform_as"] == ORLA
    assert request.extensions["timeout"]["read"] == 60.0


@pytest.mark.parametrize("answer", ["bare", "nested"])
async def test_an_upload_answered_in_the_documented_odd_envelopes_is_understood(
    lever: Any, payload: Payload, answer: str
) -> None:
    file = payload("file")
    body = file["data"] if answer == "bare" else {"data": file}
    lever.router.post(f"/opportunities/{OPPORTUNITY}/files").respond(json=body)
    uploaded = await lever.client.add_file(OPPORTUNITY, "r.pdf", b"%PDF-1.4", "application/pdf", ORLA)
    assert uploaded.id == "bb1c0dfe-4f30-4211-80ff-feeddccbbaa9"


async def test_files_are_read_back_by_name(lever: Any, payload: Payload) -> None:
    lever.router.get(f"/opportunities/{OPPORTUNITY}/files").respond(json=payload("files"))
    names = [file.name async for file in lever.client.files(OPPORTUNITY)]
    assert names == ["crosschq-report-r-1.pdf", "cv.docx"]


async def test_a_webhook_is_made_listed_and_deleted(lever: Any, payload: Payload) -> None:
    url = "https://gateway.example/webhooks/lever/abc"
    made = lever.router.post("/webhooks").respond(201, json=payload("webhook_created"))
    lever.router.get("/webhooks").respond(json=payload("webhooks"))
    deleted = lever.router.delete("/webhooks/dd3e2f10-6152-4433-9221-100ffeeddccb").respond(204)
    created = await lever.client.create_webhook("candidateStageChange", url)
    assert json.loads(made.calls.last.request.content) == {"event": "candidateStageChange", "url": url}
    assert [hook.id async for hook in lever.client.webhooks()] == [created.id]
    await lever.client.delete_webhook(created.id)
    assert deleted.called


@pytest.mark.parametrize(
    ("status", "body", "error", "reason"),
    [
        (401, "error_401", CredentialsRefused, "UnauthorizedError: The request requires authentication."),
        (403, "error_403", AccessDenied, "Forbidden: The account settings do not allow it."),
        (404, "error_404", NotFound, f"ResourceNotFound: opportunities {OPPORTUNITY} was not found"),
    ],
)
async def test_a_refusal_says_what_lever_said(
    lever: Any, payload: Payload, status: int, body: str, error: type[Refused], reason: str
) -> None:
    lever.router.get(f"/opportunities/{OPPORTUNITY}").respond(status, json=payload(body))
    with pytest.raises(error) as caught:
        await lever.client.opportunity(OPPORTUNITY)
    assert caught.value.reason == reason
    assert OPPORTUNITY not in str(caught.value)


@pytest.mark.parametrize("content", [b"<html>no</html>", b"[]", b'{"code": {"x": 1}}', b"\xff"])
async def test_a_refusal_in_another_shape_has_no_reason_and_is_a_refusal_all_the_same(
    lever: Any, content: bytes
) -> None:
    lever.router.get("/users/u-1").respond(404, content=content)
    with pytest.raises(NotFound) as caught:
        await lever.client.user("u-1")
    assert caught.value.reason == ""


@pytest.mark.parametrize(("status", "error"), [(429, SlowDown), (503, Unavailable), (500, Unavailable)])
async def test_a_read_gives_up_after_two_repeats(lever: Any, status: int, error: type[VendorError]) -> None:
    route = lever.router.get("/users/u-1").respond(status)
    with pytest.raises(error):
        await lever.client.user("u-1")
    assert (route.call_count, len(lever.waits)) == (3, 2)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>Lever is being improved</html>"),
        httpx.Response(200, json={"data": []}),
        httpx.Response(200, json={"data": {"name": "no id"}}),
        httpx.Response(200, json={"data": {"id": 7}}),
        httpx.Response(200, json=None),
        httpx.Response(204),
        httpx.Response(301, headers={"Location": "https://api.eu.lever.example/v1/users/u-1"}),
    ],
)
async def test_an_answer_of_another_kind_is_unexpected_never_guessed_at(
    lever: Any, answer: httpx.Response
) -> None:
    lever.router.get("/users/u-1").mock(return_value=answer)
    with pytest.raises(UnexpectedAnswer):
        await lever.client.user("u-1")


@pytest.mark.parametrize("opportunity_id", ["", ".", ".."])
async def test_an_id_that_would_change_the_path_is_never_sent(lever: Any, opportunity_id: str) -> None:
    with pytest.raises(ValueError, match="is no id"):
        await lever.client.opportunity(opportunity_id)
    assert not lever.router.calls
