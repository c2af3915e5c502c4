"""What an admin's file becomes in the store, and what a second run of the same or another file does to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import delete, update

from onboarding.lever_events import LEVER_EVENTS
from outbound.errors import CredentialsRefused
from store.connections import Connections
from store.due import SNAPSHOT_EVENT
from store.tables import Connection, Delivery, DeliveryState, WebhookEndpoint
from store.vault import Vault
from tests.onboarding.desk import (
    BASE,
    LIVE_SINCE,
    NEVER_MADE,
    SECRETS,
    WHO,
    Desk,
    both,
    closed,
    lever_url,
    swap,
    with_follow_up,
    with_lever_token,
    with_requests,
)
from tools.demo.connection import CROSSCHQ_TOKEN


async def test_the_file_is_stored_with_the_vendors_ids(desk: Desk) -> None:
    await desk.connect()
    row = await desk.connection()
    stages = desk.lever_app.state.lever.account.stages.values()
    assert row.name == "demo"
    assert row.live_since == LIVE_SINCE
    assert row.trigger_stages == [stage.id for stage in stages if stage.text == "Crosschq"]
    assert row.stage_names == {stage.id: stage.text for stage in stages}
    assert row.perform_as == desk.people["integration"]
    assert row.requestor_chain == ["owner", "posting_owner", "hiring_manager"]
    assert row.trusted_origins == [row.crosschq_url]
    assert (row.fallback_requestor, row.ask_again_after_days, row.paused_because) == (None, None, None)


async def test_the_templates_are_stored(desk: Desk) -> None:
    await desk.connect(swap('lever_tag = "crosschq-sales"', "fallback = true\norder = 7"))
    engineers, sales = await desk.templates()
    assert engineers == {
        "name": "Engineers",
        "description": "For engineering postings",
        "survey": "software-engineer",
        "lever_tag": "crosschq-engineer",
        "counts": {"managers": 1, "peers": 2},
        "position": None,
        "is_fallback": False,
    }
    assert (sales["lever_tag"], sales["position"], sales["is_fallback"]) == (None, 7, True)


async def test_secrets_are_sealed(desk: Desk) -> None:
    await desk.connect()
    dump, vault, row = await desk.dump(), desk.parts.vault, await desk.connection()
    assert "demo" in dump
    for secret in (*SECRETS, *(hook.signature_token for hook in desk.webhooks())):
        assert secret not in dump
        assert secret.encode().hex() not in dump
    assert vault.open(row.lever_key) == "lever-sandbox-key"
    assert vault.open(row.crosschq_key) == "crosschq-sandbox-key"


async def test_the_addresses_to_copy_lead_to_one_endpoint_each(desk: Desk) -> None:
    connected = await desk.connect(base=f"{BASE}/behind/")
    crosschq = await desk.endpoint(SNAPSHOT_EVENT)
    keys = {event.event: (await desk.endpoint(event.event)).url_key for event in LEVER_EVENTS}
    for event, key in keys.items():
        assert lever_url(connected, event) == f"{BASE}/behind/webhooks/lever/{key}"
    assert connected.crosschq_webhook_url == f"{BASE}/behind/webhooks/crosschq/{crosschq.url_key}"
    assert len({*keys.values(), crosschq.url_key}) == 5


async def test_crosschqs_token_is_stored_with_the_way_it_is_shown(desk: Desk) -> None:
    await desk.connect()
    crosschq = await desk.endpoint(SNAPSHOT_EVENT)
    assert (await desk.tokens(SNAPSHOT_EVENT), crosschq.auth_scheme) == ([CROSSCHQ_TOKEN], "token")


async def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    first = await desk.connect()
    before, templates = await desk.connection(), await desk.templates()
    events = [SNAPSHOT_EVENT, *(event.event for event in LEVER_EVENTS)]
    tokens = [await desk.tokens(event) for event in events]
    webhooks = desk.webhooks()
    assert await desk.connect() == first
    after = await desk.connection()
    assert desk.webhooks() == webhooks
    assert [await desk.tokens(event) for event in events] == tokens
    assert await desk.templates() == templates
    sealed_anew = {"lever_key", "crosschq_key", "updated_at"}
    names = {column.name for column in Connection.__table__.columns} - sealed_anew
    assert {name: getattr(after, name) for name in names} == {name: getattr(before, name) for name in names}


async def test_what_changed_in_the_file_changes_in_the_store(desk: Desk) -> None:
    first = await desk.connect()
    second = await desk.connect(
        both(
            swap('["Crosschq"]', '["Reference check", "offer"]'),
            swap(desk.people["integration"], "Amparo.Ilvermoor@employer.example"),
            with_requests('fallback_requestor = "hr@acme.example"\nask_again_after_days = 90'),
            swap('name = "Sales"', 'name = "Selling"'),
        )
    )
    row = await desk.connection()
    assert second == first
    assert row.trigger_stages[1] == "offer"
    assert row.perform_as == desk.people["admin"]
    assert (row.fallback_requestor, row.ask_again_after_days) == ("hr@acme.example", 90)
    assert [one["name"] for one in await desk.templates()] == ["Engineers", "Selling"]


async def test_another_name_is_another_connection(desk: Desk) -> None:
    first = await desk.connect()
    second = await desk.connect(
        both(
            swap('name = "demo"', 'name = "second"'),
            swap("create_webhooks = true", "create_webhooks = true\nallow_same_account = true"),
        )
    )
    urls = {webhook.url for one in (first, second) for webhook in one.lever_webhooks}
    assert len(urls) == 8
    assert {hook.url for hook in desk.webhooks()} == urls


async def test_a_new_token_keeps_the_previous_one_working(desk: Desk) -> None:
    for token in ("the-first-token-of-lever", "the-second-token-of-lever", "the-third-token-of-lever"):
        await desk.connect(both(with_lever_token(token), swap(f'"{CROSSCHQ_TOKEN}"', f'"crosschq-{token}"')))
    assert await desk.tokens() == ["the-third-token-of-lever", "the-second-token-of-lever"]
    assert await desk.tokens(SNAPSHOT_EVENT) == [
        "crosschq-the-third-token-of-lever",
        "crosschq-the-second-token-of-lever",
    ]


async def test_going_back_to_the_previous_token_keeps_both(desk: Desk) -> None:
    for token in ("the-first-token-of-lever", "the-second-token-of-lever", "the-first-token-of-lever"):
        await desk.connect(with_lever_token(token))
    assert await desk.tokens() == ["the-first-token-of-lever", "the-second-token-of-lever"]


@pytest.mark.parametrize("length", [1, 15])
async def test_a_new_token_that_is_too_short_is_refused_by_the_name_of_its_setting(
    desk: Desk, length: int
) -> None:
    short = "x" * length
    said = await desk.refusal(both(with_lever_token(short), swap(f'"{CROSSCHQ_TOKEN}"', f'"{short}"')))
    assert "  lever.stage_change_token: A webhook's token has 16 characters or more" in said
    assert "  crosschq.webhook_token: A webhook's token has 16 characters or more" in said
    await desk.connect(both(with_lever_token("x" * 16), swap(f'"{CROSSCHQ_TOKEN}"', f'"{"y" * 16}"')))


async def test_a_short_token_from_before_stays_good_and_its_file_can_be_used_again(desk: Desk) -> None:
    await desk.connect()
    async with desk.parts.database.transaction() as session:
        short = desk.parts.vault.seal_list(["short"])
        await session.execute(
            update(WebhookEndpoint).where(WebhookEndpoint.event == SNAPSHOT_EVENT).values(secrets=short)
        )
    await desk.connect(swap(f'"{CROSSCHQ_TOKEN}"', '"short"'))
    assert await desk.tokens(SNAPSHOT_EVENT) == ["short"]


async def test_a_token_left_out_of_the_file_stays(desk: Desk) -> None:
    await desk.connect(with_lever_token("the-first-token-of-lever"))
    connected = await desk.connect(NEVER_MADE)
    assert await desk.tokens() == ["the-first-token-of-lever"]
    assert "candidateStageChange" not in closed(connected)


async def test_each_event_has_its_own_token_and_is_closed_without_it(desk: Desk) -> None:
    missing = [event.event for event in LEVER_EVENTS]
    assert closed(await desk.connect(NEVER_MADE)) == missing
    for event in LEVER_EVENTS:
        assert not (await desk.endpoint(event.event)).is_open
        token = f"of-{event.event}"
        missing.remove(event.event)
        assert closed(await desk.connect(with_lever_token(token, event.token_setting))) == missing
        assert await desk.tokens(event.event) == [token]


async def test_a_connection_from_before_the_other_events_gets_their_endpoints(desk: Desk) -> None:
    await desk.connect(with_lever_token("made-by-hand-in-lever"))
    before = await desk.endpoint()
    async with desk.parts.database.transaction() as session:
        await session.execute(
            delete(WebhookEndpoint).where(WebhookEndpoint.event.in_(["candidateHired", "candidateDeleted"]))
        )
    connected = await desk.connect(with_lever_token("made-by-hand-in-lever"))
    assert closed(connected) == ["candidateHired", "candidateArchiveChange", "candidateDeleted"]
    assert (await desk.endpoint()).url_key == before.url_key


async def test_without_a_follow_up_section_the_usual_values_are_stored(desk: Desk) -> None:
    await desk.connect(lambda file: with_follow_up("")(file).replace("[follow_up]\n", ""))
    row = await desk.connection()
    assert (row.follow_up_after, row.remind_after) == (timedelta(days=14), timedelta(days=7))
    assert (row.settle_after, row.fallback_asked) == (timedelta(minutes=10), None)
    assert (row.archived_is_not_hired, row.crosschq_takes_outcomes) == (True, True)
    assert (row.hired_reason, row.not_hired_reason) == (None, None)


FOLLOW_UP = """\
after = "P1W2DT3H4M5S"
remind_after = "never"
settle_after = "PT0S"
fallback_asked = "talent@acme.example"
archived_means_not_hired = false
archive_when_hired = "Hired"
archive_when_not_hired = "Not a fit"
crosschq_takes_outcomes = false
"""


async def test_the_follow_up_section_is_stored_and_changed_with_the_file(desk: Desk) -> None:
    await desk.connect()
    await desk.connect(with_follow_up(FOLLOW_UP))
    row = await desk.connection()
    assert row.follow_up_after == timedelta(days=9, hours=3, minutes=4, seconds=5)
    assert (row.remind_after, row.settle_after) == (None, timedelta(0))
    assert row.fallback_asked == "talent@acme.example"
    assert (row.archived_is_not_hired, row.crosschq_takes_outcomes) == (False, False)
    assert (row.hired_reason, row.not_hired_reason) == (
        desk.reason("Hired").id,
        desk.reason("Not a fit").id,
    )
    await desk.connect()
    assert (await desk.connection()).hired_reason is None


async def test_an_archive_reason_may_be_written_as_its_id(desk: Desk) -> None:
    withdrew = desk.reason("Withdrew").id
    await desk.connect(with_follow_up(f'archive_when_not_hired = "{withdrew}"'))
    assert (await desk.connection()).not_hired_reason == withdrew


async def test_connecting_again_ends_a_pause_and_its_deliveries_count_anew(desk: Desk) -> None:
    await desk.connect()
    row = await desk.connection()
    waiting = Delivery(
        connection_id=row.id,
        origin="webhook",
        event="candidateStageChange",
        subject="opportunity:o-1",
        replay_key="key-1",
        body_sha256="0" * 64,
        state=DeliveryState.WAITING,
        first_attempt_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    async with desk.parts.database.transaction() as session:
        await Connections(session).pause(row.id, "Lever refused the key.")
        session.add(waiting)
    await desk.connect()
    async with desk.parts.database.transaction() as session:
        found = await session.get_one(Delivery, waiting.id)
    assert (await desk.connection()).paused_because is None
    assert found.first_attempt_at is None


async def test_a_refused_file_leaves_the_pause_and_the_connection_as_they_were(desk: Desk) -> None:
    await desk.connect()
    async with desk.parts.database.transaction() as session:
        await session.execute(update(Connection).values(paused_because="Lever refused the key."))
    before = await desk.dump()
    with pytest.raises(CredentialsRefused):
        await desk.connect(swap('"lever-sandbox-key"', '"wrong-key"'))
    assert await desk.dump() == before


async def test_each_connecting_leaves_who_did_it_in_the_audit(desk: Desk) -> None:
    """The second one makes no webhook, and says of none."""
    await desk.connect()
    await desk.connect()
    row, told = await desk.connection(), await desk.audits()
    assert [audit.what for audit in told] == [
        "connection created",
        "had the webhooks made in Lever",
        "connection saved",
    ]
    for audit in told:
        assert (audit.who, audit.subject, audit.connection_id) == (WHO, f"connection:{row.id}", row.id)


async def test_connecting_again_stores_all_secrets_under_a_new_key(desk: Desk) -> None:
    await desk.connect(with_lever_token("made-by-hand-in-lever"))
    lost = desk.parts
    desk.parts = replace(lost, vault=Vault([Fernet.generate_key().decode()]))
    connected = await desk.connect(NEVER_MADE)
    assert "candidateStageChange" in closed(connected)
    assert desk.parts.vault.open((await desk.connection()).lever_key) == "lever-sandbox-key"
    assert await desk.tokens(SNAPSHOT_EVENT) == [CROSSCHQ_TOKEN]


async def test_a_rotated_key_takes_every_token_along(desk: Desk) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    desk.parts = replace(desk.parts, vault=Vault([old]))
    await desk.connect(with_lever_token("made-by-hand-in-lever"))
    desk.parts = replace(desk.parts, vault=Vault([new, old]))
    await desk.connect(NEVER_MADE)
    desk.parts = replace(desk.parts, vault=Vault([new]))
    assert await desk.tokens() == ["made-by-hand-in-lever"]


async def test_a_file_that_does_not_name_them_ends_no_shadow_mode_and_lifts_no_limit(desk: Desk) -> None:
    await desk.connect(with_requests("shadow = true\nmost_per_hour = 7"))
    await desk.connect()
    async with desk.parts.database.transaction() as session:
        kept = await Connections(session).get(1)
    assert (kept.is_shadow, kept.most_per_hour) == (True, 7)
    await desk.connect(with_requests("shadow = false"))
    async with desk.parts.database.transaction() as session:
        assert not (await Connections(session).get(1)).is_shadow
