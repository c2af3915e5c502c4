"""A connection's page: addresses, tokens, keys, switches, pauses; who may change them, and that no secret is shown."""

from datetime import timedelta

import pytest

from lever.auth import api_key
from lever.client import connect
from lever.webhooks import CANDIDATE_HIRED, CANDIDATE_STAGE_CHANGE
from onboarding.keys import is_refused
from outbound.errors import CredentialsRefused
from outbound.limiter import Unlimited
from store.connections import Connections, Endpoints
from store.due import SNAPSHOT_EVENT
from store.tables import Connection, Vendor, WebhookEndpoint
from store.webhook_tokens import OVERLAP
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import NEVER_MADE, Desk, with_lever_token
from tests.pages.admin.browser import Browser, said
from tests.pages.admin.connecting import (
    LEVER_KEY,
    ONE,
    OTHER_LEVER_KEY,
    SECRETS,
    admin,
    audits,
    begin,
    change,
    desk,
    endpoint_path,
    row,
    seen,
    viewer,
)

__all__ = ["admin", "desk", "vendors", "viewer"]

NASTY = """<script>alert(1)</script>"><img src=x onerror=alert(2)>"""
REFUSED = "Lever, GET /users: the API key was refused (401); store a valid one for this connection"


async def lever_url(desk: Desk) -> str:
    return (await row(desk)).lever_url


async def replace(desk: Desk, admin: Browser, **fields: str) -> str:
    """What came of the form of Lever's key."""
    answer = await admin.send(ONE, f"{ONE}/lever-key", **{"lever_url": await lever_url(desk), **fields})
    if answer.status_code != 303:
        return answer.text
    assert said(await admin.open_next(answer)).startswith("Lever accepted it")
    return "done"


