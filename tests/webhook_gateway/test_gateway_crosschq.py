"""What becomes of Crosschq's webhooks: unsigned snapshots, let in by what their Authorization header shows."""

import base64

import pytest

from store.claiming import claim_due
from store.tables import DeliveryState
from store.vault import Vault
from tests.webhook_gateway.senders import NOW, Senders, fixture, snapshot


def basic(credentials: str) -> str:
    return "Basic " + base64.b64encode(credentials.encode()).decode()


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_snapshot_is_recorded_before_it_is_answered(senders: Senders, method: str) -> None:
    answer = await senders.crosschq(snapshot(), method=method)
    [delivery] = await senders.deliveries()
    assert (answer.status_code, answer.text, len(senders.woken)) == (202, "recorded", 1)
    assert (delivery.event, delivery.subject) == ("snapshot", "request:rq_1")
    assert (delivery.state, delivery.endpoint_id) == (DeliveryState.WAITING, senders.connected.crosschq.id)
    assert delivery.triggered_at
    assert delivery.triggered_at.isoformat() == "2026-01-06T09:00:00+00:00"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH", "DELETE"])
async def test_crosschq_posts_or_puts_and_nothing_else(senders: Senders, method: str) -> None:
    assert (await senders.crosschq(snapshot(), method=method)).status_code == 405
    assert await senders.deliveries() == []


async def test_the_same_snapshot_again_is_known_and_by_put_as_by_post(senders: Senders) -> None:
    answers = [await senders.crosschq(snapshot(), method=method) for method in ("POST", "POST", "PUT")]
    assert [answer.status_code for answer in answers] == [202, 200, 200]
    assert len(await senders.deliveries()) == len(senders.woken) == 1


async def test_each_change_of_a_request_is_a_row_and_the_newest_speaks_for_all(senders: Senders) -> None:
    for name in ("snapshot_in_progress", "snapshot_complete"):
        await senders.crosschq(fixture(f"crosschq/{name}"))
    # The same moment, other content: still another delivery, as the key has the body's hash.
    await senders.crosschq(snapshot(progress=34))
    async with senders.database.transaction() as session:
        [newest] = await claim_due(session, 10)
    assert newest.id == 3
    states = [one.state for one in await senders.deliveries()]
    assert states == [DeliveryState.DONE, DeliveryState.DONE, DeliveryState.DISPATCHED]


@pytest.mark.parametrize("word", ["", "Token ", "Bearer ", "token "])
async def test_the_token_is_accepted_in_each_form_that_crosschq_may_use(senders: Senders, word: str) -> None:
    shown = word + senders.connected.crosschq_token
    assert (await senders.crosschq(snapshot(), authorization=shown)).status_code == 202


async def test_a_wrong_token_is_refused_and_the_endpoint_shows_it(senders: Senders) -> None:
    token = senders.connected.crosschq_token
    wrong = [None, "", "Token", "Token ", token[:-1], token + "x", token.swapcase(), basic(token), "é"]
    for shown in wrong:
        assert (await senders.crosschq(snapshot(), authorization=shown)).status_code == 401
    endpoint = await senders.endpoint(senders.connected.crosschq)
    assert endpoint.last_rejection == "the Authorization header does not show the configured credential"
    assert (endpoint.rejections, await senders.deliveries()) == (len(wrong), [])


async def test_a_refused_sender_is_not_told_whether_its_body_could_be_read(senders: Senders) -> None:
    assert (await senders.crosschq(b"not json", authorization="wrong")).status_code == 401


async def test_basic_takes_the_configured_pair_only(senders: Senders, vault: Vault) -> None:
    pair = vault.seal_list(["reader:s3cret"])
    await senders.change(senders.connected.crosschq, auth_scheme="basic", secrets=pair)
    for shown in (None, "reader:s3cret", basic("reader:other"), basic("s3cret:reader"), "Basic !", "Basic"):
        assert (await senders.crosschq(snapshot(), authorization=shown)).status_code == 401
    assert (await senders.crosschq(snapshot(), authorization=basic("reader:s3cret"))).status_code == 202


async def test_the_token_before_is_taken_by_either_method_and_the_present_one_by_its_own(
    senders: Senders, vault: Vault
) -> None:
    both = vault.seal_list(["new:pair", "the-one-before"])
    await senders.change(senders.connected.crosschq, auth_scheme="basic", secrets=both, token_replaced_at=NOW)
    for shown, status in (
        ("Token the-one-before", 202),
        (basic("the-one-before:"), 200),
        (basic("new:pair"), 200),
        ("Token new:pair", 401),
        ("Token the-one", 401),
    ):
        assert (await senders.crosschq(snapshot(), authorization=shown)).status_code == status


async def test_no_auth_lets_in_whoever_knows_the_url(senders: Senders) -> None:
    await senders.change(senders.connected.crosschq, auth_scheme="none", secrets=None)
    assert (await senders.crosschq(snapshot(), authorization=None)).status_code == 202
    assert (await senders.crosschq(snapshot(id="rq_2"), authorization="anything")).status_code == 202


@pytest.mark.parametrize("scheme", ["token", "basic", None])
async def test_a_scheme_whose_secrets_are_gone_lets_nobody_in(
    senders: Senders, vault: Vault, scheme: str | None
) -> None:
    await senders.change(senders.connected.crosschq, auth_scheme=scheme, secrets=vault.seal_list([]))
    for shown in (None, "", "anything"):
        assert (await senders.crosschq(snapshot(), authorization=shown)).status_code == 401


async def test_a_secret_without_a_scheme_is_asked_for_as_a_token(senders: Senders) -> None:
    await senders.change(senders.connected.crosschq, auth_scheme=None)
    assert (await senders.crosschq(snapshot(), authorization=None)).status_code == 401
    assert (await senders.crosschq(snapshot())).status_code == 202


async def test_while_a_token_is_changed_the_current_and_the_previous_are_accepted(
    senders: Senders, vault: Vault
) -> None:
    secrets = vault.seal_list(["new", senders.connected.crosschq_token])
    await senders.change(senders.connected.crosschq, secrets=secrets, token_replaced_at=NOW)
    assert (await senders.crosschq(snapshot(id="rq_2"), authorization="new")).status_code == 202
    assert (await senders.crosschq(snapshot(id="rq_3"))).status_code == 202
    assert (await senders.crosschq(snapshot(id="rq_4"), authorization="newer")).status_code == 401


async def test_a_snapshot_given_up_on_is_queued_again_when_it_is_sent_again(senders: Senders) -> None:
    await senders.crosschq(snapshot())
    async with senders.database.transaction() as session:
        [delivery] = await claim_due(session, 1)
        delivery.state = DeliveryState.DEAD
    assert (await senders.crosschq(snapshot())).status_code == 202
    [delivery] = await senders.deliveries()
    assert (delivery.state, len(senders.woken)) == (DeliveryState.WAITING, 2)
