"""What published clients of Lever send is answered as they expect it.

singer-io/tap-lever 1.1.0 itself ran against this sandbox to its end: discovery, then all of its streams.
"""

from base64 import b64encode
from typing import Any

import httpx
import pytest

from tests.sandbox.lever.conftest import KEY, ManualClock

LIST = "/v1/opportunities"
BASIC = {
    "Authorization": f"Basic {b64encode(f'{KEY}:'.encode()).decode()}",
    "Content-Type": "application/json",
}
"""The key as the user's name and no password, and a JSON content type on GETs, too: tap-lever, and most others."""


async def walked(api: httpx.AsyncClient, path: str, **params: Any) -> list[dict[str, Any]]:
    """As tap-lever walks: the `next` of each page as the next one's `offset`."""
    rows: list[dict[str, Any]] = []
    while True:
        answer = await api.get(path, params=params, headers=BASIC)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        rows += page["data"]
        if not page.get("next"):
            return rows
        params["offset"] = page["next"]


@pytest.mark.parametrize("path", [LIST, "/v1/candidates"])
async def test_tap_lever_reads_what_changed_within_a_window(
    api: httpx.AsyncClient, clock: ManualClock, path: str
) -> None:
    now = clock.milliseconds()
    rows = await walked(api, path, updated_at_start=0, updated_at_end=now, limit=7)
    assert len(rows) == len({row["id"] for row in rows}) > 7
    assert all(0 <= row["updatedAt"] <= now for row in rows)
    middle = sorted(row["updatedAt"] for row in rows)[len(rows) // 2]
    parts = [
        await walked(api, path, updated_at_start=0, updated_at_end=middle, limit=100),
        await walked(api, path, updated_at_start=middle + 1, updated_at_end=now, limit=100),
    ]
    assert sorted(row["id"] for part in parts for row in part) == sorted(row["id"] for row in rows)


@pytest.mark.parametrize("child", ["applications", "offers", "referrals", "resumes"])
@pytest.mark.parametrize("parent", [LIST, "/v1/candidates"])
async def test_tap_lever_reads_what_lies_on_each(
    api: httpx.AsyncClient, plain: str, parent: str, child: str
) -> None:
    assert isinstance(await walked(api, f"{parent}/{plain}/{child}", limit=100), list)


@pytest.mark.parametrize(
    "path", ["archive_reasons", "postings", "requisitions", "sources", "stages", "users", "tags"]
)
async def test_tap_lever_reads_the_accounts_lists(api: httpx.AsyncClient, path: str) -> None:
    assert isinstance(await walked(api, f"/v1/{path}", limit=100), list)


async def test_an_old_offset_is_refused_in_the_words_that_tap_lever_looks_for(api: httpx.AsyncClient) -> None:
    answer = await api.get(LIST, params={"offset": "an-old-one"}, headers=BASIC)
    assert "Invalid offset token" in answer.json()["message"]


async def test_a_connector_that_writes_booleans_as_python_does_sees_users_who_left(
    api: httpx.AsyncClient,
) -> None:
    everybody = await walked(api, "/v1/users", includeDeactivated="True", limit=100)
    assert {user["deactivatedAt"] is None for user in everybody} == {True, False}
    assert len(await walked(api, "/v1/users", includeDeactivated="False")) < len(everybody)


async def test_expansions_are_repeated_as_browsers_clients_do(api: httpx.AsyncClient) -> None:
    url = f"{LIST}?limit=10&expand=contact&expand=stage&expand=applications"
    [row, *_] = (await api.get(url, headers=BASIC)).json()["data"]
    assert isinstance(row["contact"], dict)
    assert isinstance(row["stage"], dict)
    assert all(isinstance(one, dict) for one in row["applications"])


async def test_an_applicant_is_created_as_agencies_tools_do(
    api: httpx.AsyncClient, cast: dict[str, Any], acting: dict[str, str]
) -> None:
    body = {
        "name": "Nova Applicant",
        "emails": ["nova@x.test"],
        "headline": "Engineer at Example Works",
        "postings": [cast["postings"]["engineer"]["id"]],
        "sources": ["Talent Signals"],
        "origin": "sourced",
    }
    answer = await api.post(LIST, params=acting, json=body, headers=BASIC)
    assert (answer.status_code, answer.json()["data"]["origin"]) == (201, "sourced")
    found = await walked(api, LIST, email="nova@x.test", posting_id=body["postings"][0])
    assert [row["id"] for row in found] == [answer.json()["data"]["id"]]


WRITES = """\
PUT contacts/x
POST feedback_templates
PUT feedback_templates/x
DELETE feedback_templates/x
POST form_templates
PUT form_templates/x
DELETE form_templates/x
POST opportunities
PUT opportunities/x/stage
PUT opportunities/x/archived
POST opportunities/x/addLinks
POST opportunities/x/removeLinks
POST opportunities/x/addTags
POST opportunities/x/removeTags
POST opportunities/x/addSources
POST opportunities/x/removeSources
POST opportunities/x/feedback
PUT opportunities/x/feedback/x
DELETE opportunities/x/feedback/x
POST opportunities/x/files
DELETE opportunities/x/files/x
POST opportunities/x/forms
POST opportunities/x/interviews
PUT opportunities/x/interviews/x
DELETE opportunities/x/interviews/x
POST opportunities/x/notes
PUT opportunities/x/notes/x
DELETE opportunities/x/notes/x
POST opportunities/x/panels
PUT opportunities/x/panels/x
DELETE opportunities/x/panels/x
POST postings
POST postings/x
POST postings/x/apply
POST requisitions
PUT requisitions/x
DELETE requisitions/x
POST requisition_fields
PUT requisition_fields/x
DELETE requisition_fields/x
POST requisition_fields/x/options
PUT requisition_fields/x/options
DELETE requisition_fields/x/options
POST uploads
POST users
PUT users/x
POST users/x/deactivate
POST users/x/reactivate
POST webhooks
PUT webhooks
DELETE webhooks/x
""".splitlines()
"""All of Lever's documentation and its Postman collection."""


@pytest.mark.parametrize("written", WRITES)
async def test_each_documented_write_has_a_route(api: httpx.AsyncClient, written: str) -> None:
    method, path = written.split()
    answer = await api.request(method, f"/v1/{path}", json={})
    assert "does not exist" not in answer.text
    assert 400 <= answer.status_code < 500
