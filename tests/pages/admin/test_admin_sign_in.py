"""Nobody gets in without the printed code, a password or a session; no other site's form changes anything."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from starlette.routing import Route

from pages.admin.sessions import COOKIE
from store.people import ABSOLUTE, IDLE, People
from store.people_tables import PagePerson, PageSession, Role
from tests.pages.admin.browser import CODE, PASSWORD
from tests.pages.admin.conftest import Pages

VIEWERS_MAY = {"/sign-out", "/people/password"}
STRANGERS_MAY = {"/sign-in", "/first-run", "/static/{name}"}


async def test_the_printed_code_makes_the_admin_and_signs_in(pages: Pages) -> None:
    browser = pages.open_browser()
    answer = await browser.become_admin()
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Overview" in (await browser.open("/")).text
    async with pages.parts.database.transaction() as session:
        [person] = await People(session).all()
    assert person.role is Role.ADMIN
    assert person.password_hash.startswith("$argon2id$")
    assert PASSWORD not in person.password_hash


@pytest.mark.parametrize("code", ["", "another", CODE + "x"])
async def test_without_the_code_nobody_becomes_the_admin(pages: Pages, code: str) -> None:
    assert (await pages.open_browser().become_admin(code)).status_code == 403
    async with pages.parts.database.transaction() as session:
        assert not await People(session).has_admin()


async def test_the_code_is_good_once(pages: Pages) -> None:
    await pages.open_browser().become_admin()
    late = await pages.open_browser().open("/first-run")
    assert (late.status_code, late.headers["location"]) == (303, "/sign-in")


async def test_two_first_runs_at_once_make_one_admin(pages: Pages) -> None:
    browsers = [pages.open_browser() for _ in range(2)]
    answers = await asyncio.gather(*(one.become_admin(name=f"ada-{at}") for at, one in enumerate(browsers)))
    assert sorted(answer.status_code for answer in answers) == [303, 400]


async def test_a_short_password_is_refused_in_words(pages: Pages) -> None:
    answer = await pages.open_browser().become_admin(password="short")
    assert answer.status_code == 400
    assert "12 to 200 characters" in answer.text


async def test_a_wrong_password_and_an_unknown_name_are_told_alike(pages: Pages) -> None:
    await pages.open_browser().become_admin()
    wrong = await pages.open_browser().sign_in(password="something else")
    unknown = await pages.open_browser().sign_in(name="eve")
    assert wrong.status_code == unknown.status_code == 403
    assert "The name or the password is wrong." in wrong.text
    assert "The name or the password is wrong." in unknown.text


async def test_ten_wrong_passwords_are_made_to_wait_also_with_the_right_one(pages: Pages) -> None:
    await pages.open_browser().become_admin()
    browser = pages.open_browser()
    for _ in range(10):
        await browser.sign_in(password="something else")
    assert (await browser.sign_in()).status_code == 429


async def test_a_planted_cookie_is_never_a_session(pages: Pages) -> None:
    await pages.open_browser().become_admin()
    browser = pages.open_browser()
    browser.http.cookies.set(COOKIE, "planted", domain="admin.test")
    await browser.sign_in()
    assert browser.http.cookies[COOKIE] != "planted"
    thief = pages.open_browser()
    thief.http.cookies.set(COOKIE, "planted", domain="admin.test")
    assert (await thief.open("/")).status_code == 303


@pytest.mark.parametrize(("column", "limit"), [("seen_at", IDLE), ("created_at", ABSOLUTE)])
async def test_a_session_ends_idle_or_old(pages: Pages, column: str, limit: timedelta) -> None:
    browser = pages.open_browser()
    await browser.become_admin()
    long_ago = func.now() - limit - timedelta(seconds=1)
    async with pages.parts.database.transaction() as session:
        await session.execute(update(PageSession).values({column: long_ago}))
    assert (await browser.open("/")).headers["location"].startswith("/sign-in")


async def test_signing_out_ends_the_session_on_the_server(pages: Pages) -> None:
    browser = pages.open_browser()
    await browser.become_admin()
    value = browser.http.cookies[COOKIE]
    await browser.send("/", "/sign-out")
    browser.http.cookies.set(COOKIE, value, domain="admin.test")
    assert (await browser.open("/")).status_code == 303
    async with pages.parts.database.transaction() as session:
        assert (await session.scalars(select(PageSession))).all() == []


async def test_a_link_from_another_site_signs_nobody_out_and_leads_on(pages: Pages) -> None:
    """What a browser sends then has no strict cookie; on its second way, which begins here, it has."""
    browser, without_cookie = pages.open_browser(), pages.open_browser()
    await browser.become_admin()
    for site in ({}, {"Sec-Fetch-Site": "cross-site"}):
        shown = await without_cookie.http.get("/sign-in?next=/people%3Fa%3D1", headers=site)
        assert not any(one.startswith(f"{COOKIE}=") for one in shown.headers.get_list("set-cookie"))
    on = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', shown.text)
    assert on, "It leads on from a page of ours."
    path = on[1].replace("&amp;", "&")
    assert (await browser.open(path)).headers["location"] == "/people?a=1"
    shown = await without_cookie.http.get(path, headers=site)
    assert "http-equiv" not in shown.text, "Whoever has no session is led once."
    assert 'name="next" value="/people?a=1"' in shown.text


@pytest.mark.parametrize(
    ("stood_on", "following"),
    [
        ("http://admin.test/deliveries?state=dead", "/deliveries?state=dead"),
        ("http://admin.test/people/add", "/"),
        ("http://admin.test//evil.test", "/"),
        ("http://evil.test/deliveries", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
async def test_a_form_sent_after_the_session_ended_is_said_to_be_lost_and_its_page_follows(
    pages: Pages, stood_on: str, following: str
) -> None:
    browser = pages.open_browser()
    await browser.become_admin()
    browser.http.cookies.delete(COOKIE)
    lost = await browser.http.post("/people/add", headers={"Referer": stood_on})
    shown = (await browser.open(lost.headers["location"])).text
    assert "signed out: that happens after 30 minutes without a click" in shown
    assert "What you sent was not stored" in shown
    assert f'name="next" value="{following}"' in shown


async def test_the_page_that_was_asked_for_follows_with_its_query(pages: Pages) -> None:
    await pages.open_browser().become_admin()
    browser = pages.open_browser()
    asked = "/deliveries?state=dead&opportunity=a%26b"
    shown = (await browser.open((await browser.open(asked)).headers["location"])).text
    assert f'name="next" value="{asked.replace("&", "&amp;")}"' in shown
    assert "signed out" not in shown
    assert (await browser.sign_in(following=asked)).headers["location"] == asked
    too_long = await pages.open_browser().open(f"/people?a={'b' * 2000}")
    assert too_long.headers["location"] == "/sign-in?next=/people"


@pytest.mark.parametrize("elsewhere", ["//evil.test", "https://evil.test", "/\\evil.test", "evil.test"])
async def test_signing_in_leads_nowhere_else(pages: Pages, elsewhere: str) -> None:
    await pages.open_browser().become_admin()
    answer = await pages.open_browser().sign_in(following=elsewhere)
    assert answer.headers["location"] == "/"


def routes(pages: Pages, method: str) -> list[str]:
    found = [one for one in pages.app.routes if isinstance(one, Route) and method in (one.methods or ())]
    return sorted({one.path for one in found} - STRANGERS_MAY)


def filled(path: str) -> str:
    return re.sub(r"{\w+:int}", "1", path)


async def test_every_page_leads_a_stranger_to_the_sign_in_page(pages: Pages) -> None:
    await pages.open_browser().become_admin()
    stranger = pages.open_browser()
    for path in routes(pages, "GET"):
        answer = await stranger.open(filled(path))
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/sign-in"), path


async def test_every_form_refuses_a_stranger_and_whoever_has_no_token(pages: Pages) -> None:
    admin = pages.open_browser()
    await admin.become_admin()
    for path in routes(pages, "POST"):
        path = filled(path)
        sent = await pages.open_browser().http.post(path)
        assert sent.headers["location"] == "/sign-in?next=/&lost=yes", path
        assert (await admin.http.post(path)).status_code == 403, path
        token = await admin.token_on("/")
        foreign = {"Origin": "https://evil.test"}
        assert (
            await admin.http.post(path, data={"form_token": token}, headers=foreign)
        ).status_code == 403, path


async def test_a_viewer_changes_nothing_but_their_session(pages: Pages) -> None:
    await pages.open_browser().become_admin()
    async with pages.parts.database.transaction() as session:
        admin = (await session.scalars(select(PagePerson))).one()
        session.add(PagePerson(name="vera", role=Role.VIEWER, password_hash=admin.password_hash))
    viewer = pages.open_browser()
    await viewer.sign_in("vera")
    assert "view only" in (await viewer.open("/")).text
    for path in set(routes(pages, "POST")) - VIEWERS_MAY:
        assert (await viewer.send("/", filled(path))).status_code == 403, path


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing-here", "/static/admin.css"])
async def test_every_answer_has_the_headers_that_keep_others_out(pages: Pages, path: str) -> None:
    headers = (await pages.open_browser().open(path)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] in ("no-store", "no-cache")


@pytest.mark.parametrize("path", ["/nothing-here", "/admin", "/static/../settings.py", "/static/nothing.css"])
async def test_anything_else_is_not_found(pages: Pages, path: str) -> None:
    assert (await pages.open_browser().open(path)).status_code == 404
