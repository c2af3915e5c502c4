"""Requisitions and their fields: documented writes, as published connectors send them."""

from typing import Any

import httpx
import pytest

ALL, FIELDS = "/v1/requisitions", "/v1/requisition_fields"
RECORDED = {
    "name": "Final requisition",
    "requisitionCode": "FINAL-001",
    "headcountTotal": 1,
    "employmentStatus": "full-time",
    "location": "Remote",
    "team": "Engineering",
}


@pytest.fixture
async def made(api: httpx.AsyncClient) -> dict[str, Any]:
    answer = await api.post(ALL, json=RECORDED)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["data"])


async def test_what_is_written_is_answered_in_lever_s_inner_names(made: dict[str, Any], clock: Any) -> None:
    assert {name: made[name] for name in RECORDED} == RECORDED
    assert (made["creatorUserId"], made["ownerUserId"], made["postingIds"]) == (None, None, [])
    assert (made["reservedOfferIds"], made["hasConfidentialPosting"], made["customFields"]) == ([], False, {})
    now = clock.milliseconds()
    attribution = {"timestamp": now, "service": "data-api"}
    assert made["stateHistory"] == [{"beginAt": now, "status": "open", "attribution": attribution}]
    assert not {"creator", "owner", "postings", "compensationBand", "closedAt"} & made.keys()


async def test_what_is_read_keeps_its_shape(api: httpx.AsyncClient, made: dict[str, Any]) -> None:
    others = (await api.get(ALL)).json()["data"]
    shown = (await api.get(f"{ALL}/{made['id']}")).json()["data"]
    assert shown.keys() == others[0].keys()
    assert (shown["creator"], shown["owner"], shown["postings"]) == (None, None, [])
    assert (await api.get(ALL, params={"requisition_code": "FINAL-001"})).json()["data"] == [shown]


async def test_a_change_replaces_the_whole(
    api: httpx.AsyncClient, made: dict[str, Any], cast: dict[str, Any], acting: dict[str, str], clock: Any
) -> None:
    """A connector reads it, and sends the read `postings` back as `postingIds`."""
    clock.pass_(60)
    posting = cast["postings"]["engineer"]["id"]
    body = {**RECORDED, "name": "Another", "postingIds": [posting], "owner": acting["perform_as"]}
    body |= {"compensationBand": {"currency": "USD", "interval": "per-year-salary", "min": 1, "max": 2}}
    changed = (await api.put(f"{ALL}/{made['id']}", params=acting, json=body)).json()["data"]
    assert (changed["name"], changed["ownerUserId"], changed["postingIds"]) == (
        "Another",
        acting["perform_as"],
        [posting],
    )
    assert (changed["updatedAt"], changed["createdAt"]) == (clock.milliseconds(), made["createdAt"])
    shown = (await api.get(f"/v1/postings/{posting}")).json()["data"]
    assert "FINAL-001" in shown["requisitionCodes"]
    closed = {"requisitionCode": "FINAL-001", "headcountTotal": "unlimited", "status": "closed"}
    changed = (await api.put(f"{ALL}/{made['id']}", json=closed)).json()["data"]
    assert (changed["name"], changed["headcountInfinite"], changed["closedAt"]) == (
        "Another",
        True,
        clock.milliseconds(),
    )
    assert not {"team", "location", "compensationBand", "employmentStatus"} & changed.keys()
    shown = (await api.get(f"/v1/postings/{posting}")).json()["data"]
    assert "FINAL-001" not in shown["requisitionCodes"]


async def test_a_deleted_one_is_gone_and_its_hire_stays(
    api: httpx.AsyncClient, made: dict[str, Any], plain: str, acting: dict[str, str], cast: dict[str, Any]
) -> None:
    path = f"/v1/opportunities/{plain}/archived"
    hired = {"reason": cast["archive_reasons"]["Hired"], "requisitionId": made["id"]}
    assert (await api.put(path, params=acting, json=hired)).status_code == 200
    assert (await api.get(f"{ALL}/{made['id']}")).json()["data"]["headcountHired"] == 1
    assert (await api.delete(f"{ALL}/{made['id']}")).status_code == 204
    assert (await api.get(f"{ALL}/{made['id']}")).status_code == 404
    assert (await api.put(path, params=acting, json={"reason": None})).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"name": None}, 400),
        ({"requisitionCode": ""}, 400),
        ({"headcountTotal": -1}, 400),
        ({"headcountTotal": "many"}, 400),
        ({"status": "lost"}, 400),
        ({"owner": "nobody"}, 404),
        ({"postings": ["none"]}, 404),
    ],
)
async def test_what_is_no_requisition_is_refused(api: httpx.AsyncClient, wrong: Any, status: int) -> None:
    before = (await api.get(ALL)).json()
    assert (await api.post(ALL, json={**RECORDED, **wrong})).status_code == status
    assert (await api.get(ALL)).json() == before


@pytest.mark.parametrize(
    "body",
    [
        {"text": "Year", "type": "number"},
        {"text": "Name", "type": "text"},
        {"text": "Born", "type": "date"},
        {"text": "Cost", "type": "object", "subfields": [{"id": "city", "text": "City", "type": "text"}]},
    ],
)
async def test_a_field_is_made_changed_and_deleted(api: httpx.AsyncClient, body: dict[str, Any]) -> None:
    body = {"id": "own", "isRequired": True, **body}
    made = await api.post(FIELDS, json=body)
    assert (made.status_code, made.json()["data"]) == (201, body)
    assert (await api.post(FIELDS, json=body)).status_code == 400
    changed = {**body, "isRequired": False}
    assert (await api.put(f"{FIELDS}/own", json=changed)).json()["data"] == changed
    assert (await api.get(f"{FIELDS}/own")).json()["data"] == changed
    assert changed in (await api.get(FIELDS)).json()["data"]
    assert (await api.post(f"{FIELDS}/own/options", json={"values": [{"text": "x"}]})).status_code == 400
    assert (await api.delete(f"{FIELDS}/own")).status_code == 204
    assert (await api.get(f"{FIELDS}/own")).status_code == 404


async def test_the_options_of_a_dropdown(api: httpx.AsyncClient) -> None:
    body = {"id": "cities", "text": "Cities", "type": "dropdown", "options": [{"text": "Toronto"}]}
    first = (await api.post(FIELDS, json=body)).json()["data"]["options"][0]
    path = f"{FIELDS}/cities/options"
    more = (await api.post(path, json={"values": [{"text": "Halifax"}]})).json()["data"]["options"]
    assert [one["text"] for one in more] == ["Toronto", "Halifax"]
    renamed = {"values": [{"id": first["id"], "text": "Iqaluit"}]}
    options = (await api.put(path, json=renamed)).json()["data"]["options"]
    assert [one["text"] for one in options] == ["Iqaluit", "Halifax"]
    assert (await api.put(path, json={"values": [{"id": "none", "text": "x"}]})).status_code == 404
    gone = await api.request("DELETE", path, json={"values": [first["id"]]})
    assert gone.status_code == 204
    options = (await api.get(f"{FIELDS}/cities")).json()["data"]["options"]
    assert [one["text"] for one in options] == ["Halifax"]


@pytest.mark.parametrize(
    "wrong", [{"type": "dropdown"}, {"type": "object"}, {"type": "song"}, {"options": []}, {"id": ""}]
)
async def test_what_is_no_field_is_refused(api: httpx.AsyncClient, wrong: Any) -> None:
    body = {"id": "own", "text": "Own", "type": "text", **wrong}
    assert (await api.post(FIELDS, json=body)).status_code == 400
