"""The self-test finds in words what keeps a connection from working, and changes nothing at either vendor."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import webhook_gateway
from lever.webhooks import RejectionReason
from onboarding.own_connector import ConnectorState, say_connector_is
from onboarding.self_test.findings import Verdict
from onboarding.self_test.rejections import ADVICE, advice
from onboarding.settings_form_labels import LABELS
from onboarding.webhooks import make_webhooks
from store.tables import Connection, Vendor, WebhookEndpoint
from tests.onboarding.desk import NEVER_MADE, SECRETS, swap
from tests.onboarding.proving import Room

STAGE_CHANGE = "Webhooks: Candidate Stage Change: events received"
LISTED = "Webhooks: Candidate Stage Change: in Lever"
REJECTING = {"Rejected", "__init__", "_remember_rejection", "note_rejection"}
"""What the gateway calls with the reason of a rejection."""


async def test_nothing_is_wrong_with_a_connection_that_works(room: Room) -> None:
    await room.set_up()
    await room.move_somebody()
    assert await room.wrong() == []
    assert (await room.found(STAGE_CHANGE)).verdict is Verdict.OK


async def test_it_only_reads(room: Room) -> None:
    await room.set_up()
    for app in (room.desk.lever_app.state.lever, room.desk.crosschq_app.state):
        app.ledger.clear()
    before = await room.desk.dump()
    await room.findings()
    calls = [*room.desk.lever_app.state.lever.ledger.calls(), *room.desk.crosschq_app.state.ledger.calls()]
    assert {call.method for call in calls} == {"GET"}
    assert without_turns(await room.desk.dump()) == without_turns(before)


def without_turns(dump: str) -> list[str]:
    """Whose turn it is to call a vendor is counted in a row of its own."""
    return [row for row in dump.splitlines() if '"refilled_at"' not in row]


async def test_no_finding_holds_a_secret(room: Room) -> None:
    await room.set_up()
    said = " ".join(f"{one.says} {one.do}" for one in await room.findings())
    endpoint = await room.desk.endpoint()
    assert not any(secret in said for secret in (*SECRETS, endpoint.url_key))


async def test_a_wrong_lever_key_is_named_once_and_hides_no_other_finding(room: Room) -> None:
    await room.set_up()
    connection = await room.desk.connection()
    await room.change(Connection, connection.id, lever_key=room.parts.vault.seal("mistyped"))
    assert await room.wrong() == ["Lever: API key"]
    assert "Lever does not accept the API key" in (await room.found("Lever: API key")).says
    stages = await room.found("Lever: Interview stages")
    assert (stages.verdict, "Lever does not accept the key" in stages.says) == (Verdict.NOT_SEEN, True)
    assert (await room.found("Crosschq: API key")).verdict is Verdict.OK


async def test_a_wrong_crosschq_key_is_named(room: Room) -> None:
    await room.set_up()
    connection = await room.desk.connection()
    await room.change(Connection, connection.id, crosschq_key=room.parts.vault.seal("mistyped"))
    assert await room.wrong() == ["Crosschq: API key"]


async def test_keys_that_cannot_be_decrypted_hide_nothing_of_our_own(room: Room) -> None:
    await room.set_up()
    connection = await room.desk.connection()
    await room.change(Connection, connection.id, lever_key=b"sealed under another key")
    assert await room.wrong() == ["Lever: API key"]
    assert "cannot be decrypted" in (await room.found("Lever: API key")).says
    assert (await room.found("This installation: Database")).verdict is Verdict.OK


async def test_a_forgotten_toggle_is_not_seen_and_named_and_then_proven_by_an_event(room: Room) -> None:
    await room.set_up()
    groups = room.desk.lever_app.state.lever.account.groups_on
    groups["Candidate stage change"] = False
    await room.move_somebody()
    found = await room.found(STAGE_CHANGE)
    assert found.verdict is Verdict.NOT_SEEN
    assert "Check the toggle of 'Candidate Stage Change' in Lever" in found.do
    await room.verify_connection()
    await room.move_somebody()
    found = await room.found(STAGE_CHANGE)
    assert (found.verdict, "A ping came on " in found.says) == (Verdict.NOT_SEEN, True)
    assert found.says.endswith("No event has come yet, so the toggle in Lever is unproven.")
    assert found.do.endswith("moving a test candidate proves it.")
    groups["Candidate stage change"] = True
    await room.move_somebody()
    assert (await room.found(STAGE_CHANGE)).verdict is Verdict.OK


async def test_a_wrong_token_is_found_by_what_was_rejected(room: Room) -> None:
    await room.set_up()
    endpoint = await room.desk.endpoint()
    await room.change(WebhookEndpoint, endpoint.id, secrets=room.parts.vault.seal_list(["another-token"]))
    await room.move_somebody()
    found = await room.found(STAGE_CHANGE)
    assert found.verdict is Verdict.WRONG
    assert "rejected: bad signature" in found.says
    assert "Copy the signature token of this webhook" in found.do


async def test_a_rejection_before_the_newest_event_is_told_and_not_wrong(room: Room) -> None:
    await room.set_up()
    endpoint = await room.desk.endpoint()
    await room.change(WebhookEndpoint, endpoint.id, secrets=room.parts.vault.seal_list(["another-token"]))
    await room.move_somebody()
    await room.change(WebhookEndpoint, endpoint.id, secrets=endpoint.secrets)
    await room.verify_connection()
    found = await room.found(STAGE_CHANGE)
    assert (found.verdict, "rejected: bad signature" in found.says) == (Verdict.NOT_SEEN, True)
    await room.move_somebody()
    found = await room.found(STAGE_CHANGE)
    assert (found.verdict, "rejected: bad signature" in found.says) == (Verdict.OK, True)


async def test_another_events_webhook_at_an_address_is_not_mended_by_its_token(room: Room) -> None:
    await room.set_up()
    room.desk.webhook().event = "applicationCreated"
    await room.verify_connection("applicationCreated")
    found = await room.found(STAGE_CHANGE)
    assert (found.verdict, "rejected: wrong event" in found.says) == (Verdict.WRONG, True)
    assert found.do.startswith("A webhook of another event leads to this address.")


def literals(call: ast.Call, named: dict[str, list[str]]) -> Iterator[str]:
    """The texts among a call's arguments; of an f-string what stands before its first value."""
    for given in call.args:
        match given:
            case ast.Constant(value=str(text)) | ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
                yield text
            case ast.Name(id=name):
                yield from named.get(name, [])


