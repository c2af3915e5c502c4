"""The settings form of a connection: what it shows, stores, refuses and keeps, before both vendors' sandboxes."""

import re
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from sqlalchemy import update

from store.prospect_switches import set_switches
from store.tables import Connection
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import SECRETS, Desk, Vendors, open_desk
from tests.pages.admin.browser import Browser
from tests.pages.admin.conftest import Pages
from tests.pages.admin.settings_filled import Filled

__all__ = ["vendors"]

PAGE = "/connections/1/settings"
NASTY = """<script>alert(1)</script>"><img src=x onerror=alert(2)>"""


@pytest.fixture
async def admin(pages: Pages) -> Browser:
    browser = pages.open_browser()
    await browser.become_admin()
    return browser


@pytest.fixture
async def desk(pages: Pages, vendors: Vendors) -> Desk:
    """With the demo's connection."""
    async with open_desk(pages.parts.settings, vendors) as opened:
        made = Desk(pages.parts, opened.file, opened.lever_app, opened.crosschq_app, opened.people)
        await made.connect()
        return made


@pytest.fixture
async def form(desk: Desk, admin: Browser) -> Filled:
    return await Filled.opened(admin, PAGE)


async def change(desk: Desk, **columns: object) -> None:
    async with desk.parts.database.transaction() as session:
        await session.execute(update(Connection).values(**columns))


async def test_saving_what_is_shown_changes_nothing(desk: Desk, form: Filled) -> None:
    before = await desk.connection(), await desk.templates(), await desk.prospects()
    answer = await form.save()
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?saved=on")
    after = await desk.connection(), await desk.templates(), await desk.prospects()
    sealed = {"lever_key", "crosschq_key", "updated_at"}
    for old, new in ((before[0], after[0]), (before[2], after[2])):
        names = set(old.__table__.columns.keys()) - sealed
        assert {name: getattr(old, name) for name in names} == {name: getattr(new, name) for name in names}
    assert before[1] == after[1]
    assert (await desk.audits())[-1].what == "settings changed: none"


async def test_the_keys_and_tokens_stay_and_are_never_shown(desk: Desk, form: Filled) -> None:
    events = ("candidateStageChange", "candidateHired", "snapshot")
    before = [await desk.tokens(event) for event in events]
    hooks = [(hook.id, hook.url) for hook in desk.webhooks()]
    await form.save()
    row = await desk.connection()
    opened = desk.parts.vault.open
    assert (opened(row.lever_key), opened(row.crosschq_key)) == ("lever-sandbox-key", "crosschq-sandbox-key")
    assert [await desk.tokens(event) for event in events] == before
    assert [(hook.id, hook.url) for hook in desk.webhooks()] == hooks
    assert not any(secret in form.text for secret in (*SECRETS, *chain.from_iterable(before)))


async def test_stages_are_lever_s_with_lead_stages_marked_and_off(desk: Desk, form: Filled) -> None:
    lead = next(one for one in desk.lever_app.state.lever.account.stages.values() if one.pipeline == "lead")
    assert f'value="{lead.id}" disabled' in form.text
    assert f"{lead.text} (lead stage: its people have not applied)" in form.text
    assert form.fields["lever.trigger_stages"] == (await desk.connection()).trigger_stages
    assert (form.fields["follow_up.after"], form.fields["follow_up.settle_after"]) == (
        ["14 days"],
        ["10 minutes"],
    )


