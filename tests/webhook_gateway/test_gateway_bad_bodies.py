"""Bodies that are not what they should be: answered 400 and forgotten, quoted nowhere, and nothing breaks."""

import gzip
import json
import time
from typing import Any

import pytest

from tests.webhook_gateway.senders import (
    DATA,
    NOW,
    Senders,
    as_bytes,
    fixture,
    ms,
    signed,
    snapshot,
    stage_change,
)

DEEP = b"[" * 32 + b"]" * 32
BRACKETS = 200 * 1024

NOT_JSON = {
    "nothing": b"",
    "text": b"not json",
    "a form": b"id=rq_1&status=done",
    "half an object": b'{"id": "rq_1"',
    "two objects": b'{"id": "rq_1"} {}',
    "a trailing comma": b'{"id": "rq_1",}',
    "latin-1": '{"id": "rq_1", "name": "Zoé"}'.encode("latin-1"),
    "utf-16": '{"id": "rq_1"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + b'{"id": "rq_1"}',
    "a NUL byte": b'{"id": "rq_1\x00"}',
    "gzip": gzip.compress(b'{"id": "rq_1"}'),
    "deep": b'{"id": "rq_1", "deep": ' + DEEP + b"}",
    "deep and unbalanced": b'{"id": "rq_1", "deep": ' + b"[" * 1000,
    "a key twice": b'{"id": "rq_1", "id": "rq_2"}',
    "a key twice, once escaped": b'{"id": "rq_1", "\\u0069d": "rq_2"}',
    "a key twice, further in": b'{"id": "rq_1", "candidate": {"email": "a", "email": "b"}}',
    "NaN": b'{"id": "rq_1", "progress": NaN}',
    "Infinity": b'{"id": "rq_1", "progress": -Infinity}',
    "a huge number": b'{"id": "rq_1", "progress": ' + b"9" * 5000 + b"}",
    "a huge fraction": b'{"id": "rq_1", "progress": 0.' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
async def test_what_is_not_strict_json_is_unreadable_at_either_door(senders: Senders, body: bytes) -> None:
    answers = [await senders.lever(body), await senders.crosschq(body)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert all(answer.text.startswith("unreadable: ") and "rq_1" not in answer.text for answer in answers)
    assert senders.answered("lever", "unreadable") == senders.answered("crosschq", "unreadable") == 1
    assert await senders.deliveries() == senders.woken == []


@pytest.mark.parametrize("brackets", [b"[", b"{", b'{"":', b"[]", b'"[', b'"\\['])
async def test_200_kb_of_brackets_are_refused_in_no_time(senders: Senders, brackets: bytes) -> None:
    body = (brackets * BRACKETS)[:BRACKETS]
    began = time.process_time()
    assert (await senders.lever(body)).status_code == 400
    assert time.process_time() - began < 1


async def test_bytes_that_claim_to_be_gzip_are_not_unpacked(senders: Senders) -> None:
    url = f"/webhooks/lever/{senders.connected.lever.url_key}"
    body = gzip.compress(as_bytes(stage_change(senders.key)))
    answer = await senders.client.post(url, content=body, headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.text) == (400, "unreadable: not UTF-8")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"true", b"null", b"[{}]"])
async def test_json_that_is_no_object_is_unreadable(senders: Senders, body: bytes) -> None:
    for answer in (await senders.lever(body), await senders.crosschq(body)):
        assert (answer.status_code, answer.text) == (400, "unreadable: the body is not a JSON object")


async def test_triggered_at_as_a_decimal_string_is_the_same_time(senders: Senders) -> None:
    sent = stage_change(senders.key)
    assert (await senders.lever({**sent, "triggeredAt": str(sent["triggeredAt"])})).status_code == 202
    [delivery] = await senders.deliveries()
    assert delivery.triggered_at == NOW


async def test_triggered_at_of_another_form_is_unreadable(senders: Senders) -> None:
    at = ms(NOW)
    texts = ["", f"{at}.0", f" {at}", f"0{at}", "1e12", f"-{at}", "١٧٦٧"]
    for value in [float(at), True, None, -at, 10**31, [at], {"ms": at}, *texts]:
        answer = await senders.lever({**stage_change(senders.key), "triggeredAt": value})
        reason = "unreadable: triggeredAt is not a time in epoch milliseconds"
        assert (answer.status_code, answer.text) == (400, reason), value
    assert await senders.deliveries() == []


@pytest.mark.parametrize("name", ["event", "token", "signature"])
async def test_a_wrong_type_is_unreadable_and_named_but_not_quoted(senders: Senders, name: str) -> None:
    reason = f"unreadable: {name} is not a short text of visible ASCII characters"
    values: list[Any] = [None, 7, True, [], {}, "", "x" * 201, "a b", "é", "\ud800", "a\n"]
    for value in values:
        answer = await senders.lever({**stage_change(senders.key), name: value})
        assert (answer.status_code, answer.text) == (400, reason), value


@pytest.mark.parametrize("data", [[], [DATA], "text", 7, True, None])
async def test_data_that_is_no_object_is_unreadable(senders: Senders, data: Any) -> None:
    sent = signed(senders.key, {"event": "candidateStageChange", "data": data})
    answer = await senders.lever(sent)
    assert (answer.status_code, answer.text) == (400, "unreadable: data is not an object")
    assert (await senders.endpoint(senders.connected.lever)).last_ping_at is None


@pytest.mark.parametrize("name", ["opportunityId", "toStageId", "fromStageId", "contactId"])
async def test_an_id_that_is_none_is_unreadable(senders: Senders, name: str) -> None:
    values: list[Any] = [7, True, [], {}, "", "../o-1", "a/b", "a b", "o\x00", "é", "x" * 129]
    for value in values:
        answer = await senders.lever(stage_change(senders.key, **{name: value}))
        assert (answer.status_code, answer.text) == (400, f"unreadable: data.{name} is not an id"), value
    assert await senders.deliveries() == []


async def test_a_snapshot_without_a_usable_id_is_unreadable(senders: Senders) -> None:
    values: list[Any] = [None, True, 1.5, [], {}, "", "../admin", "a/b", "a b", "rq\x00", "é", "x" * 129]
    for value in values:
        answer = await senders.crosschq(snapshot(id=value))
        assert (answer.status_code, " id" in answer.text) == (400, True), value
    assert await senders.deliveries() == []


async def test_a_number_as_a_snapshots_id_is_its_text(senders: Senders) -> None:
    assert (await senders.crosschq(snapshot(id=4711))).status_code == 202
    [delivery] = await senders.deliveries()
    assert delivery.subject == "request:4711"


async def test_a_snapshot_of_wrong_types_is_taken_by_its_id(senders: Senders) -> None:
    odd = {name: [{"odd": True}] for name in snapshot() if name != "id"}
    assert (await senders.crosschq(snapshot(**odd))).status_code == 202
    [delivery] = await senders.deliveries()
    assert (delivery.subject, delivery.triggered_at) == ("request:rq_1", None)


async def test_names_in_any_script_and_of_any_length_are_taken(senders: Senders) -> None:
    body = json.dumps(fixture("gateway/snapshot_unicode"), ensure_ascii=False).encode()
    assert (await senders.crosschq(body)).status_code == 202
