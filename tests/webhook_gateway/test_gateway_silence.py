"""What must be nowhere but in the sealed body: no key, no token, no person in logs, metrics or answers."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.webhook_gateway.senders import NOW, Payload, Senders, fixture, signed, snapshot, stage_change

PERSON = {"first_name": "Zsófia", "last_name": "Quimby-Oduya", "email": "zsofia.quimby@people.test"}
SECRETS = [*PERSON.values(), json.dumps(PERSON["first_name"]).strip('"'), "phone-of-nobody", "o-secret"]


async def everything_is_sent(senders: Senders) -> list[str]:
    """One of each kind of request; returns what was answered."""
    key, token = senders.key, senders.connected.crosschq_token
    told: dict[str, Any] = {"candidate": PERSON, "note": "phone-of-nobody"}
    good = stage_change(key, **told)
    lever: list[Payload | bytes] = [
        good,
        good,
        {**good, "data": {**good["data"], "opportunityId": "o-secret"}},
        {**stage_change("wrong"), "data": told},
        signed(key, {"event": "candidateHired", "data": told}),
        signed(key, {"event": "candidateStageChange", "data": {}}),
        stage_change(key, at=NOW - timedelta(days=31), **told),
        stage_change(key, at=NOW + timedelta(days=1), **told),
        stage_change(key, toStageId="offer", **told),
        stage_change(key, opportunityId=PERSON["email"]),
        {"event": PERSON["last_name"], "token": [PERSON]},
        json.dumps(PERSON).encode() + b"," + key.encode(),
        json.dumps(PERSON).encode() * 4000,
    ]
    crosschq: list[Payload | bytes] = [
        snapshot(candidate=PERSON),
        snapshot(id=PERSON["email"]),
        json.dumps(PERSON).encode()[:-1],
    ]
    answers = [await senders.lever(body) for body in lever]
    answers += [await senders.crosschq(body) for body in crosschq]
    answers += [await senders.crosschq(snapshot(candidate=PERSON), authorization=f"Basic {token}")]
    answers += [await senders.lever(good, url_key="guess" + senders.connected.lever.url_key)]
    assert {answer.status_code for answer in answers} == {200, 202, 400, 401, 404, 413}
    return [f"{answer.text} {answer.headers}" for answer in answers]


def told_by(senders: Senders) -> list[str]:
    known = senders.connected
    return [*SECRETS, known.lever.url_key, known.crosschq.url_key, known.lever_token, known.crosschq_token]


async def test_no_log_record_holds_a_key_a_token_or_a_person(
    senders: Senders, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await everything_is_sent(senders)
    # The senders' own client logs its addresses; everything else here is the gateway's.
    records = [one for one in caplog.records if not one.name.startswith("httpx")]
    logged = " ".join(f"{one.getMessage()} {one.args} {one.exc_text}" for one in records)
    assert "rejected a request: bad signature" in logged
    assert [one for one in told_by(senders) if one in logged] == []


async def test_no_answer_tells_anything_of_what_was_sent(senders: Senders) -> None:
    answered = " ".join(await everything_is_sent(senders))
    assert [one for one in told_by(senders) if one in answered] == []


async def test_no_column_but_the_sealed_body_holds_a_key_a_token_or_a_person(senders: Senders) -> None:
    await everything_is_sent(senders)
    async with senders.database.transaction() as session:
        rows = await session.scalars(text("SELECT row_to_json(delivery)::text FROM delivery"))
        reasons = await session.scalars(text("SELECT last_rejection FROM webhook_endpoint ORDER BY id"))
        stored = " ".join([*rows, *filter(None, reasons)])
    assert "opportunity:o-1" in stored
    assert "too large" in stored
    assert [one for one in told_by(senders) if one in stored] == []


@pytest.mark.parametrize("name", ["stage_change_prefect_kind", "snapshot_prefect_kind"])
async def test_prefect_kind_in_a_body_is_recorded_and_goes_no_further(senders: Senders, name: str) -> None:
    payload = fixture(f"gateway/{name}")
    if name.startswith("stage"):
        answer = await senders.lever(signed(senders.key, payload))
    else:
        answer = await senders.crosschq(payload)
    [delivery] = await senders.deliveries()
    assert (answer.status_code, len(senders.woken)) == (202, 1)
    handed_over = [delivery.event, delivery.subject, delivery.origin, delivery.outcome, delivery.replay_key]
    assert not [one for one in handed_over if one and ("{" in one or "prefect" in one)]
