"""What recordings and the documentation of Lever show, and clients of it rely on: times, shapes, documented writes."""

from typing import Any

import httpx
import pytest

from tests.sandbox.lever.conftest import ManualClock

LIST = "/v1/opportunities"


async def one(api: httpx.AsyncClient, opportunity: str) -> dict[str, Any]:
    return dict((await api.get(f"{LIST}/{opportunity}")).json()["data"])


async def changed_since(api: httpx.AsyncClient, moment: int) -> set[str]:
    answer = await api.get(LIST, params={"updated_at_start": moment, "limit": 100})
    return {row["id"] for row in answer.json()["data"]}


async def test_each_change_sets_updated_at_so_that_incremental_clients_miss_none(
    api: httpx.AsyncClient, clock: ManualClock, cast: dict[str, Any], plain: str, acting: dict[str, str]
) -> None:
    reason = cast["archive_reasons"]["Not a fit"]
    changes: list[tuple[str, str, dict[str, Any]]] = [
        ("PUT", "stage", {"stage": cast["stages"]["Offer"]}),
        ("PUT", "archived", {"reason": reason}),
        ("PUT", "archived", {"reason": reason}),
        ("PUT", "archived", {"reason": None}),
        ("POST", "addTags", {"tags": ["x"]}),
        ("POST", "removeTags", {"tags": ["x"]}),
        ("POST", "addSources", {"sources": ["y"]}),
        ("POST", "addLinks", {"links": ["https://x.test"]}),
        ("POST", "notes", {"value": "words"}),
    ]
    for method, act, body in changes:
        clock.pass_(60)
        since = clock.milliseconds()
        answer = await api.request(method, f"{LIST}/{plain}/{act}", params=acting, json=body)
        assert answer.is_success, answer.text
        assert 0 <= (await one(api, plain))["updatedAt"] - since <= 50, act
        assert plain in await changed_since(api, since), act


async def test_what_is_created_has_it_too(
    api: httpx.AsyncClient, clock: ManualClock, acting: dict[str, str]
) -> None:
    now = clock.milliseconds()
    made = (await api.post(LIST, params=acting, json={"name": "Nova"})).json()["data"]
    assert await changed_since(api, now) == {made["id"]}


async def test_archiving_an_archived_one_leaves_when_it_advanced(
    api: httpx.AsyncClient, clock: ManualClock, cast: dict[str, Any], plain: str, acting: dict[str, str]
) -> None:
    shown = []
    for reason in ("Not a fit", "Withdrew"):
        clock.pass_(60)
        body = {"reason": cast["archive_reasons"][reason]}
        await api.put(f"{LIST}/{plain}/archived", params=acting, json=body)
        shown.append(await one(api, plain))
    first, second = shown
    assert second["archived"]["archivedAt"] == first["archived"]["archivedAt"] + 60_000
    assert second["lastAdvancedAt"] == first["lastAdvancedAt"]


@pytest.mark.parametrize(
    "asked",
    [
        "Jane Doe",
        "a..b@example.test",
        ".a@example.test",
        "a@-example.test",
        "a@1.2",
        "a@ex_ample.test",
        "jos\u00e9@x.test",
    ],
)
async def test_the_filter_by_email_refuses_what_is_no_address(api: httpx.AsyncClient, asked: str) -> None:
    answer = await api.get(LIST, params={"email": ["ada@example.test", asked]})
    assert (answer.status_code, answer.json()["message"]) == (400, "Email address is not valid")


@pytest.mark.parametrize("spelled", ["true", "True", "TRUE", "false", "False"])
@pytest.mark.parametrize(
    ("path", "name"),
    [("/v1/users", "includeDeactivated"), (LIST, "archived"), (LIST, "snoozed")],
)
async def test_a_boolean_is_taken_in_any_capitals(
    api: httpx.AsyncClient, path: str, name: str, spelled: str
) -> None:
    answers = [await api.get(path, params={name: one}) for one in (spelled, spelled.lower())]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


async def test_a_contact_and_a_phone_say_what_recorded_ones_do(
    api: httpx.AsyncClient, acting: dict[str, str]
) -> None:
    body = {"name": "Nova", "phones": [{"value": "+1 415 555 0100"}]}
    made = (await api.post(LIST, params=acting, json=body)).json()["data"]
    shown = (await one(api, made["id"]))["phones"]
    contact = (await api.get(f"/v1/contacts/{made['contact']}")).json()["data"]
    assert shown == [{"type": "other", "value": "+1 415 555 0100"}]
    assert contact["dataProtection"] == {"interviewIntelligence": {"allowed": True, "expiresAt": None}}


async def test_a_salary_is_on_those_postings_that_name_one(
    api: httpx.AsyncClient, cast: dict[str, Any]
) -> None:
    shown = (await api.get(f"/v1/postings/{cast['postings']['engineer']['id']}")).json()["data"]
    assert shown["salaryRange"].keys() == {"min", "max", "currency", "interval"}
    other = (await api.get(f"/v1/postings/{cast['postings']['no_tags']['id']}")).json()["data"]
    assert "salaryRange" not in other


RATING = {"type": "score-system", "text": "Rating", "required": True}