async def test_all_that_is_typed_is_stored(desk: Desk, form: Filled) -> None:
    offer = next(one.id for one in desk.lever_app.state.lever.account.stages.values() if one.text == "Offer")
    form.put(
        lever__trigger_stages=[offer],
        lever__perform_as=desk.people["admin"],
        live_since="2027-02-03T04:05",
        requests__requestor_chain=["hiring_manager", "", "owner"],
        requests__fallback_requestor="hr@acme.example",
        requests__ask_again_after_days="90",
        requests__shadow="on",
        requests__most_per_hour="7",
        follow_up__remind_after="never",
        follow_up__after="1 week",
        follow_up__archive_when_hired=desk.reason("Hired").id,
        prospects__tags="one\ntwo, with a comma\n",
        prospects__on_withdrawal="archive",
        prospects__withdrawal_reason=desk.reason("Withdrew").id,
        templates__0__order="3",
        templates__fallback="1",
    )
    form.fields.pop("follow_up.crosschq_takes_outcomes")
    assert (await form.save()).status_code == 303
    row, prospects, templates = await desk.connection(), await desk.prospects(), await desk.templates()
    assert (row.trigger_stages, row.perform_as) == ([offer], desk.people["admin"])
    assert row.live_since == datetime(2027, 2, 3, 4, 5, tzinfo=UTC)
    assert row.requestor_chain == ["hiring_manager", "owner"]
    assert (row.fallback_requestor, row.ask_again_after_days) == ("hr@acme.example", 90)
    assert (row.is_shadow, row.most_per_hour, row.crosschq_takes_outcomes) == (True, 7, False)
    assert (row.follow_up_after, row.remind_after) == (timedelta(days=7), None)
    assert (row.hired_reason, row.not_hired_reason) == (desk.reason("Hired").id, None)
    assert (prospects.tags, prospects.on_withdrawal) == (["one", "two, with a comma"], "archive")
    assert prospects.withdrawal_reason == desk.reason("Withdrew").id
    assert [(one["position"], one["is_fallback"]) for one in templates] == [(3, False), (None, True)]


async def test_the_audit_names_what_changed_without_values(desk: Desk, form: Filled) -> None:
    await form.put(requests__fallback_requestor="hr@acme.example", requests__shadow="on").save()
    (*_, saved, said) = await desk.audits()
    assert saved.what == "connection saved"
    assert said.what == "settings changed: Shadow mode, Fallback requestor"
    assert (said.who, said.connection_id) == ("ada", 1)


async def test_plus_and_minus_count_within_the_survey_s_bounds_and_keep_what_was_typed(form: Filled) -> None:
    peers = "templates.0.references.peers"
    form.put(templates__0__name="Typed", live_since="2027-02-03T04:05:06", prospects__source="Typed too")
    await form.press(f"{peers}.more")
    assert form.fields[peers] == ["3"]
    assert "autofocus" in form.text
    assert form.fields["templates.0.name"] == ["Typed"]
    assert (form.fields["live_since"], form.fields["prospects.source"]) == (
        ["2027-02-03T04:05:06"],
        ["Typed too"],
    )
    for _ in range(12):
        await form.press(f"{peers}.more")
    most = int(form.fields[peers][0])
    assert f"From 0 to {most}." in form.text
    for _ in range(most + 2):
        await form.press(f"{peers}.less")
    assert form.fields[peers] == ["0"]


async def test_a_press_of_plus_stores_nothing(desk: Desk, form: Filled) -> None:
    before = await desk.dump()
    await form.put(templates__0__name="Typed").press("templates.0.references.peers.more")
    assert await desk.dump() == before


async def test_a_press_of_plus_asks_neither_vendor_again(desk: Desk, form: Filled) -> None:
    desk.lever_app.state.lever.account.stages.clear()
    await form.press("templates.0.references.peers.more")
    assert "not a stage in Lever any more" not in form.text


async def test_templates_are_added_with_the_survey_s_references_and_removed(desk: Desk, form: Filled) -> None:
    await form.press("templates.add")
    await form.put(templates__2__survey="customer-support", templates__2__name="Support").press(
        "templates.2.survey"
    )
    assert {name for name in form.fields if name.startswith("templates.2.references.")} == {
        "templates.2.references.managers",
        "templates.2.references.peers",
    }
    form.put(templates__2__references__managers="1", templates__2__references__peers="1")
    await form.put(templates__2__lever_tag="brand new").press("templates.0.remove")
    assert (await form.save()).status_code == 303
    sales, support = await desk.templates()
    assert (sales["name"], support["name"], support["lever_tag"]) == ("Sales", "Support", "brand new")
    assert support["counts"] == {"managers": 1, "peers": 1}


