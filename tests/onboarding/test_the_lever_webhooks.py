"""`create_webhooks` makes Lever's webhooks once, and one anew when it is missing or its token is not known."""

import asyncio

import pytest
from sqlalchemy import delete, update

from onboarding.blueprint import BlueprintError
from onboarding.connecting import Connected
from onboarding.lever_events import LEVER_EVENTS
from onboarding.sections import LeverPart
from onboarding.webhooks import WebhookNotMadeError
from store.due import SNAPSHOT_EVENT
from store.tables import WebhookEndpoint
from tests.onboarding.desk import NEVER_MADE, Desk, closed, lever_url, swap, with_lever_token

EVENTS = [event.event for event in LEVER_EVENTS]
HIRED = "candidateHired"


def fail_at(desk: Desk, call: str, **knobs: object) -> None:
    desk.lever_app.state.lever.knobs.merge({"match": call, **knobs})


def heal(desk: Desk) -> None:
    desk.lever_app.state.lever.knobs.reset()


async def lose_token(desk: Desk, event: str) -> None:
    async with desk.parts.database.transaction() as session:
        await session.execute(
            update(WebhookEndpoint).where(WebhookEndpoint.event == event).values(secrets=None)
        )


def delete_in_lever(desk: Desk, event: str) -> None:
    del desk.lever_app.state.lever.account.webhooks[desk.webhook(event).id]


async def test_each_webhook_is_made_once_with_its_token_stored(desk: Desk) -> None:
    connected = await desk.connect()
    await desk.connect()
    assert [hook.event for hook in desk.webhooks()] == EVENTS
    for event in EVENTS:
        assert desk.webhook(event).url == lever_url(connected, event)
        assert await desk.tokens(event) == [desk.webhook(event).signature_token]
    assert closed(connected) == []


async def test_a_second_run_only_looks(desk: Desk) -> None:
    await desk.connect()
    desk.lever_app.state.lever.ledger.clear()
    await desk.connect()
    assert {call.method for call in desk.lever_app.state.lever.ledger.calls()} == {"GET"}


async def test_two_at_once_make_each_webhook_once_with_its_own_token(desk: Desk) -> None:
    await desk.connect(NEVER_MADE)
    came = await asyncio.gather(desk.connect(), desk.connect(), return_exceptions=True)
    assert [hook.event for hook in desk.webhooks()] == EVENTS
    for event in EVENTS:
        assert await desk.tokens(event) == [desk.webhook(event).signature_token]
    late = [str(one) for one in came if isinstance(one, WebhookNotMadeError)]
    assert all("Somebody else is making its webhooks in Lever just now" in words for words in late)
    assert len(late) + sum(isinstance(one, Connected) for one in came) == 2


async def test_only_what_is_missing_is_made(desk: Desk) -> None:
    """As a connection from before the other events: its one webhook was made through the API."""
    await desk.connect()
    kept = desk.webhook()
    async with desk.parts.database.transaction() as session:
        await session.execute(
            delete(WebhookEndpoint).where(
                WebhookEndpoint.event.not_in(["candidateStageChange", SNAPSHOT_EVENT])
            )
        )
    desk.lever_app.state.lever.account.webhooks = {kept.id: kept}
    assert closed(await desk.connect()) == []
    assert [hook.event for hook in desk.webhooks()] == EVENTS
    assert desk.webhook() is kept


async def test_no_webhook_is_made_unless_wanted(desk: Desk) -> None:
    await desk.connect(NEVER_MADE)
    assert desk.webhooks() == []


async def test_a_webhook_deleted_in_lever_is_made_again_at_the_same_address(desk: Desk) -> None:
    first = await desk.connect()
    old, others = desk.webhook(HIRED), [hook for hook in desk.webhooks() if hook.event != HIRED]
    delete_in_lever(desk, HIRED)
    assert await desk.connect() == first
    hook = desk.webhook(HIRED)
    assert hook.id != old.id
    assert await desk.tokens(HIRED) == [hook.signature_token, old.signature_token]
    assert [one for one in desk.webhooks() if one.event != HIRED] == others


async def test_a_webhook_whose_token_was_never_stored_is_made_anew(desk: Desk) -> None:
    await desk.connect()
    lost, kept = desk.webhook(HIRED), desk.webhook()
    await lose_token(desk, HIRED)
    await desk.connect()
    assert desk.webhook(HIRED).id != lost.id
    assert await desk.tokens(HIRED) == [desk.webhook(HIRED).signature_token]
    assert desk.webhook() is kept


