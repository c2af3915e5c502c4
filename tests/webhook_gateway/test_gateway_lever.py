"""What becomes of Lever's genuine webhooks: recorded once, answered 2xx, handed to the dispatcher or left alone."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from store.claiming import claim_due
from store.due import PING_EVENT
from store.tables import Delivery, DeliveryState
from store.vault import Vault
from tests.factories import connect
from tests.webhook_gateway.senders import DATA, NOW, Senders, as_bytes, fixture, signed, stage_change


async def test_a_stage_change_is_recorded_before_it_is_answered(senders: Senders) -> None:
    sent = as_bytes(stage_change(senders.key))
    answer = await senders.lever(sent)
    [delivery] = await senders.deliveries()
    assert (answer.status_code, answer.text) == (202, "recorded")
    assert (delivery.state, delivery.attempt) == (DeliveryState.WAITING, 0)
    assert (delivery.event, delivery.subject) == ("candidateStageChange", "opportunity:o-1")
    assert (delivery.triggered_at, delivery.opportunity_id) == (NOW, "o-1")
    assert delivery.endpoint_id == senders.connected.lever.id
    assert (await senders.endpoint(senders.connected.lever)).last_event_at is not None
    assert len(senders.woken) == 1


async def test_the_body_is_kept_sealed_and_as_it_came(senders: Senders, vault: Vault) -> None:
    sent = as_bytes(stage_change(senders.key))
    await senders.lever(sent)
    [delivery] = await senders.deliveries()
    assert delivery.body
    assert b"o-1" not in delivery.body
    assert vault.open(delivery.body) == sent.decode()


async def test_a_repeat_is_answered_2xx_and_makes_no_second_row(senders: Senders) -> None:
    sent = stage_change(senders.key)
    answers = [await senders.lever(sent) for _ in range(3)]
    assert [(answer.status_code, answer.text) for answer in answers] == [
        (202, "recorded"),
        (200, "known"),
        (200, "known"),
    ]
    assert len(await senders.deliveries()) == len(senders.woken) == 1


async def test_the_same_webhook_ten_times_at_once_is_one_row(senders: Senders) -> None:
    sent = stage_change(senders.key)
    answers = await asyncio.gather(*(senders.lever(sent) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [202]
    assert len(await senders.deliveries()) == len(senders.woken) == 1


async def test_two_stage_changes_of_the_same_moment_are_two_rows(senders: Senders) -> None:
    await senders.lever(stage_change(senders.key))
    await senders.lever(stage_change(senders.key))
    assert len(await senders.deliveries()) == len(senders.woken) == 2


async def test_the_same_token_and_time_at_two_endpoints_are_two_rows(senders: Senders, vault: Vault) -> None:
    other = await connect(senders.database, vault, name="other")
    sent = stage_change(senders.key)
    await senders.lever(sent)
    await senders.change(other.lever, secrets=vault.seal_list([senders.key]))
    assert (await senders.lever(sent, url_key=other.lever.url_key)).status_code == 202
    assert [one.connection_id for one in await senders.deliveries()] == [1, 2]


async def test_a_rerun_of_what_was_given_up_queues_it_again(senders: Senders) -> None:
    sent = stage_change(senders.key)
    await senders.lever(sent)
    async with senders.database.transaction() as session:
        dead = {"state": DeliveryState.DEAD, "attempt": 7, "outcome": "Given up.", "finished_at": NOW}
        await session.execute(update(Delivery).values(dead))
    assert (await senders.lever(sent)).status_code == 202
    assert len(senders.woken) == 2
    async with senders.database.transaction() as session:
        [claimed] = await claim_due(session, 10)
    assert (claimed.attempt, claimed.finished_at) == (8, None)


async def test_a_rerun_of_what_is_done_changes_nothing(senders: Senders) -> None:
    sent = stage_change(senders.key)
    await senders.lever(sent)
    async with senders.database.transaction() as session:
        await session.execute(update(Delivery).values(state=DeliveryState.DONE, outcome="Sent."))
    assert (await senders.lever(sent)).status_code == 200
    [delivery] = await senders.deliveries()
    assert (delivery.state, delivery.outcome, len(senders.woken)) == (DeliveryState.DONE, "Sent.", 1)


async def test_verify_connection_is_answered_2xx_and_noted_and_starts_nothing(senders: Senders) -> None:
    ping = signed(senders.key, {"event": "candidateStageChange", "data": {}})
    assert [(await senders.lever(ping)).status_code for _ in range(2)] == [200, 200]
    endpoint = await senders.endpoint(senders.connected.lever)
    assert endpoint.last_ping_at is not None
    assert endpoint.last_event_at is None
    [delivery] = await senders.deliveries()
    assert (delivery.event, delivery.state, delivery.body) == (PING_EVENT, DeliveryState.IGNORED, None)
    assert senders.woken == []
    assert senders.answered("lever", "ping") == 2


async def test_a_ping_that_is_replayed_is_no_sign_of_life(senders: Senders) -> None:
    ping = signed(senders.key, {"event": "candidateStageChange", "data": {}})
    await senders.lever(ping)
    before = (await senders.endpoint(senders.connected.lever)).last_ping_at
    await senders.lever(ping)
    assert (await senders.endpoint(senders.connected.lever)).last_ping_at == before


@pytest.mark.parametrize("first", ["ping", "event"])
async def test_a_signature_serves_once_for_a_ping_or_an_event_and_not_for_the_other(
    senders: Senders, first: str
) -> None:
    ping = signed(senders.key, {"event": "candidateStageChange", "data": {}})
    event = {**ping, "data": DATA}
    both = (ping, event) if first == "ping" else (event, ping)
    answers = [(await senders.lever(one)).status_code for one in both]
    assert answers == [200 if first == "ping" else 202, 401]
    endpoint = await senders.endpoint(senders.connected.lever)
    assert endpoint.last_rejection == "a signature that was used before came with another body"
    assert (endpoint.last_ping_at is None) is (first == "event")
    assert len(await senders.deliveries()) == 1


async def test_a_ping_s_signature_serves_no_event_of_the_same_moment(senders: Senders) -> None:
    ping = signed(senders.key, {"event": "candidateStageChange", "data": {}})
    event = {**ping, "data": DATA}
    answers = await asyncio.gather(*(senders.lever(one) for one in (ping, event, ping, event)))
    assert sorted(answer.status_code for answer in answers) in ([200, 200, 401, 401], [200, 202, 401, 401])
    assert len(await senders.deliveries()) == 1


async def test_another_stage_is_recorded_as_ignored_and_not_dispatched(senders: Senders) -> None:
    sent = stage_change(senders.key, toStageId="offer")
    assert (await senders.lever(sent)).status_code == 202
    [delivery] = await senders.deliveries()
    assert delivery.state is DeliveryState.IGNORED
    assert delivery.outcome == "Ignored: stage 'offer' is not a trigger stage."
    assert delivery.finished_at is not None
    async with senders.database.transaction() as session:
        assert await claim_due(session, 10) == []
    assert senders.woken == []


async def test_another_stage_is_named_as_lever_named_it_when_the_connection_was_saved(
    senders: Senders, vault: Vault
) -> None:
    senders.connected = await connect(senders.database, vault, stage_names={"offer": "Offer, signed"})
    for stage in ("offer", "made-since"):
        await senders.lever(stage_change(senders.key, toStageId=stage))
    assert [one.outcome for one in await senders.deliveries()] == [
        "Ignored: stage 'Offer, signed' is not a trigger stage.",
        "Ignored: stage 'made-since' is not a trigger stage.",
    ]


async def test_what_happened_before_going_live_is_recorded_as_ignored(senders: Senders, vault: Vault) -> None:
    live_since = NOW - timedelta(minutes=1)
    senders.connected = await connect(senders.database, vault, live_since=live_since)
    await senders.lever(stage_change(senders.key, at=live_since - timedelta(milliseconds=1)))
    await senders.lever(stage_change(senders.key, at=live_since))
    before, since = await senders.deliveries()
    assert (before.state, since.state) == (DeliveryState.IGNORED, DeliveryState.WAITING)
    assert before.outcome
    assert "went live on 01 January 2026, 00:00 UTC" in before.outcome


async def test_while_a_token_is_changed_the_current_and_the_previous_are_accepted(
    senders: Senders, vault: Vault
) -> None:
    both = vault.seal_list(["new-token", senders.key])
    await senders.change(senders.connected.lever, secrets=both, token_replaced_at=NOW)
    for key in ("new-token", senders.key):
        assert (await senders.lever(stage_change(key))).status_code == 202
    await senders.change(senders.connected.lever, secrets=vault.seal_list(["new-token"]))
    assert (await senders.lever(stage_change(senders.key))).status_code == 401


async def test_the_payload_of_the_contract_is_accepted_with_the_contracts_signature(
    senders: Senders, vault: Vault
) -> None:
    key = "00112233445566778899aabbccddeeff0011223344556677"
    await senders.change(senders.connected.lever, secrets=vault.seal_list([key]))
    assert (await senders.lever(fixture("lever/candidate_stage_change"))).status_code == 202
    assert (await senders.lever(fixture("lever/ping"))).status_code == 200
    delivery, _ = await senders.deliveries()
    assert delivery.triggered_at == datetime(2026, 1, 1, tzinfo=UTC)


async def test_undocumented_fields_in_any_script_do_no_harm(senders: Senders, vault: Vault) -> None:
    sent = json.dumps(signed(senders.key, fixture("gateway/stage_change_unicode")), ensure_ascii=True)
    assert (await senders.lever(sent.encode())).status_code == 202
    [delivery] = await senders.deliveries()
    assert delivery.body
    assert vault.open(delivery.body) == sent