def reasons_in(module: str) -> set[str]:
    """What it gives as the reason of a rejection, as it stands in its source."""
    nodes = list(ast.walk(ast.parse((Path(webhook_gateway.__path__[0]) / module).read_text())))
    named: dict[str, list[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            named.setdefault(ast.unparse(node.targets[0]), []).append(str(node.value.value))
    return {
        text
        for node in nodes
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in REJECTING
        for text in literals(node, named)
    }


@pytest.mark.parametrize("vendor", list(Vendor))
def test_every_reason_of_the_gateway_has_its_own_advice(vendor: Vendor) -> None:
    modules = ("app.py", "body.py", "intake.py", f"{vendor.value}_intake.py")
    texts = {text for module in modules for text in reasons_in(module)}
    reasons = {text.partition(":")[0] for text in texts}
    reasons |= set(RejectionReason) if vendor is Vendor.LEVER else set()
    assert reasons == set(ADVICE[vendor])
    assert "report it" in advice(vendor, "unreadable: data is not an object")


async def test_a_missing_tag_is_named(room: Room) -> None:
    await room.set_up(swap("crosschq-sales", "crosschq-nobody-has-it"))
    assert await room.wrong() == ["Templates: Sales: Lever tag"]
    found = await room.found("Templates: Sales: Lever tag")
    assert "No open posting that the key may see has the tag 'crosschq-nobody-has-it'" in found.says


async def test_a_fallback_whose_tag_nobody_has_is_only_told(room: Room) -> None:
    await room.set_up(swap('lever_tag = "crosschq-sales"', 'lever_tag = "nobody-has-it"\nfallback = true'))
    assert (await room.found("Templates: Sales: Lever tag")).verdict is Verdict.TO_KNOW


async def test_a_tag_on_closed_postings_only_is_said_to_be(room: Room) -> None:
    await room.set_up()
    for posting in room.desk.lever_app.state.lever.account.postings.values():
        if "crosschq-sales" in posting.tags:
            posting.state = "closed"
    assert "Only closed postings or drafts have it." in (await room.found("Templates: Sales: Lever tag")).says


async def test_a_postings_title_and_team_are_tags_too(room: Room) -> None:
    (posting,) = room.desk.postings("Account Executive")
    await room.set_up(swap("crosschq-sales", posting.shape()["categories"]["team"].upper()))
    assert (await room.found("Templates: Sales: Lever tag")).verdict is Verdict.OK


async def test_an_endpoint_that_the_key_may_not_read_is_named(room: Room) -> None:
    await room.set_up()
    await room.lever.set_knobs(fail_status=403, fail_count=9, match="GET /v1/archive_reasons")
    assert "Lever: May read archive reasons" in await room.wrong()


async def test_without_any_opportunity_nothing_is_claimed_of_notes_and_files(room: Room) -> None:
    await room.set_up()
    room.desk.lever_app.state.lever.account.opportunities.clear()
    assert (await room.found("Lever: May read notes")).verdict is Verdict.NOT_SEEN
    assert (await room.found("Lever: May read opportunities")).verdict is Verdict.OK


async def test_confidential_access_is_asked_for(room: Room) -> None:
    await room.set_up()
    assert (await room.found("Lever: Confidential access")).verdict is Verdict.TO_KNOW
    room.desk.lever_app.state.lever.account.confidential_access = True
    assert (await room.found("Lever: Confidential access")).verdict is Verdict.OK


async def test_a_stage_that_became_a_lead_stage_or_is_gone_is_named(room: Room) -> None:
    await room.set_up()
    connection = await room.desk.connection()
    await room.change(Connection, connection.id, trigger_stages=["lead-new", "gone"])
    says = [one.says for one in await room.findings() if one.title == "Interview stage"]
    assert says == [
        "'New lead' is a lead stage: its people have not applied.",
        "Lever has no stage 'gone' any more.",
    ]


async def test_a_deactivated_user_for_changes_is_named(room: Room) -> None:
    await room.set_up()
    await room.lever.deactivate("integration")
    assert await room.wrong() == ["Lever: User for changes"]


async def test_a_webhook_that_lever_does_not_list_is_proven_by_what_came_from_it(room: Room) -> None:
    """Others of ours are listed: that does not make it one of them that was deleted."""
    await room.set_up()
    await room.change(WebhookEndpoint, (await room.desk.endpoint()).id, lever_webhook_id=None)
    webhooks: dict[str, Any] = room.desk.lever_app.state.lever.account.webhooks
    unlisted = webhooks.pop(room.desk.webhook().id)
    found = await room.found(LISTED)
    assert (found.verdict, "Nothing of it has come yet." in found.says) == (Verdict.NOT_SEEN, True)
    assert "press 'Recreate these webhooks'" in found.do
    webhooks[unlisted.id] = unlisted
    await room.move_somebody()
    del webhooks[unlisted.id]
    found = await room.found(LISTED)
    assert (found.verdict, "The last ping or event of it came on " in found.says) == (Verdict.OK, True)


async def test_a_webhook_made_here_and_deleted_in_lever_is_wrong_whatever_came_from_it(room: Room) -> None:
    await room.set_up()
    webhooks: dict[str, Any] = room.desk.lever_app.state.lever.account.webhooks
    del webhooks[room.desk.webhook("candidateDeleted").id]
    await room.move_somebody()
    del webhooks[room.desk.webhook().id]
    assert await room.wrong() == [LISTED, "Webhooks: Candidate Deleted: in Lever"]
    found = await room.found(LISTED)
    assert "it was deleted there. The last ping or event of it came on " in found.says
    assert "Press Create the webhooks in Lever on the connection's page" in found.do
    assert await make_webhooks(room.parts, (await room.desk.connection()).id, "ada", anew=False) == []
    assert await room.wrong() == []


async def test_a_list_that_cannot_be_read_makes_no_webhook_a_deleted_one(room: Room) -> None:
    await room.set_up()
    await room.lever.set_knobs(fail_status=403, fail_count=9, match="GET /v1/webhooks")
    assert await room.wrong() == ["Lever: May read webhooks", "Webhooks: In Lever"]


async def test_a_webhook_made_here_that_leads_elsewhere_now_is_not_called_deleted(room: Room) -> None:
    await room.set_up()
    room.desk.webhook().url = "https://elsewhere.example/hooks"
    found = await room.found(LISTED)
    assert found.verdict is Verdict.WRONG
    assert "leads to https://elsewhere.example, and not to our public address" in found.says


async def test_what_to_do_is_said_in_the_words_of_the_pages_before_the_files_key(room: Room) -> None:
    await room.set_up(NEVER_MADE)
    connection = await room.desk.connection()
    await room.change(Connection, connection.id, perform_as="nobody", is_shadow=True)
    shadow, user = LABELS["requests.shadow"], LABELS["lever.perform_as"]
    for title, words in (
        (LISTED, "Press Create the webhooks in Lever on the connection's page (in its file: create_webhooks"),
        ("Lever: User for changes", f"'{user}' (perform_as)"),
        ("This installation: Connection", f"{shadow} off in its settings (in its file: shadow = false)"),
    ):
        assert words in (await room.found(title)).do
    await room.change(Connection, connection.id, paused_because="A release.")
    assert "press 'Resume' on the connection's page" in (await room.found("This installation: Connection")).do


async def test_without_any_webhook_the_required_ones_are_wrong(room: Room) -> None:
    await room.set_up(NEVER_MADE)
    assert await room.wrong() == [
        "Webhooks: Candidate Stage Change: in Lever",
        "Webhooks: Candidate Hired: in Lever",
    ]
    unwanted = "Webhooks: Candidate Deleted"
    for title in (f"{unwanted}: in Lever", f"{unwanted}: events received"):
        assert (await room.found(title)).verdict is Verdict.TO_KNOW


async def test_webhooks_to_another_address_than_ours_are_named(room: Room) -> None:
    await room.desk.connect()
    found = await room.found("Webhooks: Candidate Hired: in Lever")
    assert "leads to https://references.example, and not to our public address" in found.says


async def test_whether_crosschqs_own_connector_is_off_is_asked_and_remembered(room: Room) -> None:
    await room.set_up()
    title, connection = "Crosschq: Crosschq's own Lever connector", await room.desk.connection()
    seen = [(await room.found(title)).verdict]
    for state in (ConnectorState.ON, ConnectorState.OFF):
        await say_connector_is(room.parts, connection.id, state, "ada")
        seen.append((await room.found(title)).verdict)
    assert seen == [Verdict.NOT_SEEN, Verdict.WRONG, Verdict.OK]
    assert [(one.who, one.what) for one in await room.desk.audits()][-1] == (
        "ada",
        "said that Crosschq's own connector is off",
    )


async def test_a_silent_vendor_is_said_to_be_silent_and_hides_no_other(room: Room) -> None:
    await room.set_up()
    await room.lever.set_knobs(latency_ms=3000)
    findings = await room.findings(time_limit=1)
    slow = {one.says for one in findings if one.title.startswith("May read")}
    assert slow == {"There was no answer in time."}
    assert [one.verdict for one in findings if one.title == "Mail server"] == [Verdict.OK]


async def test_a_pause_is_wrong(room: Room) -> None:
    await room.set_up()
    await room.change(Connection, (await room.desk.connection()).id, paused_because="Lever refused the key.")
    found = await room.found("This installation: Connection")
    assert (found.verdict, "paused: Lever refused the key." in found.says) == (Verdict.WRONG, True)
