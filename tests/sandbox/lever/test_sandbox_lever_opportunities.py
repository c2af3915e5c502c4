"""What the API does to an opportunity, and what it answers. See lever.md 1, 7 and 8."""

from typing import Any

import httpx
import pytest

BLANK = {"name": "", "headline": "", "location": "", "emails": [], "phones": [], "links": []}
LIST = "/v1/opportunities"
# fmt: off
RECORDED = {
    "id", "name", "contact", "headline", "stage", "confidentiality", "location", "phones", "emails", "links",
    "archived", "tags", "sources", "stageChanges", "origin", "sourcedBy", "owner", "followers", "applications",
    "createdAt", "updatedAt", "lastInteractionAt", "lastAdvancedAt", "snoozedUntil", "urls", "isAnonymized",
    "dataProtection", "opportunityLocation",
}
# fmt: on


async def get(api: httpx.AsyncClient, opportunity: str) -> dict[str, Any]:
    answer = await api.get(f"{LIST}/{opportunity}")
    found: dict[str, Any] = answer.json()["data"]
    return found


async def test_shows_the_recorded_fields(api: httpx.AsyncClient, plain: str) -> None:
    shape = await get(api, plain)
    assert set(shape) == RECORDED
    assert shape["urls"]["show"] == f"http://lever.test/candidates/{plain}"


async def test_location_of_the_opportunity_is_there_only_with_an_application(
    api: httpx.AsyncClient, cast: dict[str, Any]
) -> None:
    shape = await get(api, cast["opportunities"]["no_posting"]["id"])
    assert shape["applications"] == []
    assert "opportunityLocation" not in shape


async def test_a_stage_change_is_recorded_with_its_user(
    api: httpx.AsyncClient, plain: str, cast: dict[str, Any], acting: dict[str, str], clock: Any
) -> None:
    target = cast["stages"]["Crosschq"]
    answer = await api.put(f"{LIST}/{plain}/stage", params=acting, json={"stage": target})
    shape = answer.json()["data"]
    assert (answer.status_code, shape["stage"], shape["lastAdvancedAt"]) == (
        200,
        target,
        clock.milliseconds(),
    )
    assert shape["stageChanges"][-1] == {
        "toStageId": target,
        "toStageIndex": 6,
        "updatedAt": clock.milliseconds(),
        "userId": acting["perform_as"],
    }


async def test_slugs_are_stage_ids(api: httpx.AsyncClient, plain: str) -> None:
    await api.put(f"{LIST}/{plain}/stage", json={"stage": "lead-responded"})
    assert (await get(api, plain))["stage"] == "lead-responded"
    assert (await api.get("/v1/stages/offer")).json()["data"] == {"id": "offer", "text": "Offer"}


async def test_an_unknown_stage_or_user_changes_nothing(api: httpx.AsyncClient, plain: str) -> None:
    before = await get(api, plain)
    assert (await api.put(f"{LIST}/{plain}/stage", json={"stage": "no"})).status_code == 404
    answer = await api.put(f"{LIST}/{plain}/stage?perform_as=nobody", json={"stage": "offer"})
    assert answer.status_code == 400
    assert await get(api, plain) == before


async def test_moving_to_the_same_stage_is_nothing(api: httpx.AsyncClient, plain: str) -> None:
    before = await get(api, plain)
    await api.put(f"{LIST}/{plain}/stage", json={"stage": before["stage"]})
    assert await get(api, plain) == before


async def test_moving_to_the_same_stage_can_be_made_a_change(client: Any) -> None:
    api = client(same_stage_is_a_change=True)
    before = (await api.get(LIST)).json()["data"][0]
    answer = await api.put(f"{LIST}/{before['id']}/stage", json={"stage": before["stage"]})
    assert len(answer.json()["data"]["stageChanges"]) == len(before["stageChanges"]) + 1


