"""What lists can be filtered by, and what confidentiality hides. See lever.md 5."""

from typing import Any

import httpx
import pytest

from tests.sandbox.lever.conftest import ManualClock

LIST = "/v1/opportunities"


async def ids(api: httpx.AsyncClient, **params: Any) -> set[str]:
    answer = await api.get(LIST, params=params)
    assert answer.status_code == 200, answer.text
    return {row["id"] for row in answer.json()["data"]}


@pytest.fixture
async def rows(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get(LIST, params={"expand": "applications"})).json()["data"]
    return found


async def test_by_tag_with_its_case(api: httpx.AsyncClient, rows: list[dict[str, Any]]) -> None:
    wanted = {row["id"] for row in rows if "crosschq-engineer" in row["tags"]}
    assert await ids(api, tag="crosschq-engineer") == wanted != set()
    assert await ids(api, tag="Crosschq-Engineer") == set()


async def test_by_email_in_any_case(api: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    person = cast["opportunities"]["plain"]
    second = cast["opportunities"]["second_of_plain"]
    assert await ids(api, email=f" {person['email'].upper()} ") == {person["id"], second["id"]}


async def test_repeating_a_filter_means_or(api: httpx.AsyncClient, rows: list[dict[str, Any]]) -> None:
    wanted = {row["id"] for row in rows if row["origin"] in ("sourced", "referred")}
    assert await ids(api, origin=["sourced", "referred"]) == wanted != set()


async def test_by_stage_source_contact_and_location(
    api: httpx.AsyncClient, rows: list[dict[str, Any]]
) -> None:
    one = rows[0]
    for name, value in [
        ("stage_id", one["stage"]),
        ("source", one["sources"][0]),
        ("contact_id", one["contact"]),
        ("location", one["location"]),
    ]:
        found = await ids(api, **{name: value})
        assert one["id"] in found
        assert found < {row["id"] for row in rows}


async def test_by_posting_active_and_archived_apart(
    api: httpx.AsyncClient, rows: list[dict[str, Any]], cast: dict[str, Any]
) -> None:
    posting = cast["postings"]["engineer"]["id"]
    on_it = [row for row in rows if row["applications"] and row["applications"][0]["posting"] == posting]
    assert await ids(api, posting_id=posting) == {row["id"] for row in on_it if not row["archived"]}
    archived = await ids(api, archived_posting_id=posting)
    assert archived == {row["id"] for row in on_it if row["archived"]}
    assert cast["opportunities"]["archived"]["id"] in archived


async def test_by_archived_and_by_reason(api: httpx.AsyncClient, rows: list[dict[str, Any]]) -> None:
    archived = {row["id"] for row in rows if row["archived"]}
    assert await ids(api, archived="true") == archived != set()
    assert await ids(api, archived="false") == {row["id"] for row in rows} - archived
    reason = next(row["archived"]["reason"] for row in rows if row["archived"])
    assert await ids(api, archive_reason_id=reason) <= archived


async def test_by_time_inclusive_on_both_ends(api: httpx.AsyncClient, rows: list[dict[str, Any]]) -> None:
    for name, field in [("created_at", "createdAt"), ("advanced_at", "lastAdvancedAt")]:
        at = rows[3][field]
        assert rows[3]["id"] in await ids(api, **{f"{name}_start": at, f"{name}_end": at})
        assert rows[3]["id"] not in await ids(api, **{f"{name}_start": at + 1})
        assert rows[3]["id"] not in await ids(api, **{f"{name}_end": at - 1})


async def test_updated_at_finds_whatever_has_changed_since(
    api: httpx.AsyncClient, clock: ManualClock, plain: str
) -> None:
    assert plain in await ids(api, updated_at_start=0)
    now = clock.milliseconds()
    assert await ids(api, updated_at_start=now) == set()
    await api.post(f"{LIST}/{plain}/addTags", json={"tags": ["x"]})
    assert await ids(api, updated_at_start=now) == {plain}


async def test_by_snoozed(api: httpx.AsyncClient, lever: Any, plain: str) -> None:
    lever.account.opportunities[plain].snoozed_until = lever.now() + 1
    assert await ids(api, snoozed="true") == {plain}


@pytest.mark.parametrize(
    "query", [{"archived": "maybe"}, {"created_at_start": "yesterday"}, {"confidentiality": "no"}]
)
async def test_a_malformed_filter_is_a_bad_request(api: httpx.AsyncClient, query: dict[str, str]) -> None:
    assert (await api.get(LIST, params=query)).status_code == 400


async def test_confidential_ones_need_the_grant(api: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    secret = cast["opportunities"]["confidential"]["id"]
    assert secret not in await ids(api)
    for path in (f"{LIST}/{secret}", f"{LIST}/{secret}/notes", f"{LIST}?confidentiality=all"):
        assert (await api.get(path)).status_code == 403
    await api.put("/sandbox/key", json={"confidential_access": True})
    assert await ids(api, confidentiality="confidential") == {secret}
    assert secret in await ids(api, confidentiality="all")
    assert secret not in await ids(api)
    assert (await api.get(f"{LIST}/{secret}")).status_code == 200


async def test_published_postings_are_the_public_ones(api: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    answer = await api.get("/v1/postings", params={"state": "published"})
    assert {row["state"] for row in answer.json()["data"]} == {"published"}
    assert all("public" in row["distributionChannels"] for row in answer.json()["data"])


async def test_postings_by_tag_and_team(api: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    answer = await api.get("/v1/postings", params={"tag": "crosschq-engineer", "team": "Engineering"})
    assert [row["id"] for row in answer.json()["data"]] == [cast["postings"]["engineer"]["id"]]


async def test_updated_at_of_postings_combines_with_confidentiality_only(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/postings?updated_at_start=0&state=draft")).status_code == 400
    assert (
        await api.get("/v1/postings?updated_at_start=0&confidentiality=non-confidential")
    ).status_code == 200


async def test_users_are_active_ones_unless_asked(api: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    gone = cast["users"]["deactivated"]
    assert gone not in (await api.get("/v1/users")).json()["data"]
    assert gone in (await api.get("/v1/users?includeDeactivated=true")).json()["data"]
    admins = (await api.get("/v1/users", params={"accessRole[]": "super admin"})).json()["data"]
    assert admins == [cast["users"]["integration"]]


async def test_archive_reasons_by_type(api: httpx.AsyncClient) -> None:
    hired = (await api.get("/v1/archive_reasons?type=hired")).json()["data"]
    assert [reason["type"] for reason in hired] == ["hired"]
    assert len((await api.get("/v1/archive_reasons?type=non-hired")).json()["data"]) == 4