async def test_a_feedback_template_is_made_changed_used_and_deleted(
    api: httpx.AsyncClient, plain: str, acting: dict[str, str]
) -> None:
    path = "/v1/feedback_templates"
    questions = [RATING, {"type": "multiple-select", "text": "Which?", "options": [{"text": "a"}]}]
    made = (await api.post(path, json={"text": "Onsite", "fields": questions})).json()["data"]
    assert made["fields"][0]["options"] == [
        {"text": text} for text in ("4 - Strong Hire", "3 - Hire", "2 - No Hire", "1 - Strong No Hire")
    ]
    assert made["fields"][0]["prompt"] == "Select one"
    changed = (await api.put(f"{path}/{made['id']}", json={"text": "On-site"})).json()["data"]
    assert (changed["text"], changed["fields"]) == ("On-site", made["fields"])
    body = {
        "baseTemplateId": made["id"],
        "fieldValues": [{"id": made["fields"][0]["id"], "value": "3 - Hire"}],
    }
    given = (await api.post(f"{LIST}/{plain}/feedback", params=acting, json=body)).json()["data"]
    assert given["completedAt"] == given["createdAt"]
    assert [field["value"] for field in given["fields"]] == ["3 - Hire", None]
    assert (await api.delete(f"{path}/{made['id']}")).status_code == 204
    assert (await api.get(f"{path}/{made['id']}")).status_code == 404


@pytest.mark.parametrize("fields", [[], [RATING, RATING], [{"type": "text", "text": "?"}], None])
async def test_a_feedback_template_has_one_rating(api: httpx.AsyncClient, fields: Any) -> None:
    assert (await api.post("/v1/feedback_templates", json={"text": "x", "fields": fields})).status_code == 400


async def test_a_feedback_template_that_people_made_stays(api: httpx.AsyncClient) -> None:
    shown = (await api.get("/v1/feedback_templates")).json()["data"]
    assert {"stage", "group"} <= shown[1].keys()
    for template in shown:
        assert (await api.delete(f"/v1/feedback_templates/{template['id']}")).status_code == 403


async def test_an_upload_is_named_in_an_application(api: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    files = {"file": ("resume.pdf", b"%PDF-1.7", "application/pdf")}
    uploaded = (await api.post("/v1/uploads", files=files)).json()["data"]
    assert uploaded.keys() == {"id", "uri", "filename", "size", "expiresAt"}
    path = f"/v1/postings/{cast['postings']['engineer']['id']}/apply"
    answers = {"fullName": "Nova Applicant", "email": "nova@x.test", "resume": uploaded["uri"]}
    information = [{"name": name, "value": value} for name, value in answers.items()]
    assert (await api.post(path, json={"personalInformation": information})).status_code == 201
    [row] = (await api.get(LIST, params={"email": "nova@x.test"})).json()["data"]
    resumes = (await api.get(f"{LIST}/{row['id']}/resumes")).json()["data"]
    assert [one["file"]["name"] for one in resumes] == ["resume.pdf"]
    information[2]["value"] = "https://elsewhere.test/resume.pdf"
    assert (await api.post(path, json={"personalInformation": information})).status_code == 400
    assert (await api.post("/v1/uploads", json={})).status_code == 400


async def test_no_write_to_an_opportunity_is_missed_by_those_who_ask_what_was_updated(
    api: httpx.AsyncClient, clock: ManualClock, cast: dict[str, Any], plain: str, acting: dict[str, str]
) -> None:
    """The answers' ids go into the writes that follow."""
    path, ids = f"{LIST}/{plain}", dict[str, str]()
    form = {"id": "f1d8aa00-0000-4000-8000-000000000012", "value": 1}
    other = {"id": "f1d8aa00-0000-4000-8000-000000000013", "value": None}
    talk = {"interviewers": [{"id": acting["perform_as"]}], "date": clock.milliseconds()}
    filled = {"baseTemplateId": "f1d8aa00-0000-4000-8000-000000000010", "fields": [form, other]}
    contact = cast["opportunities"]["plain"]["contact"]
    writes: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "removeSources", {"sources": ["Job site"]}),
        ("POST", "removeLinks", {"links": []}),
        ("POST", "notes", {"value": "words"}),
        ("PUT", "notes/{notes}", {"values": [{"value": "other words"}]}),
        ("DELETE", "notes/{notes}", {}),
        ("POST", "feedback", {"baseTemplateId": "no-feedback"}),
        ("PUT", "feedback/{feedback}", {"fieldValues": []}),
        ("DELETE", "feedback/{feedback}", {}),
        ("POST", "forms", filled),
        ("POST", "panels", {"interviews": [talk]}),
        ("PUT", "panels/{panels}", {"interviews": [talk]}),
        ("DELETE", "panels/{panels}", {}),
        ("PUT", f"../../contacts/{contact}", {"headline": "Elsewhere"}),
    ]
    for method, act, body in writes:
        clock.pass_(60)
        since = clock.milliseconds()
        answer = await api.request(method, f"{path}/{act.format(**ids)}", params=acting, json=body)
        assert answer.is_success, (act, answer.text)
        if method == "POST":
            ids[act] = answer.json()["data"]["id"]
        assert plain in await changed_since(api, since), act
    clock.pass_(60)
    since = clock.milliseconds()
    file = {"file": ("a.pdf", b"%PDF-1.7", "application/pdf")}
    uploaded = (await api.post(f"{path}/files", params=acting, files=file)).json()["data"]["id"]
    assert plain in await changed_since(api, since)
    clock.pass_(60)
    since = clock.milliseconds()
    assert (await api.delete(f"{path}/files/{uploaded}", params=acting)).status_code == 204
    assert plain in await changed_since(api, since)