async def test_moving_does_not_unarchive(api: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    archived = cast["opportunities"]["archived"]["id"]
    answer = await api.put(f"{LIST}/{archived}/stage", json={"stage": "offer"})
    assert answer.json()["data"]["archived"] is not None


async def test_archiving_again_bumps_the_time_and_null_unarchives(
    api: httpx.AsyncClient, cast: dict[str, Any], clock: Any
) -> None:
    archived = cast["opportunities"]["archived"]["id"]
    reason = (await get(api, archived))["archived"]["reason"]
    clock.pass_(60)
    answer = await api.put(f"{LIST}/{archived}/archived", json={"reason": reason})
    assert answer.json()["data"]["archived"] == {"reason": reason, "archivedAt": clock.milliseconds()}
    answer = await api.put(f"{LIST}/{archived}/archived", json={"reason": None})
    assert answer.json()["data"]["archived"] is None


async def test_archiving_needs_a_known_reason(api: httpx.AsyncClient, plain: str) -> None:
    assert (await api.put(f"{LIST}/{plain}/archived", json={})).status_code == 400
    assert (await api.put(f"{LIST}/{plain}/archived", json={"reason": "no"})).status_code == 404


@pytest.mark.parametrize(
    ("method", "act", "body"),
    [
        ("PUT", "stage", {"stage": "offer"}),
        ("PUT", "archived", {"reason": None}),
        ("POST", "addTags", {"tags": ["x"]}),
        ("POST", "addSources", {"sources": ["x"]}),
        ("POST", "removeTags", {"tags": ["x"]}),
        ("POST", "removeSources", {"sources": ["x"]}),
        ("POST", "removeLinks", {"links": ["x"]}),
    ],
)
async def test_mutations_answer_with_blank_contact_fields(
    api: httpx.AsyncClient, plain: str, method: str, act: str, body: dict[str, Any]
) -> None:
    answer = await api.request(method, f"{LIST}/{plain}/{act}", json=body)
    shape = answer.json()["data"]
    assert shape | BLANK == shape
    assert "opportunityLocation" not in shape
    assert (await get(api, plain))["name"] != ""


async def test_tags_and_sources_are_sets(api: httpx.AsyncClient, plain: str) -> None:
    before = await get(api, plain)
    for act, field in [("addTags", "tags"), ("addSources", "sources")]:
        for _ in range(2):
            await api.post(f"{LIST}/{plain}/{act}", json={field: ["new", "new"]})
        assert (await get(api, plain))[field] == [*before[field], "new"]
    for act, field in [("removeTags", "tags"), ("removeSources", "sources")]:
        await api.post(f"{LIST}/{plain}/{act}", json={field: ["new", "never there"]})
        assert (await get(api, plain))[field] == before[field]


async def test_tags_are_counted(api: httpx.AsyncClient, plain: str) -> None:
    await api.post(f"{LIST}/{plain}/addTags", json={"tags": ["only-here"]})
    assert {"text": "only-here", "count": 1} in (await api.get("/v1/tags")).json()["data"]


async def test_a_link_is_the_persons_and_the_answer_is_filled(
    api: httpx.AsyncClient, plain: str, cast: dict[str, Any]
) -> None:
    second, other = (cast["opportunities"][name]["id"] for name in ("second_of_plain", "sales"))
    for _ in range(2):
        answer = await api.post(f"{LIST}/{plain}/addLinks", json={"links": ["https://report.test/1"]})
    assert answer.json()["data"]["emails"] != []
    for opportunity, links in [
        (plain, ["https://report.test/1"]),
        (second, ["https://report.test/1"]),
        (other, []),
    ]:
        assert (await get(api, opportunity))["links"] == links
    await api.post(f"{LIST}/{second}/removeLinks", json={"links": ["https://report.test/1"]})
    assert (await get(api, plain))["links"] == []


async def test_a_contact_keeps_what_a_put_leaves_out(api: httpx.AsyncClient, plain: str) -> None:
    before = await get(api, plain)
    answer = await api.put(
        f"/v1/contacts/{before['contact']}", json={"location": "Bergen", "emails": ["a@b.test"]}
    )
    after = await get(api, plain)
    assert answer.json()["data"]["location"] == {"name": "Bergen"}
    assert (after["location"], after["emails"]) == ("Bergen", ["a@b.test"])
    assert (after["name"], after["headline"]) == (before["name"], before["headline"])


async def test_an_anonymised_contact_cannot_be_updated(api: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    person = cast["opportunities"]["anonymised"]
    assert (await get(api, person["id"]))["isAnonymized"] is True
    assert (await api.put(f"/v1/contacts/{person['contact']}", json={"name": "x"})).status_code == 400


async def test_deleted_ones_are_listed_apart(
    api: httpx.AsyncClient, plain: str, cast: dict[str, Any], clock: Any
) -> None:
    await api.post("/sandbox/delete", json={"opportunity": plain})
    assert (await api.get(f"{LIST}/{plain}")).status_code == 404
    rows = (await api.get(f"{LIST}/deleted")).json()["data"]
    assert [(row["id"], row["deletedAt"]) for row in rows] == [(plain, clock.milliseconds())]
    assert rows[0]["deletedBy"] == cast["users"]["recruiter"]["id"]
    later = await api.get(f"{LIST}/deleted", params={"deleted_at_start": clock.milliseconds() + 1})
    assert later.json()["data"] == []
