"""`create_webhooks` makes Lever's webhook once, and makes it anew when it is missing or its token is not known."""

import pytest
from sqlalchemy import update

from onboarding.blueprint import BlueprintError
from onboarding.connecting import WebhookNotMadeError
from store.tables import Vendor, WebhookEndpoint
from tests.onboarding.desk import Desk, swap, with_lever_token

NEVER_MADE = swap("create_webhooks = true\n", "")


def fail_at(desk: Desk, call: str, **knobs: object) -> None:
    desk.lever_app.state.lever.knobs.merge({"match": call, **knobs})


def heal(desk: Desk) -> None:
    desk.lever_app.state.lever.knobs.reset()


async def test_the_webhook_is_made_once_with_its_token_stored(desk: Desk) -> None:
    connected = await desk.connect()
    await desk.connect()
    (hook,) = desk.webhooks()
    assert (hook.event, hook.url) == ("candidateStageChange", connected.lever_webhook_url)
    assert await desk.tokens(Vendor.LEVER) == [hook.signature_token]
    assert not connected.needs_lever_token


async def test_no_webhook_is_made_unless_wanted(desk: Desk) -> None:
    await desk.connect(NEVER_MADE)
    assert desk.webhooks() == []


async def test_a_webhook_deleted_in_lever_is_made_again_at_the_same_address(desk: Desk) -> None:
    first = await desk.connect()
    (old,) = desk.webhooks()
    desk.lever_app.state.lever.account.webhooks.clear()
    assert await desk.connect() == first
    (hook,) = desk.webhooks()
    assert hook.id != old.id
    assert await desk.tokens(Vendor.LEVER) == [hook.signature_token, old.signature_token]


async def test_a_webhook_whose_token_was_never_stored_is_made_anew(desk: Desk) -> None:
    await desk.connect()
    (lost,) = desk.webhooks()
    async with desk.parts.database.transaction() as session:
        await session.execute(update(WebhookEndpoint).values(secrets=None))
    await desk.connect()
    (hook,) = desk.webhooks()
    assert hook.id != lost.id
    assert await desk.tokens(Vendor.LEVER) == [hook.signature_token]


async def test_a_webhook_whose_creation_was_never_answered_is_made_anew(desk: Desk) -> None:
    await desk.connect()
    desk.lever_app.state.lever.account.webhooks.clear()
    fail_at(desk, "POST /v1/webhooks", hang_after_write=1, hang_seconds=0)
    with pytest.raises(WebhookNotMadeError, match="may have happened"):
        await desk.connect()
    (lost,) = desk.webhooks()
    assert not (await desk.endpoint(Vendor.LEVER)).is_open
    await desk.connect()
    (hook,) = desk.webhooks()
    assert hook.id != lost.id
    assert await desk.tokens(Vendor.LEVER) == [hook.signature_token]


async def test_a_key_that_may_not_make_webhooks_is_told_so_and_the_connection_stays(desk: Desk) -> None:
    fail_at(desk, "POST /v1/webhooks", fail_status=403, fail_count=9)
    with pytest.raises(WebhookNotMadeError, match=r"is stored.*POST /webhooks.*403.*permission.*again"):
        await desk.connect()
    url_key = (await desk.endpoint(Vendor.LEVER)).url_key
    heal(desk)
    assert (await desk.connect()).lever_webhook_url.endswith(url_key)
    assert len(desk.webhooks()) == 1


async def test_a_webhook_made_by_hand_goes_on_where_none_can_be_made(desk: Desk) -> None:
    await desk.connect(with_lever_token("by-hand"))
    fail_at(desk, "POST /v1/webhooks", fail_status=403, fail_count=9)
    with pytest.raises(WebhookNotMadeError):
        await desk.connect()
    assert await desk.tokens(Vendor.LEVER) == ["by-hand"]


async def test_a_webhook_at_an_address_we_left_is_replaced(desk: Desk) -> None:
    await desk.connect()
    moved = await desk.connect(base="https://moved.example")
    (hook,) = desk.webhooks()
    assert hook.url == moved.lever_webhook_url
    assert hook.url.startswith("https://moved.example/webhooks/lever/")
    assert (await desk.tokens(Vendor.LEVER))[0] == hook.signature_token


async def test_other_peoples_webhooks_are_left_alone(desk: Desk) -> None:
    await desk.connect(swap('name = "demo"', 'name = "somebody else\'s"'))
    (theirs,) = desk.webhooks()
    await desk.connect()
    await desk.connect(base="https://moved.example")
    assert theirs in desk.webhooks()
    assert len(desk.webhooks()) == 2


async def test_what_an_endpoint_has_seen_survives_a_new_token(desk: Desk) -> None:
    await desk.connect()
    async with desk.parts.database.transaction() as session:
        await session.execute(update(WebhookEndpoint).values(rejections=3, last_rejection="bad signature"))
    desk.lever_app.state.lever.account.webhooks.clear()
    await desk.connect()
    seen = await desk.endpoint(Vendor.LEVER)
    assert (seen.rejections, seen.last_rejection) == (3, "bad signature")


async def test_a_webhook_is_made_through_the_api_or_by_hand_but_not_both(desk: Desk) -> None:
    with pytest.raises(BlueprintError, match=r"lever: .*create_webhooks = true or a stage_change_token"):
        await desk.connect(swap("create_webhooks = true", 'create_webhooks = true\nstage_change_token = "x"'))
    assert await desk.stored() == 0
