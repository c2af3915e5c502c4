"""Hired, archived, unarchived, deleted, anonymised: by the API, by a test, by a click. See lever.md 6.5 and 8."""

from typing import Any

import httpx
import pytest

HOOK = "https://gateway.test/hooks/lever"
LIST = "/v1/opportunities"
EVENTS = ("candidateHired", "candidateArchiveChange", "candidateDeleted", "contactUpdated")


@pytest.fixture(autouse=True)
async def hooks(api: httpx.AsyncClient) -> None:
    for event in EVENTS:
        await api.post("/v1/webhooks", json={"event": event, "url": HOOK})


@pytest.fixture
def hired(cast: dict[str, Any]) -> str:
    return str(cast["archive_reasons"]["Hired"])


async def act(visitor: httpx.AsyncClient, what: str, **body: Any) -> Any:
    answer = await visitor.post(f"/sandbox/{what}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def application(api: httpx.AsyncClient, opportunity: str) -> dict[str, Any]:
    answer = await api.get(f"{LIST}/{opportunity}", params={"expand": "applications"})
    return dict(answer.json()["data"]["applications"][0])


async def test_one_reason_is_hired_and_several_are_not(api: httpx.AsyncClient, hired: str) -> None:
    found = {
        kind: (await api.get("/v1/archive_reasons", params={"type": kind})).json()["data"]
        for kind in ("hired", "non-hired")
    }
    assert [one["id"] for one in found["hired"]] == [hired]
    assert len(found["non-hired"]) >= 3
    assert (await api.get(f"/v1/archive_reasons/{hired}")).json()["data"] == found["hired"][0]
    assert (await api.get("/v1/archive_reasons/no")).status_code == 404
    assert (await api.get("/v1/archive_reasons?type=both")).status_code == 400


@pytest.mark.parametrize("archive_first", [False, True])
async def test_a_hire_through_the_api_sends_both_events_in_the_order_of_the_knob(
    api: httpx.AsyncClient, lever: Any, receiver: Any, plain: str, hired: str, archive_first: bool
) -> None:
    lever.knobs.merge({"archive_event_first": archive_first})
    answer = await api.put(f"{LIST}/{plain}/archived", json={"reason": hired, "cleanInterviews": True})
    await lever.outbox.idle()
    assert (answer.status_code, answer.json()["data"]["archived"]["reason"]) == (200, hired)
    both = ["candidateHired", "candidateArchiveChange"]
    assert receiver.events() == (both[::-1] if archive_first else both)


async def test_unarchiving_a_hire_is_no_hire(
    api: httpx.AsyncClient, lever: Any, receiver: Any, plain: str, hired: str
) -> None:
    for reason in (hired, None):
        await api.put(f"{LIST}/{plain}/archived", json={"reason": reason})
    await lever.outbox.idle()
    assert receiver.events().count("candidateHired") == 1
    last = receiver.bodies[-1]["data"]
    assert (last["toArchived"], last["fromArchived"]["reason"]) == (None, hired)


async def test_without_the_echo_only_people_fire_webhooks(
    api: httpx.AsyncClient, visitor: httpx.AsyncClient, lever: Any, receiver: Any, plain: str, hired: str
) -> None:
    await visitor.put("/sandbox/knobs", json={"echo": False})
    await api.put(f"{LIST}/{plain}/archived", json={"reason": hired})
    await lever.outbox.idle()
    assert receiver.requests == []
    await act(visitor, "archive", opportunity="sales", reason="Withdrew")
    await lever.outbox.idle()
    assert receiver.events() == ["candidateArchiveChange"]


async def test_a_hire_counts_on_its_requisition_while_it_stands(
    api: httpx.AsyncClient, cast: dict[str, Any], plain: str, hired: str
) -> None:
    requisition = cast["requisitions"]["open"]
    path, counts = f"{LIST}/{plain}/archived", []
    for body in ({"reason": hired, "requisitionId": requisition},) * 2 + ({"reason": None},):
        await api.put(path, json=body)
        found = (await api.get(f"/v1/requisitions/{requisition}")).json()["data"]
        counts.append((found["headcountHired"], (await application(api, plain))["requisitionForHire"]))
    manager = cast["postings"]["engineer"]["hiringManager"]
    against = {"id": requisition, "requisitionCode": "REQ-1", "hiringManagerOnHire": manager}
    assert counts == [(1, against), (1, against), (0, None)]


async def test_nobody_is_hired_against_a_closed_or_unknown_requisition(
    api: httpx.AsyncClient, cast: dict[str, Any], plain: str, hired: str
) -> None:
    for requisition, status in ((cast["requisitions"]["closed"], 400), ("no", 404)):
        body = {"reason": hired, "requisitionId": requisition}
        assert (await api.put(f"{LIST}/{plain}/archived", json=body)).status_code == status
    assert (await api.get(f"{LIST}/{plain}")).json()["data"]["archived"] is None


async def test_requisitions_are_listed_by_status_and_code(api: httpx.AsyncClient) -> None:
    for query, codes in (
        ({}, ["REQ-1", "REQ-CLOSED"]),
        ({"status": "closed"}, ["REQ-CLOSED"]),
        ({"requisition_code": "REQ-1"}, ["REQ-1"]),
    ):
        rows = (await api.get("/v1/requisitions", params=query)).json()["data"]
        assert [row["requisitionCode"] for row in rows] == codes


async def test_a_hire_by_a_test_can_name_its_requisition(
    api: httpx.AsyncClient, visitor: httpx.AsyncClient, plain: str
) -> None:
    await act(visitor, "archive", opportunity="plain", reason="hired", requisition="open")
    assert (await application(api, plain))["requisitionForHire"]["requisitionCode"] == "REQ-1"
    refused = {"opportunity": "sales", "reason": "hired", "requisition": "closed"}
    assert (await visitor.post("/sandbox/archive", json=refused)).status_code == 400


async def test_the_api_cannot_delete_an_opportunity(api: httpx.AsyncClient, plain: str) -> None:
    assert (await api.delete(f"{LIST}/{plain}")).status_code in (404, 405)
    assert (await api.get(f"{LIST}/{plain}")).status_code == 200


async def test_nothing_can_be_done_to_a_deleted_one(
    api: httpx.AsyncClient, visitor: httpx.AsyncClient, plain: str, hired: str
) -> None:
    await act(visitor, "delete", opportunity="plain")
    assert (await api.put(f"{LIST}/{plain}/archived", json={"reason": hired})).status_code == 404
    assert (await api.post(f"{LIST}/{plain}/notes", json={"value": "x"})).status_code == 404
    assert (await api.post(f"{LIST}/{plain}/addTags", json={"tags": ["x"]})).status_code == 404
    assert (await visitor.post("/sandbox/anonymise", json={"opportunity": plain})).status_code == 404


async def test_anonymising_takes_the_person_off_all_their_opportunities(
    api: httpx.AsyncClient, visitor: httpx.AsyncClient, lever: Any, receiver: Any, cast: dict[str, Any]
) -> None:
    person, other = cast["opportunities"]["plain"], cast["opportunities"]["second_of_plain"]
    await api.post(f"{LIST}/{other['id']}/notes", json={"value": f"Call {person['name']}"})
    await act(visitor, "anonymise", opportunity="plain")
    await lever.outbox.idle()
    for opportunity in (person["id"], other["id"]):
        shape = (await api.get(f"{LIST}/{opportunity}", params={"expand": "contact"})).json()
        assert shape["data"]["isAnonymized"] is True
        assert person["name"] not in str(shape)
        assert person["email"] not in str(shape)
    assert (await api.get(f"{LIST}/{other['id']}/notes")).json()["data"] == []
    assert receiver.events() == ["contactUpdated"]


async def test_a_deactivated_user_is_shown_with_the_time_and_owns_as_before(
    api: httpx.AsyncClient, visitor: httpx.AsyncClient, cast: dict[str, Any], plain: str, clock: Any
) -> None:
    owner = cast["users"]["recruiter"]["id"]
    since = clock.milliseconds()
    assert (await act(visitor, "deactivate", user="recruiter"))["deactivatedAt"] == since
    clock.pass_(60)
    await act(visitor, "deactivate", user=owner)
    assert (await api.get(f"/v1/users/{owner}")).json()["data"]["deactivatedAt"] == since
    assert owner not in [user["id"] for user in (await api.get("/v1/users")).json()["data"]]
    assert (await api.get(f"{LIST}/{plain}")).json()["data"]["owner"] == owner
    await act(visitor, "reactivate", user="recruiter")
    assert (await api.get(f"/v1/users/{owner}")).json()["data"]["deactivatedAt"] is None
    assert (await visitor.post("/sandbox/deactivate", json={"user": "nobody"})).status_code == 404


async def test_the_profile_has_a_button_for_each_act(
    api: httpx.AsyncClient, visitor: httpx.AsyncClient, cast: dict[str, Any], plain: str, hired: str
) -> None:
    page, owner = f"/candidates/{plain}", cast["users"]["recruiter"]
    for button in ("hire", "archive", "anonymise", "delete"):
        assert f'action="{page}/{button}"' in (await visitor.get(page)).text
    assert f"Deactivate the owner, {owner['name']}" in (await visitor.get(page)).text
    await visitor.post(f"{page}/hire")
    assert (await api.get(f"{LIST}/{plain}")).json()["data"]["archived"]["reason"] == hired
    await visitor.post(f"/users/{owner['id']}/switch", data={"back": page})
    assert "(deactivated 2 Nov 2026" in (await visitor.get(page)).text
    await visitor.post(f"/users/{owner['id']}/switch")
    assert "(deactivated" not in (await visitor.get(page)).text
    await visitor.post(f"{page}/anonymise")
    assert "Anonymized candidate" in (await visitor.get(page)).text
    assert f'action="{page}/anonymise"' not in (await visitor.get(page)).text


@pytest.mark.parametrize("status", [429, 503])
async def test_a_refused_hire_is_none(
    api: httpx.AsyncClient, visitor: httpx.AsyncClient, lever: Any, plain: str, hired: str, status: int
) -> None:
    knobs = {"fail_status": status, "fail_count": 1, "match": "PUT .*/archived"}
    await visitor.put("/sandbox/knobs", json=knobs)
    path = f"{LIST}/{plain}/archived"
    assert (await api.put(path, json={"reason": hired})).status_code == status
    assert (await api.get(f"{LIST}/{plain}")).json()["data"]["archived"] is None
    assert lever.outbox.log() == []


async def test_a_hung_hire_is_one_and_nobody_heard(
    api: httpx.AsyncClient, visitor: httpx.AsyncClient, lever: Any, receiver: Any, plain: str, hired: str
) -> None:
    await visitor.put("/sandbox/knobs", json={"hang_after_write": 1, "hang_seconds": 0})
    with pytest.raises(ConnectionError):
        await api.put(f"{LIST}/{plain}/archived", json={"reason": hired})
    await lever.outbox.idle()
    assert (await api.get(f"{LIST}/{plain}")).json()["data"]["archived"]["reason"] == hired
    assert sorted(receiver.events()) == ["candidateArchiveChange", "candidateHired"]