async def test_a_webhook_for_another_event_at_our_address_is_replaced(desk: Desk) -> None:
    await desk.connect()
    wrong = desk.webhook(HIRED)
    wrong.event = "interviewCreated"
    await desk.connect()
    assert wrong not in desk.webhooks()
    assert await desk.tokens(HIRED) == [desk.webhook(HIRED).signature_token, wrong.signature_token]


async def test_a_webhook_whose_creation_was_never_answered_is_made_anew(desk: Desk) -> None:
    await desk.connect()
    delete_in_lever(desk, HIRED)
    fail_at(desk, "POST /v1/webhooks", hang_after_write=1, hang_seconds=0)
    with pytest.raises(WebhookNotMadeError, match=r"webhook 'Candidate Hired'.*may have happened"):
        await desk.connect()
    lost = desk.webhook(HIRED)
    assert not (await desk.endpoint(HIRED)).is_open
    assert (await desk.endpoint()).is_open
    await desk.connect()
    assert desk.webhook(HIRED).id != lost.id
    assert await desk.tokens(HIRED) == [desk.webhook(HIRED).signature_token]


async def test_a_key_that_may_not_make_webhooks_is_told_so_and_the_connection_stays(desk: Desk) -> None:
    fail_at(desk, "POST /v1/webhooks", fail_status=403, fail_count=9)
    with pytest.raises(WebhookNotMadeError, match=r"is stored.*POST /webhooks.*403.*permission.*again"):
        await desk.connect()
    url_key = (await desk.endpoint()).url_key
    heal(desk)
    assert lever_url(await desk.connect()).endswith(url_key)
    assert len(desk.webhooks()) == 4


async def test_a_webhook_made_by_hand_goes_on_where_none_can_be_made(desk: Desk) -> None:
    await desk.connect(with_lever_token("made-by-hand-in-lever"))
    fail_at(desk, "POST /v1/webhooks", fail_status=403, fail_count=9)
    with pytest.raises(WebhookNotMadeError):
        await desk.connect()
    assert await desk.tokens() == ["made-by-hand-in-lever"]


async def test_a_webhook_at_an_address_we_left_is_replaced(desk: Desk) -> None:
    await desk.connect()
    moved = await desk.connect(base="https://moved.example")
    assert len(desk.webhooks()) == 4
    for event in EVENTS:
        hook = desk.webhook(event)
        assert hook.url == lever_url(moved, event)
        assert hook.url.startswith("https://moved.example/webhooks/lever/")
        assert (await desk.tokens(event))[0] == hook.signature_token


async def test_other_peoples_webhooks_are_left_alone(desk: Desk) -> None:
    await desk.connect(swap('name = "demo"', 'name = "somebody else\'s"'))
    theirs = desk.webhooks()
    meant = swap("create_webhooks = true", "create_webhooks = true\nallow_same_account = true")
    await desk.connect(meant)
    await desk.connect(base="https://moved.example")
    assert [hook for hook in desk.webhooks() if hook in theirs] == theirs
    assert len(desk.webhooks()) == 8


async def test_what_an_endpoint_has_seen_survives_a_new_token(desk: Desk) -> None:
    await desk.connect()
    async with desk.parts.database.transaction() as session:
        await session.execute(update(WebhookEndpoint).values(rejections=3, last_rejection="bad signature"))
    desk.lever_app.state.lever.account.webhooks.clear()
    await desk.connect()
    seen = await desk.endpoint()
    assert (seen.rejections, seen.last_rejection) == (3, "bad signature")


@pytest.mark.parametrize("setting", [event.token_setting for event in LEVER_EVENTS])
async def test_webhooks_are_made_through_the_api_or_by_hand_but_not_both(desk: Desk, setting: str) -> None:
    with pytest.raises(BlueprintError, match=r"lever: .*create_webhooks = true or the tokens"):
        await desk.connect(swap("create_webhooks = true", f'create_webhooks = true\n{setting} = "x"'))
    assert await desk.stored() == 0


def test_each_event_is_told_with_the_setting_that_holds_its_token() -> None:
    for event in LEVER_EVENTS:
        one = {
            "api_key": "key",
            "perform_as": "u-1",
            "trigger_stages": ["s-1"],
            event.token_setting: "its-own",
        }
        tokens = LeverPart.model_validate(one).tokens
        assert [name for name, token in tokens.items() if token is not None] == [event.event]
    assert list(tokens) == EVENTS
