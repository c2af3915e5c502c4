"""The admin endpoint turns knobs, and refuses what is not a knob."""

from typing import Any

import pytest


async def test_put_merges_and_delete_resets(toy: Any) -> None:
    await toy.http.put("/sandbox/knobs", json={"latency_ms": 5})
    both = (await toy.http.put("/sandbox/knobs", json={"fail_count": 2})).json()
    assert (both["latency_ms"], both["fail_count"]) == (5, 2)
    off = (await toy.http.delete("/sandbox/knobs")).json()
    assert (off["latency_ms"], off["fail_count"]) == (0, 0)


@pytest.mark.parametrize(
    "body",
    [b'{"nonsense": 1}', b'{"latency_ms": -1}', b'{"match": "("}', b"[1]", b"{", b'{"fail_status": 2}'],
)
async def test_a_wrong_knob_is_refused_and_changes_nothing(toy: Any, body: bytes) -> None:
    before = (await toy.http.get("/sandbox/knobs")).json()
    answer = await toy.http.put("/sandbox/knobs", content=body)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)
    assert (await toy.http.get("/sandbox/knobs")).json() == before


async def test_reset_goes_back_to_the_seed(toy: Any) -> None:
    await toy.http.put("/sandbox/knobs", json={"latency_ms": 1})
    await toy.http.post("/api/things")
    toy.submit("one")
    await toy.outbox.idle()
    assert (await toy.http.post("/sandbox/reset")).json() == {"ok": True}
    assert (toy.written, toy.ledger.calls(), toy.outbox.log(), toy.knobs.latency_ms) == ([], [], [], 0)


async def test_the_ledger_can_be_cleared_and_keeps_counting(toy: Any) -> None:
    await toy.http.get("/api/things")
    await toy.http.delete("/sandbox/ledger")
    await toy.http.get("/api/things")
    assert [call.seq for call in toy.ledger.calls()] == [2]
