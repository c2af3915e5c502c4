"""The pages of the self-test and the preview: what they show, to whom, and that text from outside stays text."""

import pytest

from onboarding.self_test.findings import Finding, Group, ok, to_know
from store.people_tables import PagePerson, Role
from store.tables import Connection
from tests.factories import add_template, connect
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import Desk, Vendors, open_desk, swap
from tests.pages.admin.browser import Browser
from tests.pages.admin.conftest import Pages

__all__ = ["vendors"]

NASTY = """<script>alert(1)</script>"><img src=x onerror=alert(2)>"""
NOBODY = "http://127.0.0.1:9"
"""Where nothing listens."""


@pytest.fixture
async def admin(pages: Pages) -> Browser:
    browser = pages.open_browser()
    await browser.become_admin()
    return browser


@pytest.fixture
async def desk(pages: Pages, vendors: Vendors) -> Desk:
    async with open_desk(pages.parts.settings, vendors) as opened:
        return Desk(pages.parts, opened.file, opened.lever_app, opened.crosschq_app, opened.people)


async def unreachable(pages: Pages, **columns: object) -> Connection:
    where = {"lever_url": f"{NOBODY}/v1", "crosschq_url": NOBODY}
    return (await connect(pages.parts.database, pages.parts.vault, **where, **columns)).connection


async def test_nothing_is_checked_before_the_button(pages: Pages, admin: Browser) -> None:
    await unreachable(pages)
    shown = (await admin.open("/connections/1/self-test")).text
    assert "Check now" in shown
    assert "wrong" not in shown


async def test_what_is_wrong_is_shown_first_with_what_to_do(desk: Desk, admin: Browser) -> None:
    await desk.connect(swap("crosschq-sales", "crosschq-nobody-has-it"))
    shown = (await admin.open("/connections/1/self-test?check=now")).text
    assert "No open posting that the key may see has the tag &#39;crosschq-nobody-has-it&#39;" in shown
    assert "Add the tag &#39;crosschq-nobody-has-it&#39; to a posting in Lever" in shown
    assert shown.index("Sales: Lever tag") < shown.index("Engineers: Lever tag")


async def test_what_is_only_to_know_does_not_stand_in_the_way_of_all_is_well(
    pages: Pages, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def found(*_: object) -> list[Finding]:
        told = {"Key": ok("It is taken."), "Access": to_know("It was left out.", "Make another key.")}
        return [Finding(Group.LEVER, title, *one) for title, one in told.items()]

    await unreachable(pages)
    monkeypatch.setattr("pages.admin.self_test.self_test", found)
    shown = " ".join((await admin.open("/connections/1/self-test?check=now")).text.split())
    assert "All is well: 0 not verified yet, 1 info, 1 passed, on " in shown
    assert '<p class="verdict quiet">• Info</p>' in shown


async def test_names_of_connections_templates_and_tags_stay_text(pages: Pages, admin: Browser) -> None:
    connection = await unreachable(pages, name=NASTY, paused_because=NASTY)
    await add_template(pages.parts.database, connection, name=NASTY, lever_tag=NASTY)
    for path in ("/connections/1/self-test?check=now", "/preview"):
        shown = (await admin.open(path)).text
        assert "&lt;script&gt;alert(1)" in shown
        assert "<script>alert" not in shown
        assert "<img" not in shown


async def test_what_was_typed_for_a_preview_stays_text(pages: Pages, admin: Browser) -> None:
    await unreachable(pages)
    answer = await admin.http.get("/preview", params={"connection": NASTY, "opportunity": NASTY})
    assert answer.status_code == 400
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script>alert" not in answer.text


async def test_tags_templates_and_names_from_lever_stay_text_in_a_preview(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    account = desk.lever_app.state.lever.account
    opportunity = account.opportunities[account.cast["opportunities"]["no_template_tag"]]
    opportunity.tags.append(NASTY)
    shown = (await admin.open(f"/preview?connection=1&opportunity={opportunity.id}")).text
    assert "No template matches." in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown


async def test_a_preview_shows_what_would_be_sent_with_the_address_masked(desk: Desk, admin: Browser) -> None:
    await desk.connect()
    account = desk.lever_app.state.lever.account
    opportunity = account.opportunities[account.cast["opportunities"]["plain"]]
    shown = (await admin.open(f"/preview?connection=1&opportunity={opportunity.id}")).text
    assert "A reference request would be sent." in shown
    assert "Template &#39;Engineers&#39; is used, because" in shown
    assert next(iter(account.contact_of(opportunity).emails)) not in shown


async def test_the_admin_says_whether_crosschqs_own_connector_is_off(pages: Pages, admin: Browser) -> None:
    await unreachable(pages)
    page = "/connections/1/self-test"
    assert "Nobody has said yet" in (await admin.open(page)).text
    answer = await admin.send(page, "/connections/1/own-connector", state="off")
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert "Last recorded answer: off." in (await admin.open(page)).text
    assert (await admin.send(page, "/connections/1/own-connector", state=NASTY)).status_code == 400


async def test_a_viewer_may_look_and_say_nothing(pages: Pages, admin: Browser) -> None:
    await unreachable(pages)
    async with pages.parts.database.transaction() as session:
        known = await session.get_one(PagePerson, 1)
        session.add(PagePerson(name="vera", role=Role.VIEWER, password_hash=known.password_hash))
    viewer = pages.open_browser()
    await viewer.sign_in("vera")
    shown = await viewer.open("/connections/1/self-test?check=now")
    assert (shown.status_code, "It is off</button>" in shown.text) == (200, False)
    assert (await viewer.send("/", "/connections/1/own-connector", state="off")).status_code == 403


@pytest.mark.parametrize("number", [7, 2**31, 10**30])
async def test_a_connection_that_is_not_there_is_not_found(admin: Browser, number: int) -> None:
    assert (await admin.open(f"/connections/{number}/self-test?check=now")).status_code == 404
    answer = await admin.send("/preview", f"/connections/{number}/own-connector", state="off")
    assert answer.status_code == 404
