"""Who is not let in: one test per way to be wrong, and that the sender learns only that it was wrong."""

from datetime import timedelta
from typing import Any

import pytest

from store.tables import WebhookEndpoint
from store.vault import Vault
from tests.webhook_gateway.senders import NOW, Senders, as_bytes, ms, signed, stage_change
from webhook_gateway.app import create_public_app
from webhook_gateway.body import LARGEST

LATER = timedelta(minutes=5, seconds=1)


async def nothing_was_recorded(senders: Senders) -> bool:
    return await senders.deliveries() == senders.woken == []


async def last_rejection(senders: Senders) -> tuple[str | None, int]:
    endpoint = await senders.endpoint(senders.connected.lever)
    assert (endpoint.last_rejected_at is None) == (endpoint.rejections == 0)
    return endpoint.last_rejection, endpoint.rejections


@pytest.mark.parametrize("url_key", ["guess", "%00", "a%00b", "%ff", "é", "x" * 5000, "%2e%2e"])
async def test_an_unknown_url_does_not_exist(senders: Senders, url_key: str) -> None:
    answer = await senders.lever(stage_change(senders.key), url_key=url_key)
    assert (answer.status_code, answer.text) == (404, "not found")
    assert senders.answered("lever", "unknown") == 1
    assert await nothing_was_recorded(senders)


async def test_an_endpoint_without_a_secret_does_not_exist(senders: Senders) -> None:
    for endpoint in (senders.connected.lever, senders.connected.crosschq):
        await senders.change(endpoint, secrets=None)
    answers = [await senders.lever(stage_change(senders.key)), await senders.crosschq({"id": "rq_1"})]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert await nothing_was_recorded(senders)


async def test_the_url_of_one_vendor_does_not_exist_for_the_other(senders: Senders) -> None:
    answer = await senders.lever(stage_change(senders.key), url_key=senders.connected.crosschq.url_key)
    assert answer.status_code == 404
    assert await nothing_was_recorded(senders)


FORGERIES: dict[str, Any] = {
    "another key": lambda key: stage_change("another-key"),
    "an empty key": lambda key: stage_change(""),
    "no hex": lambda key: {**stage_change(key), "signature": "x" * 64},
    "a part of it": lambda key: {**(one := stage_change(key)), "signature": one["signature"][:32]},
    "another time": lambda key: {**stage_change(key), "triggeredAt": ms(NOW) + 1},
    "another token": lambda key: {**stage_change(key), "token": "0" * 48},
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
async def test_a_forged_signature_is_refused(senders: Senders, forge: Any) -> None:
    assert (await senders.lever(forge(senders.key))).status_code == 401
    assert await last_rejection(senders) == ("bad signature", 1)
    assert await nothing_was_recorded(senders)


async def test_a_secret_list_without_a_secret_lets_nobody_in(senders: Senders, vault: Vault) -> None:
    await senders.change(senders.connected.lever, secrets=vault.seal_list([]))
    assert (await senders.lever(stage_change(""))).status_code == 401
    assert await last_rejection(senders) == ("no token", 1)


async def test_an_event_that_the_url_is_not_for_is_refused(senders: Senders) -> None:
    hired = signed(senders.key, {"event": "candidateHired", "data": {"opportunityId": "o-1"}})
    assert (await senders.lever(hired)).status_code == 401
    assert await last_rejection(senders) == ("wrong event", 1)
    assert await nothing_was_recorded(senders)


async def test_what_is_older_than_our_memory_is_refused(senders: Senders) -> None:
    sent = stage_change(senders.key)
    senders.clock.now = NOW + timedelta(days=30, milliseconds=1)
    assert (await senders.lever(sent)).status_code == 401
    assert await last_rejection(senders) == ("stale", 1)
    senders.clock.now = NOW + timedelta(days=30)
    assert (await senders.lever(sent)).status_code == 202


async def test_what_is_more_than_five_minutes_ahead_is_refused(senders: Senders) -> None:
    sent = stage_change(senders.key)
    senders.clock.now = NOW - timedelta(minutes=5, milliseconds=1)
    assert (await senders.lever(sent)).status_code == 401
    assert await last_rejection(senders) == ("future", 1)
    senders.clock.now = NOW - timedelta(minutes=5)
    assert (await senders.lever(sent)).status_code == 202


async def test_a_used_signature_with_another_body_is_an_alarm_and_changes_nothing(senders: Senders) -> None:
    sent = stage_change(senders.key)
    await senders.lever(sent)
    [before] = await senders.deliveries()
    another = {**sent, "data": {**sent["data"], "opportunityId": "o-2"}}
    assert (await senders.lever(another)).status_code == 401
    [after] = await senders.deliveries()
    assert (after.subject, after.body, after.state) == (before.subject, before.body, before.state)
    assert await last_rejection(senders) == ("a signature that was used before came with another body", 1)
    assert (senders.answered("lever", "rejected"), len(senders.woken)) == (1, 1)


async def test_a_rerun_that_only_writes_the_same_fields_in_another_order_is_a_repeat(
    senders: Senders,
) -> None:
    sent = stage_change(senders.key)
    await senders.lever(sent)
    assert (await senders.lever(dict(reversed(sent.items())))).status_code == 200
    assert len(await senders.deliveries()) == 1


async def test_every_rejection_has_one_and_the_same_answer(senders: Senders) -> None:
    sent = stage_change(senders.key)
    await senders.lever(sent)
    answers = [
        await senders.lever(stage_change("another-key")),
        await senders.lever(signed(senders.key, {"event": "candidateHired"})),
        await senders.lever(stage_change(senders.key, at=NOW - timedelta(days=31))),
        await senders.lever(stage_change(senders.key, at=NOW + LATER)),
        await senders.lever({**sent, "data": {}, "more": 1} | {"data": {**sent["data"], "toStageId": "x"}}),
        await senders.crosschq({"id": "rq_1"}, authorization="wrong"),
        await senders.crosschq({"id": "rq_1"}, authorization=None),
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, "not genuine")}
    assert len({tuple(answer.headers.multi_items()) for answer in answers}) == 1


