"""Stages, users, postings, and every documented endpoint of things there are none of. See lever.md 7 and 8."""

from typing import Any

import httpx
import pytest


async def test_disposition_stages_tell_pipelines_apart(api: httpx.AsyncClient) -> None:
    shape = (await api.get("/v1/disposition_stages")).json()["data"]
    assert shape["stages"][0] == {
        "id": "lead-new",
        "text": "New lead",
        "pipeline": "lead",
        "rank": 100,
        "hasInterview": False,
    }
    ranks = [stage["rank"] for stage in shape["stages"]]
    assert ranks == sorted(ranks)
    assert {reason["type"] for reason in shape["archiveReasons"]} == {"hired", None}


async def test_stages_are_slugs_and_uuids(api: httpx.AsyncClient) -> None:
    stages = {stage["text"]: stage["id"] for stage in (await api.get("/v1/stages")).json()["data"]}
    assert {"lead-new", "lead-reached-out", "lead-responded", "applicant-new", "offer"} < set(stages.values())
    assert all(len(stages[name]) == 36 for name in ("Phone screen", "On-site", "Crosschq", "Reference check"))


async def test_a_user_is_replaced_as_a_whole(api: httpx.AsyncClient) -> None:
    body = {"name": "New Colleague", "email": "new@employer.example", "jobTitle": "Recruiter"}
    made = (await api.post("/v1/users", json=body)).json()["data"]
    assert (made["accessRole"], made["username"]) == ("interviewer", "new")
    path = f"/v1/users/{made['id']}"
    assert (await api.put(path, json={"name": "x", "email": "x@y.test"})).status_code == 400
    whole = {"name": "Renamed", "email": "new@employer.example", "accessRole": "admin"}
    assert (await api.put(path, json=whole)).json()["data"]["jobTitle"] is None


async def test_a_user_is_deactivated_and_reactivated(
    api: httpx.AsyncClient, cast: dict[str, Any], clock: Any
) -> None:
    path = f"/v1/users/{cast['users']['recruiter']['id']}"
    gone = (await api.post(f"{path}/deactivate")).json()["data"]
    assert gone["deactivatedAt"] == clock.milliseconds()
    assert (await api.post(f"{path}/reactivate")).json()["data"]["deactivatedAt"] is None


async def test_a_posting_is_changed_in_part(
    api: httpx.AsyncClient, cast: dict[str, Any], acting: dict[str, str]
) -> None:
    before = cast["postings"]["engineer"]
    path = f"/v1/postings/{before['id']}"
    assert (await api.post(path, json={"tags": ["x"]})).status_code == 400
    assert (await api.post(path, params=acting, json={"owner": "nobody"})).status_code == 404
    after = (await api.post(path, params=acting, json={"tags": ["x"]})).json()["data"]
    assert (after["tags"], after["text"]) == (["x"], before["text"])


async def test_a_new_posting_is_a_draft_without_urls(api: httpx.AsyncClient, acting: dict[str, str]) -> None:
    made = (await api.post("/v1/postings", params=acting, json={"text": "Archivist"})).json()["data"]
    assert (made["state"], made["urls"], made["owner"]) == ("draft", None, acting["perform_as"])
    assert (await api.get(f"/v1/postings/{made['id']}")).json()["data"] == made
    assert (await api.post("/v1/postings", params=acting, json={})).status_code == 400


async def test_users_of_a_posting_come_without_data(api: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    posting = cast["postings"]["engineer"]
    shape = (await api.get(f"/v1/postings/{posting['id']}/users")).json()
    assert shape.keys() == {"posting", "users", "roles"}
    assert shape["posting"] == {"id": posting["id"], "text": posting["text"]}
    assert all(role.keys() == {"id", "name", "isReadOnly"} for role in shape["roles"])


@pytest.mark.parametrize(
    "path",
    [
        "/v1/applications/deleted",
        "/v1/audit_events",
        "/v1/eeo/responses",
        "/v1/eeo/responses/pii",
        "/v1/postings/deleted",
        "/v1/opportunities/{plain}/file_actions",
        "/v1/opportunities/{plain}/forms",
        "/v1/opportunities/{plain}/interviews",
        "/v1/opportunities/{plain}/offers",
        "/v1/opportunities/{plain}/panels",
        "/v1/opportunities/{plain}/referrals",
        "/v1/opportunities/{plain}/resumes",
        "/v1/opportunities/{plain}/feedback",
    ],
)
async def test_documented_lists_of_nothing_are_empty_lists(
    api: httpx.AsyncClient, plain: str, path: str
) -> None:
    assert (await api.get(path.format(plain=plain))).json() == {"data": [], "hasNext": False}


@pytest.mark.parametrize(
    "path", ["/v1/requisitions/x", "/v1/eeo/responses/x", "/v1/opportunities/{plain}/offers/x"]
)
async def test_nothing_documented_is_found_by_id(api: httpx.AsyncClient, plain: str, path: str) -> None:
    answer = await api.get(path.format(plain=plain))
    assert answer.json()["code"] == "ResourceNotFound"
    assert answer.json()["message"].endswith("x was not found")


async def test_other_documented_reads_have_their_shape(
    api: httpx.AsyncClient, plain: str, cast: dict[str, Any]
) -> None:
    assert (await api.get("/v1/requisition_fields")).json().keys() == {"data"}
    templates = [one["id"] for one in (await api.get("/v1/feedback_templates")).json()["data"]]
    assert (len(templates), templates[0]) == (2, "no-feedback")
    posting = cast["postings"]["engineer"]["id"]
    assert "fields" in (await api.get(f"/v1/surveys/diversity/{posting}")).json()["data"]
    applications = (await api.get(f"/v1/opportunities/{plain}/applications")).json()["data"]
    path = f"/v1/opportunities/{plain}/applications/{applications[0]['id']}"
    assert (await api.get(path)).json()["data"] == applications[0]
    assert applications[0]["postingOwner"] == cast["postings"]["engineer"]["owner"]