async def test_posting_rules_are_added_and_removed(desk: Desk, form: Filled) -> None:
    posting = next(
        one for one in desk.lever_app.state.lever.account.postings.values() if one.state == "published"
    )
    for number in (0, 1):
        await form.press("prospects.postings.add")
        form.fields[f"prospects.postings.{number}.posting"] = [posting.id]
        form.fields[f"prospects.postings.{number}.tag"] = [f"tag-{number}"]
    await form.press("prospects.postings.0.remove")
    assert (await form.save()).status_code == 303
    rule = {"posting_id": posting.id, "tag": "tag-1", "job_function": None}
    assert (await desk.prospects()).posting_rules == [rule]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("live_since", "soon", "Write a day and a time"),
        ("lever.perform_as", "", "This is missing."),
        ("lever.trigger_stages", "", "Choose at least one."),
        ("requests.ask_again_after_days", "often", "Write a whole number."),
        ("requests.fallback_requestor", "nobody", "The e-mail address has no @."),
        ("requests.requestor_chain", "", "Choose at least one."),
        ("follow_up.after", "two weeks", "ISO 8601"),
        ("follow_up.settle_after", "P3D", "from 0 seconds to 1 day"),
        ("templates.1.name", "", "This is missing."),
        ("templates.1.lever_tag", "", "needs a Lever tag, or to be the fallback."),
        ("templates.1.survey", "unheard-of", "Crosschq has no survey"),
        ("templates.1.references.business", "99", "must be from"),
        ("prospects.withdrawal_tag", "Crosschq prospect", "one of the tags"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_on_top(
    desk: Desk, form: Filled, name: str, value: str, said: str
) -> None:
    before = await desk.dump()
    form.fields[name] = [value]
    answer = await form.save()
    assert answer.status_code == 400
    summary, _, fields = answer.text.partition("</section>")
    assert f'href="#{name}"' in summary
    assert f'id="{name}"' in fields
    assert said in summary
    assert said in fields.partition(f'id="{name}-wrong">')[2].partition("</p>")[0]
    assert re.search(f'aria-describedby="[^"]*{re.escape(name)}-wrong"', fields)
    assert 'aria-invalid="true"' in fields
    assert await desk.dump() == before


async def test_what_no_keyboard_types_is_left_out(desk: Desk, form: Filled) -> None:
    assert (await form.put(templates__0__name="En\0gine\0s").save()).status_code == 303
    assert [one["name"] for one in await desk.templates()] == ["Engines", "Sales"]


async def test_two_templates_of_one_name_are_refused(form: Filled) -> None:
    answer = await form.put(templates__1__name="Engineers").save()
    assert '<a href="#templates">Templates</a>: Two templates have the same name.' in answer.text


async def test_what_somebody_else_stored_meanwhile_is_not_lost_unseen(desk: Desk, form: Filled) -> None:
    await change(desk, fallback_requestor="theirs@acme.example")
    form.put(requests__fallback_requestor="mine@acme.example", live_since="2026-01-01T00:00")
    await form.press("templates.0.references.peers.more")
    refused = await form.save()
    assert refused.status_code == 400
    assert "Somebody has changed this connection" in refused.text
    assert "Fallback requestor</a>: theirs@acme.example" in refused.text
    assert "Live since (UTC)</a>" not in refused.text
    assert (await desk.connection()).fallback_requestor == "theirs@acme.example"
    form.read_on(refused)
    assert form.fields["requests.fallback_requestor"] == ["mine@acme.example"]
    assert (await form.save()).status_code == 303
    assert (await desk.connection()).fallback_requestor == "mine@acme.example"


async def test_the_switches_stay_as_they_stand_and_so_does_what_the_file_said(
    desk: Desk, form: Filled
) -> None:
    async with desk.parts.database.transaction() as session:
        await set_switches(session, 1, existing=None, new=True, who="ada", why=None)
    await form.put(prospects__source="Typed").save()
    row = await desk.prospects()
    assert (row.source, row.export_existing, row.export_new) == ("Typed", False, True)
    await desk.connect()
    assert (await desk.prospects()).export_new is True
