"""Knobs and ledger: what hits an API call, what never hits a page, and what is written down."""

from hashlib import sha256
from typing import Any

import pytest

from sandbox.faults import HungUp


async def test_every_api_call_is_in_the_ledger_with_its_body_and_answer(toy: Any) -> None:
    await toy.http.post("/api/things?a=1", json={"x": [1]})
    await toy.http.get("/api/nothing")
    first, second = (await toy.http.get("/sandbox/ledger")).json()["calls"]
    assert (first["seq"], first["method"], first["path"], first["query"]) == (1, "POST", "/api/things", "a=1")
    assert (first["body"], first["status"], first["executed"]) == ({"x": [1]}, 201, True)
    assert (second["status"], second["executed"]) == (404, False)


async def test_the_ledger_describes_an_uploaded_file_and_the_api_still_gets_it(toy: Any) -> None:
    await toy.http.post("/api/things", data={"k": "v"}, files={"file": ("r.pdf", b"%PDF", "application/pdf")})
    (call,) = toy.ledger.calls()
    assert call.body == {
        "fields": {"k": "v"},
        "file": {"name": "r.pdf", "size": 4, "sha256": sha256(b"%PDF").hexdigest()},
    }
    assert b"%PDF" in toy.written[0]


@pytest.mark.parametrize("body", [b"", b"{not json", b"\xff\xfe", b"[" * 100_000])
async def test_a_body_that_is_not_json_is_recorded_as_none(toy: Any, body: bytes) -> None:
    await toy.http.post("/api/things", content=body)
    assert toy.ledger.calls()[0].body is None
    assert toy.written == [body]


async def test_pages_and_admin_are_neither_recorded_nor_hit(toy: Any) -> None:
    toy.knobs.merge({"fail_status": 503, "fail_count": 9})
    assert (await toy.http.get("/page")).status_code == 200
    assert (await toy.http.get("/sandbox/health")).json() == {"ok": True}
    assert toy.ledger.calls() == []


async def test_refused_calls_are_not_executed_and_the_refusals_run_out(toy: Any) -> None:
    toy.knobs.merge({"fail_status": 429, "fail_count": 2})
    answers = [await toy.http.post("/api/things") for _ in range(3)]
    assert [a.status_code for a in answers] == [429, 429, 201]
    assert (answers[0].content, "retry-after" in answers[0].headers) == (b"", False)
    assert [c.executed for c in toy.ledger.calls()] == [False, False, True]
    assert len(toy.written) == 1


@pytest.mark.parametrize("asked", ["2", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "-5"])
async def test_a_refusal_says_when_to_come_back_if_it_is_told_to(toy: Any, asked: str) -> None:
    toy.knobs.merge({"fail_status": 503, "fail_count": 1, "retry_after": asked})
    refused, taken = [await toy.http.post("/api/things") for _ in range(2)]
    assert (refused.status_code, refused.headers["retry-after"], len(toy.written)) == (503, asked, 1)
    assert (taken.status_code, "retry-after" in taken.headers) == (201, False)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_a_write_that_fails_afterwards_was_executed(toy: Any, status: int) -> None:
    toy.knobs.merge({"fail_after_write": 1, "fail_after_write_status": status})
    assert (await toy.http.get("/api/things")).json() == {"n": 0}
    failed = await toy.http.post("/api/things")
    assert (failed.status_code, failed.content, "retry-after" in failed.headers) == (status, b"", False)
    assert (await toy.http.get("/api/things")).json() == {"n": 1}
    assert [(c.status, c.executed) for c in toy.ledger.calls()] == [(200, True), (status, True), (200, True)]


async def test_faults_hit_matching_calls_only(toy: Any) -> None:
    toy.knobs.merge({"fail_status": 503, "fail_count": 1, "match": "^POST /api/"})
    assert (await toy.http.get("/api/things")).status_code == 200
    assert (await toy.http.post("/api/things")).status_code == 503


async def test_a_hung_write_is_executed_and_never_answered(toy: Any) -> None:
    toy.knobs.merge({"hang_after_write": 1, "hang_seconds": 0})
    assert (await toy.http.get("/api/things")).json() == {"n": 0}
    with pytest.raises(HungUp):
        await toy.http.post("/api/things")
    assert (await toy.http.get("/api/things")).json() == {"n": 1}
    assert [(c.status, c.executed) for c in toy.ledger.calls()] == [(200, True), (None, True), (200, True)]


async def test_latency_makes_a_call_wait(toy: Any, monkeypatch: Any) -> None:
    waited: list[float] = []

    async def remember(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("sandbox.faults.asyncio.sleep", remember)
    toy.knobs.merge({"latency_ms": 250})
    await toy.http.get("/api/things")
    assert waited == [0.25]