async def test_the_addresses_stand_there_under_their_names(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    shown = (await admin.open(ONE)).text
    for event, label in (
        (CANDIDATE_STAGE_CHANGE, "Lever Webhook URL"),
        (CANDIDATE_HIRED, "Webhook Hired URL"),
        (SNAPSHOT_EVENT, "Crosschq Webhook URL"),
    ):
        endpoint = await desk.endpoint(event)
        assert f">{label}</label>" in shown
        assert (
            f'value="http://127.0.0.1:8600/webhooks/{endpoint.vendor.value}/{endpoint.url_key}" readonly'
            in shown
        )
    assert shown.count("readonly") == 5


async def test_the_list_says_how_each_is(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    assert "Live for what happens since 2026-01-01 00:00:00 UTC" in (await admin.open("/connections")).text
    await change(desk, Connection, 1, is_shadow=True)
    assert "In shadow mode for what happens since" in (await admin.open("/connections")).text
    await change(desk, Connection, 1, paused_because=NASTY)
    shown = (await admin.open("/connections")).text
    assert "Paused because: &lt;script&gt;" in shown
    assert "<img" not in shown


async def test_what_came_to_each_address_is_told(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    async with desk.parts.database.transaction() as session:
        which = (await desk.endpoint()).id
        await Endpoints(session).note_ping(which)
    shown = (await admin.open(ONE)).text
    assert "From the webhook of Candidate Stage Change a ping has come, and no event yet" in shown
    assert "Nothing has come from the webhook of Candidate Hired yet." in shown
    async with desk.parts.database.transaction() as session:
        await Endpoints(session).note_events([which])
        await Endpoints(session).note_rejection(which, NASTY)
    shown = (await admin.open(ONE)).text
    assert "UTC: &lt;script&gt;alert(1)" in shown
    assert "(1 in all)" in shown
    assert "Last event: Candidate Stage Change, " in shown
    assert "From the webhook of Candidate Stage Change" not in shown


async def test_the_webhooks_are_made_by_one_button_and_their_tokens_never_shown(
    desk: Desk, admin: Browser
) -> None:
    await desk.connect(NEVER_MADE)
    answer = await admin.send(ONE, f"{ONE}/webhooks/make")
    assert "The webhooks are made in Lever" in said(await admin.open_next(answer))
    made = [hook.signature_token for hook in desk.webhooks()]
    assert len(made) == 4
    assert await desk.tokens() == [desk.webhook().signature_token]
    shown = await seen(desk, admin)
    assert [secret for secret in (*made, *SECRETS) if secret in shown] == []
    assert ("ada", "had the webhooks made in Lever", None) in await audits(desk)


async def test_the_button_pressed_again_makes_nothing_and_anew_gives_each_another_token(
    desk: Desk, admin: Browser
) -> None:
    await desk.connect(NEVER_MADE)
    await admin.send(ONE, f"{ONE}/webhooks/make")
    before, old = desk.webhooks(), desk.webhook().signature_token
    again = await admin.send(ONE, f"{ONE}/webhooks/make")
    assert said(await admin.open_next(again)).startswith("All were there already")
    assert desk.webhooks() == before
    anew = await admin.send(ONE, f"{ONE}/webhooks/make", anew="yes")
    assert said(await admin.open_next(anew)).startswith("The webhooks are made anew in Lever")
    assert len(desk.webhooks()) == 4
    assert [hook for hook in desk.webhooks() if hook in before] == []
    assert await desk.tokens() == [desk.webhook().signature_token, old]


async def test_the_button_pressed_while_somebody_makes_them_is_told_so_at_once(
    desk: Desk, admin: Browser
) -> None:
    await desk.connect(NEVER_MADE)
    async with desk.parts.database.transaction() as session:
        assert await Connections(session).may_make_webhooks(1)
        answer = await admin.send(ONE, f"{ONE}/webhooks/make")
    assert (answer.status_code, "look again in a minute" in answer.text) == (400, True)
    assert desk.webhooks() == []
    assert (await admin.send(ONE, f"{ONE}/webhooks/make")).status_code == 303
    assert len(desk.webhooks()) == 4


async def test_a_key_that_may_make_no_webhooks_is_said_so_in_words(desk: Desk, admin: Browser) -> None:
    await desk.connect(NEVER_MADE)
    knobs = desk.lever_app.state.lever.knobs
    knobs.merge({"match": "POST /v1/webhooks", "fail_status": 403, "fail_count": 9})
    answer = await admin.send(ONE, f"{ONE}/webhooks/make")
    assert answer.status_code == 400
    assert "its Lever webhook &#39;Candidate Stage Change&#39; could not be made." in answer.text


async def test_a_typed_token_is_stored_and_the_previous_one_works_until_it_is_forgotten(
    desk: Desk, admin: Browser
) -> None:
    await desk.connect(with_lever_token("the-first-token-typed"))
    path = await endpoint_path(desk)
    stored = await admin.send(ONE, f"{path}/token", token="the-second-token")
    assert said(await admin.open_next(stored)).startswith("Stored: ")
    assert await desk.tokens() == ["the-second-token", "the-first-token-typed"]
    shown = (await admin.open(ONE)).text
    assert "the previous one still works until " in shown
    forgotten = await admin.send(ONE, f"{path}/forget")
    assert said(await admin.open_next(forgotten)).startswith("The previous token is forgotten")
    assert await desk.tokens() == ["the-second-token"]
    assert (await admin.send(ONE, f"{path}/forget")).status_code == 400
    shown = await seen(desk, admin)
    assert [one for one in ("the-first-token-typed", "the-second-token") if one in shown] == []


async def test_the_page_shows_until_when_a_previous_token_works_and_that_it_does_not_any_more(
    desk: Desk, admin: Browser
) -> None:
    await desk.connect(with_lever_token("the-first-token-typed"))
    path = await endpoint_path(desk)
    before = desk.parts.now()
    await admin.send(ONE, f"{path}/token", token="the-second-token")
    endpoint = await desk.endpoint()
    assert endpoint.token_replaced_at is not None
    assert before <= endpoint.token_replaced_at <= desk.parts.now()
    until = f"{endpoint.token_replaced_at + OVERLAP:%Y-%m-%d %H:%M:%S} UTC."
    assert f"the previous one still works until {until}" in (await admin.open(ONE)).text
    await admin.send(ONE, f"{path}/token", token="the-second-token")
    assert (await desk.endpoint()).token_replaced_at == endpoint.token_replaced_at
    long_ago = endpoint.token_replaced_at - OVERLAP - timedelta(days=1)
    async with desk.parts.database.transaction() as session:
        (await session.get_one(WebhookEndpoint, endpoint.id)).token_replaced_at = long_ago
    shown = (await admin.open(ONE)).text
    assert f"The previous one has not been taken since {long_ago + OVERLAP:%Y-%m-%d %H:%M:%S} UTC." in shown
    assert "Revoke previous token" not in shown


@pytest.mark.parametrize(
    "token", ["", "x", "15-characters-x", "two words in a token", "ключ-от-двери-нашей", "x" * 2001]
)
async def test_a_token_that_cannot_be_one_is_refused_at_its_field(
    desk: Desk, admin: Browser, token: str
) -> None:
    await desk.connect(with_lever_token("the-first-token-typed"))
    path = await endpoint_path(desk)
    answer = await admin.send(ONE, f"{path}/token", token=token)
    assert answer.status_code == 400
    assert f'id="token-{path.rpartition("/")[2]}-wrong"' in answer.text
    assert await desk.tokens() == ["the-first-token-typed"]


async def test_crosschqs_scheme_never_changes_to_one_without_its_token(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    path = await endpoint_path(desk, SNAPSHOT_EVENT)
    await admin.send(ONE, f"{path}/token", token="", webhook_auth="basic")
    assert (await desk.endpoint(SNAPSHOT_EVENT)).auth_scheme == "basic"
    told = await audits(desk)
    assert told[-1] == ("ada", "changed the method of Crosschq's webhook from Token to Basic", None)
    assert "stored a webhook token: Crosschq" not in [what for _, what, _ in told]
    await admin.send(ONE, f"{path}/token", token="", webhook_auth="basic")
    assert await audits(desk) == told
    await change(desk, WebhookEndpoint, (await desk.endpoint(SNAPSHOT_EVENT)).id, secrets=None)
    answer = await admin.send(ONE, f"{path}/token", token="", webhook_auth="token")
    assert "needs a token" in answer.text
    assert (await desk.endpoint(SNAPSHOT_EVENT)).auth_scheme == "basic"


async def test_another_connections_webhook_is_not_to_be_reached(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    for which in (404, 10**15):
        assert (await admin.send(ONE, f"{ONE}/webhooks/{which}/token", token="x")).status_code == 400


async def test_a_new_key_is_tried_before_it_replaces_the_old_one(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    said = await replace(desk, admin, lever_key="wrong-key")
    assert "Lever does not accept this key" in said
    assert "wrong-key" not in said
    assert desk.parts.vault.open((await row(desk)).lever_key) == LEVER_KEY
    assert await replace(desk, admin, lever_key=OTHER_LEVER_KEY) == "done"
    assert desk.parts.vault.open((await row(desk)).lever_key) == OTHER_LEVER_KEY
    assert (await audits(desk))[-1] == ("ada", "replaced Lever's key", None)
    assert OTHER_LEVER_KEY not in await seen(desk, admin)


async def test_a_new_key_ends_the_pause_of_the_refused_one_and_of_nothing_else(
    desk: Desk, admin: Browser
) -> None:
    await desk.connect()
    for because, then in ((REFUSED, None), ("By hand: a release", "By hand: a release")):
        await change(desk, Connection, 1, paused_because=because)
        assert await replace(desk, admin, lever_key=OTHER_LEVER_KEY) == "done"
        assert (await row(desk)).paused_because == then
    await change(desk, Connection, 1, paused_because=REFUSED.replace("Lever", "Crosschq"))
    assert await replace(desk, admin, lever_key=LEVER_KEY) == "done"
    assert (await row(desk)).paused_because is not None


async def test_the_pause_of_a_refused_key_is_told_by_what_a_refusal_says(desk: Desk) -> None:
    await desk.connect()
    client = connect(await lever_url(desk), api_key("wrong"), Unlimited())
    with pytest.raises(CredentialsRefused) as refused:
        await client.stages()
    await client.aclose()
    assert is_refused(str(refused.value), Vendor.LEVER)
    assert not is_refused(str(refused.value), Vendor.CROSSCHQ)
    assert not is_refused(None, Vendor.LEVER)


async def test_the_stored_key_is_not_shown_to_another_host(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    before = await lever_url(desk)
    assert "Another host needs its own key" in await replace(desk, admin, lever_url="https://api.lever.co/v1")
    assert "are not allowed" in await replace(desk, admin, lever_url="https://inside.example", lever_key="k")
    told = await audits(desk)
    assert await replace(desk, admin) == "done"
    assert (await lever_url(desk), await audits(desk)) == (before, told)
    await change(desk, Connection, 1, paused_because=REFUSED)
    assert await replace(desk, admin, lever_key=LEVER_KEY) == "done"
    assert await audits(desk) == [*told, ("ada", f"ended the connection's pause ({REFUSED})", None)]


async def test_a_key_of_another_account_is_refused(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    await change(desk, Connection, 1, trigger_stages=["stage-elsewhere"], perform_as="user-elsewhere")
    assert "is of another Lever account" in await replace(desk, admin, lever_key=OTHER_LEVER_KEY)


async def test_one_that_is_not_set_up_cannot_get_the_key_of_an_account_that_is_connected(
    desk: Desk, admin: Browser
) -> None:
    await desk.connect()
    elsewhere = {"lever_account": ["somebody"], "perform_as": "", "trigger_stages": []}
    await change(desk, Connection, 1, **elsewhere)
    assert await replace(desk, admin, lever_key=OTHER_LEVER_KEY) == "done"
    assert "somebody" not in (await row(desk)).lever_account
    url = await lever_url(desk)
    await begin(desk, admin, lever_key=OTHER_LEVER_KEY, allow_same_account="on")
    await change(desk, Connection, 1, **elsewhere)
    fields = {"lever_url": url, "lever_key": OTHER_LEVER_KEY}
    refused = await admin.send(ONE, f"{ONE}/lever-key", **fields)
    assert "connected already, as &#39;Acme&#39;" in refused.text
    assert (await admin.send(ONE, f"{ONE}/lever-key", **fields, allow_same_account="on")).status_code == 303


async def test_crosschqs_key_and_prefix_are_tried_together(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    fields = {"crosschq_url": (await row(desk)).crosschq_url, "crosschq_key": ""}
    answer = await admin.send(ONE, f"{ONE}/crosschq-key", **fields, crosschq_prefix="Token")
    assert answer.status_code == 400
    assert '<option value="Token" selected>' in answer.text
    answer = await admin.send(ONE, f"{ONE}/crosschq-key", **fields, crosschq_prefix="")
    assert said(await admin.open_next(answer)).startswith("Crosschq accepted it")
    assert (await row(desk)).crosschq_key_prefix == ""


async def test_reports_of_a_crosschq_at_another_host_are_taken_from_there(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    now = await row(desk)
    await change(
        desk,
        Connection,
        1,
        crosschq_url="https://old.crosschq.com",
        trusted_origins=["https://*.crosschq.com"],
    )
    fields = {"crosschq_url": now.crosschq_url, "crosschq_key": "crosschq-sandbox-key", "crosschq_prefix": ""}
    assert (await admin.send(ONE, f"{ONE}/crosschq-key", **fields)).status_code == 303
    assert {*(await row(desk)).trusted_origins} == {now.crosschq_url, "https://*.crosschq.com"}


async def test_a_person_pauses_and_lets_go_on_and_waiting_counts_anew(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    assert (await admin.send(ONE, f"{ONE}/pause", why="")).status_code == 400
    assert (await admin.send(ONE, f"{ONE}/resume", why="x")).status_code == 400
    paused = await admin.send(ONE, f"{ONE}/pause", why="A release of theirs.")
    assert said(await admin.open_next(paused)).startswith("Paused: ")
    assert (await row(desk)).paused_because == "By hand: A release of theirs."
    assert (await admin.send(ONE, f"{ONE}/pause", why="Again.")).status_code == 400
    resumed = await admin.send(ONE, f"{ONE}/resume", why="It is over.")
    assert said(await admin.open_next(resumed)).startswith("It goes on")
    assert (await row(desk)).paused_because is None
    assert (await audits(desk))[-2:] == [
        ("ada", "paused the connection", "A release of theirs."),
        ("ada", "ended the connection's pause (By hand: A release of theirs.)", "It is over."),
    ]


async def test_one_that_is_not_set_up_cannot_go_on(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    await change(desk, Connection, 1, trigger_stages=[], paused_because="Not set up")
    answer = await admin.send(ONE, f"{ONE}/resume", why="Because.")
    assert "choose stages and templates" in answer.text
    assert (await row(desk)).paused_because == "Not set up"
    await change(desk, Connection, 1, paused_because=REFUSED)
    assert await replace(desk, admin, lever_key=OTHER_LEVER_KEY) == "done"
    assert (await row(desk)).paused_because == REFUSED


async def test_the_two_switches_are_turned_with_a_reason(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    path = f"{ONE}/prospect-switches"
    assert (await admin.send(ONE, path, export_new="on")).status_code == 400
    turned = await admin.send(ONE, path, export_new="on", export_existing="on", why="They asked.")
    assert said(await admin.open_next(turned)).startswith("The switches are set")
    settings = await desk.prospects()
    assert (settings.export_existing, settings.export_new) == (True, True)
    assert [order.event for order in await desk.orders()]
    await admin.send(ONE, path, why="Enough.")
    settings = await desk.prospects()
    assert (settings.export_existing, settings.export_new) == (False, False)
    assert ("ada", "prospect export of new ones turned off", "Enough.") in await audits(desk)


async def test_a_viewer_sees_all_but_secrets_and_changes_nothing(
    desk: Desk, admin: Browser, viewer: Browser
) -> None:
    await desk.connect()
    shown = (await viewer.open(ONE)).text
    assert "Lever Webhook URL" in shown
    assert shown.count("<form") == 1
    path = await endpoint_path(desk)
    before = await desk.dump()
    for act in ("pause", "resume", "prospect-switches", "lever-key", "crosschq-key", "webhooks/make"):
        assert (await viewer.send("/", f"{ONE}/{act}", why="x", lever_key="x")).status_code == 403
    for act in ("token", "forget"):
        assert (await viewer.send("/", f"{path}/{act}", token="x")).status_code == 403
    assert await desk.dump() == before


@pytest.mark.parametrize("which", [7, 2**31, 10**30])
async def test_one_that_is_not_there_is_not_found(desk: Desk, admin: Browser, which: int) -> None:
    assert (await admin.open(f"/connections/{which}")).status_code == 404
    for act in ("pause", "resume", "prospect-switches", "lever-key", "crosschq-key", "webhooks/make"):
        answer = await admin.send("/preview", f"/connections/{which}/{act}", why="Because.")
        assert answer.status_code == 404
    assert (await admin.send("/preview", f"/connections/{which}/webhooks/1/token")).status_code == 404


async def test_a_webhook_made_by_hand_is_not_made_a_second_time(desk: Desk, admin: Browser) -> None:
    await desk.connect(with_lever_token("made-by-hand-in-lever"))
    answer = await admin.send(ONE, f"{ONE}/webhooks/make")
    assert answer.status_code == 400
    assert "Left as it is: Candidate Stage Change." in answer.text
    assert "delete it in Lever, then make these webhooks anew" in answer.text
    assert CANDIDATE_STAGE_CHANGE not in [hook.event for hook in desk.webhooks()]
    assert await desk.tokens() == ["made-by-hand-in-lever"]


async def test_made_anew_a_webhook_is_there_before_the_old_one_goes(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    before = desk.webhooks()
    desk.lever_app.state.lever.knobs.merge(
        {"match": "POST /v1/webhooks", "fail_status": 403, "fail_count": 9}
    )
    assert (await admin.send(ONE, f"{ONE}/webhooks/make", anew="yes")).status_code == 400
    assert desk.webhooks() == before
    desk.lever_app.state.lever.knobs.reset()
    old = await desk.tokens()
    assert (await admin.send(ONE, f"{ONE}/webhooks/make", anew="yes")).status_code == 303
    assert not {hook.id for hook in before} & {hook.id for hook in desk.webhooks()}
    assert (await desk.tokens())[1:] == old


async def test_an_answer_lost_while_they_are_made_anew_closes_nothing(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    before, old = desk.webhooks(), await desk.tokens()
    knobs = desk.lever_app.state.lever.knobs
    knobs.merge({"match": "POST /v1/webhooks", "hang_after_write": 1, "hang_seconds": 0})
    answer = await admin.send(ONE, f"{ONE}/webhooks/make", anew="yes")
    assert (answer.status_code, "one too many" in answer.text) == (400, True)
    assert (await desk.tokens(), len(desk.webhooks())) == (old, len(before) + 1)
    assert (await admin.send(ONE, f"{ONE}/webhooks/make", anew="yes")).status_code == 303
    assert not {hook.id for hook in before} & {hook.id for hook in desk.webhooks()}
    assert await desk.tokens() == [desk.webhook().signature_token, *old]


async def test_an_answer_lost_leaves_the_token_of_one_made_by_hand(desk: Desk, admin: Browser) -> None:
    await desk.connect(with_lever_token("made-by-hand-in-lever"))
    knobs = desk.lever_app.state.lever.knobs
    knobs.merge({"match": "POST /v1/webhooks", "hang_after_write": 1, "hang_seconds": 0})
    assert (await admin.send(ONE, f"{ONE}/webhooks/make", anew="yes")).status_code == 400
    assert await desk.tokens() == ["made-by-hand-in-lever"]


async def test_an_old_one_that_could_not_be_deleted_is_told_and_goes_with_the_next_press(
    desk: Desk, admin: Browser
) -> None:
    await desk.connect()
    before, old, knobs = desk.webhooks(), await desk.tokens(), desk.lever_app.state.lever.knobs
    knobs.merge({"match": "DELETE /v1/webhooks", "fail_status": 403, "fail_count": 1})
    answer = await admin.send(ONE, f"{ONE}/webhooks/make", anew="yes")
    assert (answer.status_code, "could not be made" in answer.text) == (400, False)
    assert "an old one could not be deleted: Candidate Stage Change. Lever, DELETE" in answer.text
    assert ("ada", "had the webhooks made in Lever anew", None) in await audits(desk)
    both, tokens = desk.webhooks(), await desk.tokens()
    assert ([hook for hook in both if hook in before], tokens[1:]) == (before[:1], old)
    assert (await admin.send(ONE, f"{ONE}/webhooks/make")).status_code == 303
    assert desk.webhooks() == [hook for hook in both if hook not in before]
    assert (await desk.tokens(), tokens[0]) == (tokens, desk.webhook().signature_token)


async def test_a_viewer_does_not_read_the_addresses(desk: Desk, admin: Browser, viewer: Browser) -> None:
    await desk.connect()
    url_key = (await desk.endpoint(SNAPSHOT_EVENT)).url_key
    assert url_key in (await admin.open(ONE)).text
    shown = "".join([(await viewer.open(path)).text for path in ("/connections", ONE, f"{ONE}/self-test")])
    assert url_key not in shown
    assert "for the admin" in shown


async def test_a_token_stored_makes_the_settings_of_before_stale(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    before = (await row(desk)).updated_at
    await admin.send(
        ONE,
        f"{await endpoint_path(desk, SNAPSHOT_EVENT)}/token",
        token="another-token-of-16",
        webhook_auth="token",
    )
    assert (await row(desk)).updated_at > before
