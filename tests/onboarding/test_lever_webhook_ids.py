"""Lever's id of a webhook made here is kept with its endpoint: it tells one deleted in Lever from one made by hand."""

import asyncio

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from lever.client import LeverClient
from lever.models import WebhookCreated
from onboarding.keys import replace_lever
from onboarding.keys_checking import LeverAccess
from onboarding.lever_events import LEVER_EVENTS
from onboarding.webhooks import WebhookNotMadeError, make_webhooks
from store.tables import WebhookEndpoint
from tests.onboarding.desk import NEVER_MADE, WHO, Desk, lever_url, swap, with_lever_token

EVENTS = [event.event for event in LEVER_EVENTS]
STAGE, HIRED = "candidateStageChange", "candidateHired"
OTHER_KEY = "lever-sandbox-people"


async def ids(desk: Desk) -> list[str | None]:
    return [(await desk.endpoint(event)).lever_webhook_id for event in EVENTS]


def made(desk: Desk) -> list[str]:
    return [desk.webhook(event).id for event in EVENTS]


def hide(desk: Desk) -> None:
    """Lever lists them to the key that made them."""
    for hook in desk.webhooks():
        hook.made_through_api = False


def delete_in_lever(desk: Desk, event: str) -> str:
    webhook_id = desk.webhook(event).id
    del desk.lever_app.state.lever.account.webhooks[webhook_id]
    return str(webhook_id)


async def press(desk: Desk, *, anew: bool = False) -> list[str]:
    return await make_webhooks(desk.parts, (await desk.connection()).id, WHO, anew=anew)


async def replace_key(desk: Desk, key: str) -> None:
    row = await desk.connection()
    await replace_lever(desk.parts, row, LeverAccess(row.lever_url, SecretStr(key)), WHO)


async def test_the_id_is_stored_with_the_token_and_stays_while_nothing_changes(desk: Desk) -> None:
    await desk.connect()
    assert await ids(desk) == made(desk)
    await desk.connect()
    await replace_key(desk, "lever-sandbox-key")
    await replace_key(desk, "")
    assert await ids(desk) == made(desk)


async def test_the_id_follows_the_webhook_that_is_made_anew(desk: Desk) -> None:
    await desk.connect()
    before = await ids(desk)
    await press(desk, anew=True)
    assert await ids(desk) == made(desk)
    assert not set(before) & set(await ids(desk))


async def test_one_deleted_in_lever_is_made_again_by_the_button_too(desk: Desk) -> None:
    connected = await desk.connect()
    gone = delete_in_lever(desk, HIRED)
    assert await press(desk) == []
    assert desk.webhook(HIRED).url.rpartition("/")[2] == lever_url(connected, HIRED).rpartition("/")[2]
    assert (await desk.endpoint(HIRED)).lever_webhook_id == desk.webhook(HIRED).id != gone


async def test_where_none_can_be_made_the_deleted_one_stays_known(desk: Desk) -> None:
    await desk.connect()
    gone, knobs = delete_in_lever(desk, HIRED), desk.lever_app.state.lever.knobs
    knobs.merge({"match": "POST /v1/webhooks", "fail_status": 403, "fail_count": 9})
    with pytest.raises(WebhookNotMadeError):
        await desk.connect()
    endpoint = await desk.endpoint(HIRED)
    assert (endpoint.lever_webhook_id, endpoint.is_open) == (gone, True)


async def test_a_token_put_in_by_hand_is_another_webhooks(desk: Desk) -> None:
    await desk.connect()
    kept = await ids(desk)
    await desk.connect(with_lever_token("made-by-hand-in-lever"))
    assert await ids(desk) == [None, *kept[1:]]


@pytest.mark.parametrize("by_file", [True, False])
async def test_with_another_key_the_ids_are_forgotten_and_nothing_is_made_twice(
    desk: Desk, *, by_file: bool
) -> None:
    await desk.connect()
    hide(desk)
    if by_file:
        left = (await desk.connect(swap("lever-sandbox-key", OTHER_KEY))).left_webhooks
    else:
        await replace_key(desk, OTHER_KEY)
        left = tuple(await press(desk))
    assert left == tuple(event.title for event in LEVER_EVENTS)
    assert await ids(desk) == [None] * 4
    assert len(desk.webhooks()) == 4


async def test_a_key_replaced_while_lever_is_asked_waits_for_nothing_and_is_not_given_the_ids(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.connect(NEVER_MADE)
    create, asked = LeverClient.create_webhook, list[str]()

    async def replaced_meanwhile(client: LeverClient, event: str, url: str) -> WebhookCreated:
        if not asked:
            async with asyncio.timeout(5):  # a row that stays locked while Lever is asked would take 10
                await replace_key(desk, OTHER_KEY)
        asked.append(event)
        return await create(client, event, url)

    monkeypatch.setattr(LeverClient, "create_webhook", replaced_meanwhile)
    assert await press(desk) == []
    assert (asked, await ids(desk)) == (EVENTS, [None] * 4)
    assert [await desk.tokens(event) for event in EVENTS] == [
        [desk.webhook(event).signature_token] for event in EVENTS
    ]


async def test_one_whose_token_was_lost_goes_and_the_one_with_a_token_stays(desk: Desk) -> None:
    """As when we are killed between Lever's making it and our keeping its token."""
    await desk.connect(NEVER_MADE)
    await press(desk)
    before = desk.webhooks()
    desk.lever_app.state.lever.knobs.merge(
        {"match": "POST /v1/webhooks", "hang_after_write": 1, "hang_seconds": 0}
    )
    with pytest.raises(WebhookNotMadeError):
        await press(desk, anew=True)
    assert len(desk.webhooks()) == 5
    assert await press(desk) == []
    assert desk.webhooks() == before


async def test_the_file_makes_no_second_one_beside_one_made_by_hand(desk: Desk) -> None:
    await desk.connect(with_lever_token("made-by-hand-in-lever"))
    connected = await desk.connect()
    assert connected.left_webhooks == ("Candidate Stage Change",)
    assert STAGE not in [hook.event for hook in desk.webhooks()]
    assert (len(desk.webhooks()), await desk.tokens()) == (3, ["made-by-hand-in-lever"])


async def test_one_made_before_ids_were_kept_is_left_as_one_made_by_hand(desk: Desk) -> None:
    await desk.connect()
    async with desk.parts.database.transaction() as session:
        await session.execute(update(WebhookEndpoint).values(lever_webhook_id=None))
    delete_in_lever(desk, HIRED)
    assert (await desk.connect()).left_webhooks == ("Candidate Hired",)
    assert len(desk.webhooks()) == 3
