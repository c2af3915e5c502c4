"""The settings form in less fair weather: begun and not set up, vendors away, choices gone, and other people."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, update

from store.people_tables import PagePerson, Role
from store.tables import Connection, RequestTemplate
from tests.factories import add_template, connect
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import Desk, Vendors, open_desk
from tests.pages.admin.browser import Browser
from tests.pages.admin.conftest import Pages
from tests.pages.admin.settings_filled import Filled

__all__ = ["vendors"]

PAGE = "/connections/1/settings"
NASTY = """<script>alert(1)</script>"><img src=x onerror=alert(2)>"""
NOBODY = "http://127.0.0.1:9"
"""Where nothing listens."""


@pytest.fixture
async def admin(pages: Pages) -> Browser:
    browser = pages.open_browser()
    await browser.become_admin()
    return browser


@pytest.fixture
async def desk(pages: Pages, vendors: Vendors) -> AsyncIterator[Desk]:
    """With the demo's connection."""
    async with open_desk(pages.parts.settings, vendors) as opened:
        made = Desk(pages.parts, opened.file, opened.lever_app, opened.crosschq_app, opened.people)
        await made.connect()
        yield made


async def change(pages: Pages, **columns: object) -> None:
    async with pages.parts.database.transaction() as session:
        await session.execute(update(Connection).values(**columns))


async def test_a_connection_that_was_only_begun_is_set_up_by_saving(
    desk: Desk, pages: Pages, admin: Browser
) -> None:
    await change(pages, trigger_stages=[], perform_as="", paused_because="Not set up yet.")
    async with pages.parts.database.transaction() as session:
        await session.execute(delete(RequestTemplate))
    form = await Filled.opened(admin, PAGE)
    assert "Paused: Not set up yet. Saving these settings ends the pause." in form.text
    stage = next(
        one.id for one in desk.lever_app.state.lever.account.stages.values() if one.text == "Crosschq"
    )
    form.put(lever__trigger_stages=stage, lever__perform_as=desk.people["admin"])
    await form.put(templates__0__name="All", templates__0__survey="general").press("templates.0.survey")
    assert (await form.put(templates__fallback="0").save()).status_code == 303
    row = await desk.connection()
    assert (row.trigger_stages, row.perform_as, row.paused_because) == ([stage], desk.people["admin"], None)
    assert [one["is_fallback"] for one in await desk.templates()] == [True]


async def test_with_vendors_away_what_is_stored_is_shown_as_text(pages: Pages, admin: Browser) -> None:
    where = {"lever_url": f"{NOBODY}/v1", "crosschq_url": NOBODY}
    made = await connect(pages.parts.database, pages.parts.vault, **where)
    await add_template(pages.parts.database, made.connection)
    form = await Filled.opened(admin, PAGE)
    assert "Cannot be read: Lever&#39;s archive reasons, Lever&#39;s stages, Lever&#39;s tags" in form.text
    assert "Cannot be read: Crosschq&#39;s surveys" in form.text
    assert 'name="lever.perform_as" value="user-integration"' in form.text
    assert form.fields["lever.trigger_stages"] == ["stage-crosschq"]
    assert 'name="templates.0.survey" value="software-engineer"' in form.text
    answer = await form.put(requests__fallback_requestor="typed@acme.example").save()
    assert answer.status_code == 400
    assert "Nothing was stored. Lever, GET /disposition_stages" in answer.text
    assert 'value="typed@acme.example"' in answer.text


async def test_a_refused_key_is_said_in_words(desk: Desk, pages: Pages, admin: Browser) -> None:
    await change(pages, lever_key=pages.parts.vault.seal("revoked"))
    shown = (await admin.open(PAGE)).text
    assert "the API key was refused (401)" in shown
    assert "revoked" not in shown


