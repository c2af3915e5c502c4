"""Webhooks leave a stand-in as its contract and its knobs say."""

from typing import Any

from sandbox.delivery import State


async def test_a_webhook_is_sent_once_when_the_receiver_takes_it(toy: Any) -> None:
    toy.submit("one")
    await toy.outbox.idle()
    (delivery,) = toy.outbox.log()
    assert toy.receiver.bodies == ["one"]
    assert (delivery.state, [t.status for t in delivery.tries]) == (State.DELIVERED, [200])


async def test_a_refused_webhook_is_tried_five_times_with_the_same_bytes(toy: Any) -> None:
    toy.receiver.answers = [500, 404, 302, 429, 503, 200]
    toy.submit("one")
    await toy.outbox.idle()
    (delivery,) = toy.outbox.log()
    assert toy.receiver.bodies == ["one"] * 5
    assert (delivery.state, [t.status for t in delivery.tries]) == (State.FAILED, [500, 404, 302, 429, 503])


async def test_tries_end_with_the_first_2xx(toy: Any) -> None:
    toy.receiver.answers = [500, 202]
    toy.submit("one")
    await toy.outbox.idle()
    assert [t.status for t in toy.outbox.log()[0].tries] == [500, 202]


async def test_a_receiver_that_cannot_be_reached_is_logged_with_its_error(toy: Any) -> None:
    toy.receiver.answers = [0]
    toy.submit("one")
    await toy.outbox.idle()
    first, second = toy.outbox.log()[0].tries
    assert (first.status, first.error) == (None, "ConnectError: connection refused")
    assert second.status == 200


async def test_a_lost_webhook_is_never_sent(toy: Any) -> None:
    toy.knobs.merge({"lose_webhooks": 1})
    toy.submit("one")
    toy.submit("two")
    await toy.outbox.idle()
    assert toy.receiver.bodies == ["two"]
    assert [d.state for d in toy.outbox.log()] == [State.LOST, State.DELIVERED]


async def test_a_duplicated_webhook_arrives_twice(toy: Any) -> None:
    toy.knobs.merge({"duplicate_webhooks": 1})
    toy.submit("one")
    toy.submit("two")
    await toy.outbox.idle()
    assert toy.receiver.bodies == ["one", "one", "two"]


async def test_webhooks_to_one_url_arrive_in_order(toy: Any) -> None:
    for number in range(20):
        toy.submit(str(number))
    await toy.outbox.idle()
    assert toy.receiver.bodies == [str(number) for number in range(20)]


async def test_reordered_webhooks_arrive_after_the_one_that_follows_them(toy: Any) -> None:
    toy.knobs.merge({"reorder_webhooks": 2})
    for body in ("one", "two", "three", "four"):
        toy.submit(body)
    await toy.outbox.idle()
    assert toy.receiver.bodies[0] == "three"
    assert toy.receiver.bodies.index("one") < toy.receiver.bodies.index("two")
    assert sorted(toy.receiver.bodies) == ["four", "one", "three", "two"]


async def test_a_held_webhook_that_nothing_follows_goes_alone(toy: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("sandbox.outbox.HELD_BACK_AT_MOST_S", 0.01)
    toy.knobs.merge({"reorder_webhooks": 1})
    toy.submit("one")
    await toy.outbox.idle()
    assert toy.receiver.bodies == ["one"]


async def test_rerun_sends_the_same_delivery_again(toy: Any) -> None:
    toy.receiver.answers = [500] * 5
    delivery_id = toy.submit("one")
    await toy.outbox.idle()
    answer = await toy.http.post(f"/sandbox/webhook-log/{delivery_id}/rerun")
    await toy.outbox.idle()
    (delivery,) = (await toy.http.get("/sandbox/webhook-log")).json()["deliveries"]
    assert answer.status_code == 202
    assert (delivery["state"], len(delivery["tries"]), delivery["body"]) == ("delivered", 6, "one")


async def test_rerun_of_an_unknown_delivery_is_404(toy: Any) -> None:
    assert (await toy.http.post("/sandbox/webhook-log/nope/rerun")).status_code == 404
