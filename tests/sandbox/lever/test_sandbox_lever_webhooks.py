"""Webhook subscriptions, signatures, events and deliveries. See lever.md 6."""

import hashlib
import hmac
from dataclasses import replace
from typing import Any

import httpx
import pytest

from sandbox.lever.app import create_app
from sandbox.lever.signing import sign

HOOK = "https://gateway.test/hooks/lever"
EVENTS = [
    "candidateStageChange",
    "candidateHired",
    "candidateArchiveChange",
    "candidateDeleted",
    "applicationCreated",
]


async def subscribe(api: httpx.AsyncClient, event: str, **configuration: Any) -> dict[str, Any]:
    answer = await api.post(
        "/v1/webhooks", json={"event": event, "url": HOOK, "configuration": configuration}
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["data"]
    return made


@pytest.fixture
async def hooks(api: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    return {event: await subscribe(api, event) for event in EVENTS}


async def act(api: httpx.AsyncClient, lever: Any, what: str, **body: Any) -> None:
    answer = await api.post(f"/sandbox/{what}", json=body)
    assert answer.status_code == 200, answer.text
    await lever.outbox.idle()


def test_reproduces_the_signature_of_the_contract() -> None:
    signed = sign(
        "00112233445566778899aabbccddeeff0011223344556677",
        "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718",
        1767225600000,
    )
    assert signed == "560aee89672f0c78b5e70bea1806b6d41ab076fbee6bd6d7dd0d20dfe4794feb"


async def test_the_signature_token_is_answered_at_creation_only(api: httpx.AsyncClient) -> None:
    made = await subscribe(api, "candidateHired")
    token = made["configuration"].pop("signatureToken")
    assert len(bytes.fromhex(token)) == 24
    assert len(made["configuration"]["conditions"]["origins"]) == 6
    assert (await api.get("/v1/webhooks")).json() == {"data": [made]}


async def test_two_on_one_event_and_url_are_two(api: httpx.AsyncClient) -> None:
    first, second = [await subscribe(api, "candidateHired") for _ in range(2)]
    assert first["id"] != second["id"]
    assert first["configuration"]["signatureToken"] != second["configuration"]["signatureToken"]


async def test_webhooks_are_changed_in_bulk_and_deleted_singly(api: httpx.AsyncClient) -> None:
    first, second = [await subscribe(api, "candidateHired") for _ in range(2)]
    changes = [
        {"id": first["id"], "url": "https://other.test/"},
        {"id": second["id"], "event": "candidateDeleted"},
    ]
    rows = (await api.put("/v1/webhooks", json={"data": changes})).json()["data"]
    assert [(row["url"], row["event"]) for row in rows] == [
        ("https://other.test/", "candidateHired"),
        (HOOK, "candidateDeleted"),
    ]
    assert (await api.put("/v1/webhooks", json={"data": [{"id": "no"}]})).status_code == 404
    assert (await api.delete(f"/v1/webhooks/{first['id']}")).status_code == 204
    assert [row["id"] for row in (await api.get("/v1/webhooks")).json()["data"]] == [second["id"]]


@pytest.mark.parametrize(
    "body", [{"event": "moon", "url": HOOK}, {"event": "candidateHired", "url": "ftp://x"}, {}]
)
async def test_a_malformed_webhook_is_refused(api: httpx.AsyncClient, body: dict[str, str]) -> None:
    assert (await api.post("/v1/webhooks", json=body)).status_code == 400


async def test_a_stage_change_is_sent_signed(
    api: httpx.AsyncClient, lever: Any, hooks: Any, receiver: Any, cast: dict[str, Any], clock: Any
) -> None:
    person = cast["opportunities"]["plain"]
    await act(api, lever, "move", opportunity="plain", stage="Crosschq")
    body, headers = receiver.bodies[0], receiver.requests[0].headers
    key = hooks["candidateStageChange"]["configuration"]["signatureToken"].encode()
    message = f"{body['token']}{body['triggeredAt']}".encode()
    assert body["signature"] == hmac.new(key, message, hashlib.sha256).hexdigest()
    assert (headers["user-agent"], headers["content-type"]) == ("Lever-Webhooks", "application/json")
    assert (body["event"], body["triggeredAt"]) == ("candidateStageChange", clock.milliseconds())
    assert body["id"]
    candidate = body["data"].pop("candidateId")
    assert candidate not in (person["id"], person["contact"])
    assert body["data"] == {
        "opportunityId": person["id"],
        "contactId": person["contact"],
        "fromStageId": cast["stages"]["On-site"],
        "toStageId": cast["stages"]["Crosschq"],
    }


async def test_each_event_has_its_own_token(
    api: httpx.AsyncClient, lever: Any, hooks: Any, receiver: Any
) -> None:
    await act(api, lever, "move", opportunity="plain", stage="Crosschq", times=2)
    bodies = receiver.bodies
    assert len({body["token"] for body in bodies}) == len({body["id"] for body in bodies}) == 3
    assert [body["data"]["toStageId"] for body in bodies][::2] == [bodies[0]["data"]["toStageId"]] * 2


async def test_the_event_id_can_be_left_out(client: Any, options: Any, receiver: Any) -> None:
    app = create_app(replace(options, send_event_id=False))
    api = client(app=app)
    await subscribe(api, "candidateStageChange", verifyConnection=True)
    await app.state.lever.outbox.idle()
    assert "id" not in receiver.bodies[0]


async def test_a_hire_sends_both_events(
    api: httpx.AsyncClient, lever: Any, hooks: Any, receiver: Any
) -> None:
    await act(api, lever, "archive", opportunity="plain", reason="hired")
    assert sorted(receiver.events()) == ["candidateArchiveChange", "candidateHired"]
    change = next(body for body in receiver.bodies if body["event"] == "candidateArchiveChange")
    assert change["data"]["toArchived"]["reason"] == lever.account.hired_reason().id
    assert change["data"]["fromArchived"] is None


async def test_unarchiving_sends_null(api: httpx.AsyncClient, lever: Any, hooks: Any, receiver: Any) -> None:
    await act(api, lever, "archive", opportunity="archived", reason=None)
    assert receiver.events() == ["candidateArchiveChange"]
    assert receiver.bodies[0]["data"]["toArchived"] is None
    assert receiver.bodies[0]["data"]["fromArchived"]["reason"]


async def test_deleting_and_creating_send_events(
    api: httpx.AsyncClient,
    lever: Any,
    hooks: Any,
    receiver: Any,
    cast: dict[str, Any],
    acting: dict[str, str],
) -> None:
    await act(api, lever, "delete", opportunity="plain")
    body = {"postings": [cast["postings"]["sales"]["id"]]}
    shape = (await api.post("/v1/opportunities", params=acting, json=body)).json()["data"]
    await lever.outbox.idle()
    assert receiver.events() == ["candidateDeleted", "applicationCreated"]
    assert receiver.bodies[1]["data"]["opportunityId"] == shape["id"]
    assert receiver.bodies[1]["data"]["applicationId"] == shape["applications"][0]


async def test_changes_through_the_api_fire_unless_switched_off(
    client: Any, options: Any, receiver: Any, plain: str
) -> None:
    for fires in (True, False):
        app = create_app(options)
        app.state.lever.knobs.echo = fires
        api = client(app=app)
        await subscribe(api, "candidateStageChange")
        await api.put(f"/v1/opportunities/{plain}/stage", json={"stage": "offer"})
        await app.state.lever.outbox.idle()
    assert receiver.events() == ["candidateStageChange"]


async def test_confidential_ones_can_be_made_silent(client: Any, options: Any, receiver: Any) -> None:
    for fires in (True, False):
        app = create_app(replace(options, confidential_fires_webhooks=fires))
        api = client(app=app)
        await subscribe(api, "candidateStageChange")
        await act(api, app.state.lever, "move", opportunity="confidential", stage="Offer")
    assert receiver.events() == ["candidateStageChange"]


async def test_an_event_group_that_is_off_sends_nothing(
    api: httpx.AsyncClient, lever: Any, hooks: Any, receiver: Any
) -> None:
    answer = await api.put("/sandbox/event-groups", json={"Candidate stage change": False})
    assert answer.json()["Candidate hired"] is True
    await act(api, lever, "move", opportunity="plain", stage="Crosschq")
    assert receiver.requests == []
    await api.put("/sandbox/event-groups", json={"Candidate stage change": True})
    await act(api, lever, "move", opportunity="plain", stage="Offer")
    assert receiver.events() == ["candidateStageChange"]


async def test_event_groups_can_start_switched_off(client: Any) -> None:
    groups = (await client(event_groups_on=False).get("/sandbox/event-groups")).json()
    assert not any(groups.values())


async def test_origins_filter_events(api: httpx.AsyncClient, lever: Any, receiver: Any) -> None:
    await subscribe(api, "candidateStageChange", conditions={"origins": ["referred"]})
    await act(api, lever, "move", opportunity="plain", stage="Crosschq")
    assert receiver.requests == []
    lever.account.opportunities[lever.account.cast["opportunities"]["plain"]].origin = "referred"
    await act(api, lever, "move", opportunity="plain", stage="Offer")
    assert receiver.events() == ["candidateStageChange"]


async def test_a_verify_connection_ping_is_signed_and_empty(
    api: httpx.AsyncClient, lever: Any, receiver: Any
) -> None:
    made = await subscribe(api, "candidateHired", verifyConnection=True)
    await lever.outbox.idle()
    body = receiver.bodies[0]
    assert (body["event"], body["data"]) == ("candidateHired", {})
    assert body["signature"] == sign(
        made["configuration"]["signatureToken"], body["token"], body["triggeredAt"]
    )


async def test_tries_five_times_with_the_same_bytes(
    api: httpx.AsyncClient, lever: Any, hooks: Any, receiver: Any
) -> None:
    receiver.answers = [500, 302, 404, 503, 500]
    await act(api, lever, "move", opportunity="plain", stage="Crosschq")
    assert len(receiver.requests) == 5
    assert len({request.content for request in receiver.requests}) == 1
    delivery = (await api.get("/sandbox/webhook-log")).json()["deliveries"][0]
    assert (delivery["state"], delivery["label"]) == ("failed", "candidateStageChange")
    assert [one["status"] for one in delivery["tries"]] == [500, 302, 404, 503, 500]


async def test_a_rerun_sends_the_same_bytes_again(
    api: httpx.AsyncClient, lever: Any, hooks: Any, receiver: Any
) -> None:
    await act(api, lever, "move", opportunity="plain", stage="Crosschq")
    delivery = (await api.get("/sandbox/webhook-log")).json()["deliveries"][0]["id"]
    await api.post(f"/sandbox/webhook-log/{delivery}/rerun")
    await lever.outbox.idle()
    assert len(receiver.requests) == 2
    assert receiver.requests[0].content == receiver.requests[1].content


async def test_contact_edits_are_told(api: httpx.AsyncClient, lever: Any, receiver: Any, plain: str) -> None:
    await subscribe(api, "contactUpdated")
    contact = lever.account.opportunities[plain].contact
    await api.put(f"/v1/contacts/{contact}", json={"name": "New Name"})
    await lever.outbox.idle()
    assert receiver.bodies[0]["data"] == {"contactId": contact}