async def test_the_endpoint_shows_the_last_rejection_and_how_many_there_were(senders: Senders) -> None:
    for _ in range(2):
        await senders.lever(stage_change("another-key"))
    first = (await senders.endpoint(senders.connected.lever)).last_rejected_at
    await senders.lever(stage_change(senders.key, at=NOW - timedelta(days=31)))
    endpoint = await senders.endpoint(senders.connected.lever)
    assert (endpoint.last_rejection, endpoint.rejections) == ("stale", 3)
    assert first
    assert endpoint.last_rejected_at
    assert endpoint.last_rejected_at > first
    assert endpoint.last_event_at is None


async def test_what_cannot_be_read_or_is_too_large_is_remembered_at_the_endpoint(senders: Senders) -> None:
    lever, crosschq = senders.connected.lever, senders.connected.crosschq
    sent: list[tuple[WebhookEndpoint, Any, str]] = [
        (lever, b"{", "unreadable: not JSON"),
        (lever, stage_change(senders.key, toStageId="a b"), "unreadable: data.toStageId is not an id"),
        (lever, b" " * (LARGEST + 1), "too large: over 256 KiB"),
        (crosschq, b"[]", "unreadable: the body is not a JSON object"),
    ]
    for endpoint, body, reason in sent:
        before = (await senders.endpoint(endpoint)).rejections
        await (senders.lever if endpoint is lever else senders.crosschq)(body)
        after = await senders.endpoint(endpoint)
        assert (after.last_rejection, after.rejections) == (reason, before + 1)
        assert after.last_rejected_at
        assert after.last_event_at is None
    assert await nothing_was_recorded(senders)


async def test_of_what_shows_no_credential_the_body_is_not_looked_at(senders: Senders) -> None:
    assert (await senders.crosschq(b"{", authorization="wrong")).status_code == 401
    reason = (await senders.endpoint(senders.connected.crosschq)).last_rejection
    assert reason == "the Authorization header does not show the configured credential"


async def test_nobody_without_the_key_learns_what_else_would_be_wrong(senders: Senders) -> None:
    await senders.lever(stage_change("another-key", at=NOW - timedelta(days=31)))
    assert await last_rejection(senders) == ("bad signature", 1)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_lever_posts_and_nothing_else(senders: Senders, method: str) -> None:
    url = f"/webhooks/lever/{senders.connected.lever.url_key}"
    answer = await senders.client.request(method, url, content=as_bytes(stage_change(senders.key)))
    assert answer.status_code == 405
    assert await nothing_was_recorded(senders)


async def test_the_public_port_has_webhooks_and_nothing_else(senders: Senders) -> None:
    routes = {route.path for route in create_public_app(senders.gateway).routes}  # type: ignore[attr-defined]
    assert routes == {"/webhooks/lever/{key}", "/webhooks/crosschq/{key}"}
    for path in ("/", "/health", "/ready", "/metrics", "/docs", "/webhooks/lever", "/webhooks/lever/"):
        assert (await senders.client.get(path)).status_code == 404