async def test_keys_that_cannot_be_decrypted_are_said_and_not_overwritten(
    desk: Desk, pages: Pages, admin: Browser
) -> None:
    await change(pages, lever_key=b"lost")
    form = await Filled.opened(admin, PAGE)
    assert "Neither vendor can be read." in form.text
    answer = await form.save()
    assert answer.status_code == 400
    assert "lever api_key: it is missing, or cannot be decrypted any more" in answer.text
    assert (await desk.connection()).lever_key == b"lost"


async def test_what_is_gone_at_the_vendors_is_shown_as_gone(desk: Desk, pages: Pages, admin: Browser) -> None:
    await change(pages, trigger_stages=["gone-stage"], perform_as="gone-user", hired_reason="gone-reason")
    async with pages.parts.database.transaction() as session:
        await session.execute(update(RequestTemplate).values(survey="gone-survey", lever_tag="gone-tag"))
    form = await Filled.opened(admin, PAGE)
    assert "gone-stage (not a stage in Lever any more)" in form.text
    assert "gone-user (not an active user in Lever any more)" in form.text
    assert "gone-reason (not such a reason in Lever any more)" in form.text
    assert "gone-survey (not switched on in Crosschq any more)" in form.text
    assert "Nothing in Lever has this tag as yet." in form.text
    for path, value in (("lever.trigger_stages", "gone-stage"), ("templates.0.survey", "gone-survey")):
        assert form.fields[path] == [value]


async def test_text_from_outside_stays_text(desk: Desk, pages: Pages, admin: Browser) -> None:
    account = desk.lever_app.state.lever.account
    for one in (*account.stages.values(), *account.users.values(), *account.archive_reasons.values()):
        for name in ("text", "name"):
            if hasattr(one, name):
                setattr(one, name, NASTY)
    next(iter(account.opportunities.values())).tags.append(NASTY)
    await change(pages, name=NASTY, paused_because=NASTY, perform_as=NASTY, fallback_requestor=NASTY)
    async with pages.parts.database.transaction() as session:
        await session.execute(
            update(RequestTemplate).where(RequestTemplate.id == 1).values(name=NASTY, survey=NASTY)
        )
    form = await Filled.opened(admin, PAGE)
    answer = await form.put(live_since=NASTY, templates__0__references__peers=NASTY).save()
    for text in (form.text, answer.text, (await form.press("templates.add")).text):
        assert "&lt;script&gt;alert(1)" in text
        assert "<script>alert" not in text
        assert "<img" not in text


async def test_a_viewer_looks_and_changes_nothing(desk: Desk, pages: Pages, admin: Browser) -> None:
    async with pages.parts.database.transaction() as session:
        known = await session.get_one(PagePerson, 1)
        session.add(PagePerson(name="vera", role=Role.VIEWER, password_hash=known.password_hash))
    viewer = pages.open_browser()
    await viewer.sign_in("vera")
    form = await Filled.opened(viewer, PAGE)
    assert "<fieldset disabled>" in form.text
    assert ">Save</button>" not in form.text
    before = await desk.dump()
    assert [(await form.send(act)).status_code for act in ("save", "templates.add")] == [403, 403]
    assert await desk.dump() == before


async def test_a_form_of_another_page_s_is_refused(desk: Desk, admin: Browser) -> None:
    form = await Filled.opened(admin, PAGE)
    assert (await form.put(form_token="another").save()).status_code == 403


@pytest.mark.parametrize("number", [7, 2**31, 10**30])
async def test_a_connection_that_is_not_there_is_not_found(desk: Desk, admin: Browser, number: int) -> None:
    form = await Filled.opened(admin, PAGE)
    form.path = f"/connections/{number}/settings"
    assert (await admin.open(form.path)).status_code == 404
    assert (await form.save()).status_code == 404


@pytest.mark.parametrize(
    "button", ["templates.9.remove", "templates.0.references.nobody.more", "prospects.postings.4.remove", "x"]
)
async def test_a_button_that_is_not_there_does_nothing(desk: Desk, admin: Browser, button: str) -> None:
    form = await Filled.opened(admin, PAGE)
    before = dict(form.fields)
    await form.press(button)
    assert form.fields == before
