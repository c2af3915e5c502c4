"""Sessions, cookies, headers, limits and the throttle of the private pages, as an attacker would try them."""

import asyncio
import logging

import httpx
import pytest
from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import pages.admin.passwords as pages_passwords
from pages.admin.forms import LARGEST, MOST_FIELDS
from pages.admin.rendering import SAFE
from pages.admin.sessions import COOKIE, STRANGERS
from settings import Settings
from store.database import Database
from store.people import People, SignInFailures
from store.people_tables import PagePerson, PageSession, SignInFailure
from tests.pages.admin.browser import CODE, PASSWORD, Browser
from tests.pages.admin.conftest import Pages, open_pages
from tests.pages.admin.connecting import VIEWERS, admin, viewer
from webhook_gateway.metrics import Metrics
from webhook_gateway.private import create_private_app

__all__ = ["admin", "viewer"]


async def sessions(pages: Pages) -> list[PageSession]:
    async with pages.parts.database.transaction() as session:
        return list(await session.scalars(select(PageSession)))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/deliveries?seen=x", 200),
        ("GET", "/nothing-here", 404),
        ("GET", "/connections/9", 404),
        ("GET", "/connections/99999999999999999999/self-test", 404),
        ("GET", "/static/admin.js", 200),
        ("GET", "/static/nothing.js", 404),
        ("GET", f"/static/{'a' * 3000}.js", 404),
        ("GET", "/static/..%2fapp.py", 404),
        ("GET", "/static/%00.js", 404),
        ("PUT", "/", 404),
        ("HEAD", "/", 200),
        ("POST", "/sign-out", 403),
        ("POST", "/connections/9/own-connector", 403),
        ("POST", "/connections/99999999999999999999/own-connector", 404),
    ],
)
async def test_every_kind_of_answer_has_every_safe_header(
    admin: Browser, method: str, path: str, status: int
) -> None:
    answer = await admin.http.request(method, path)
    assert answer.status_code == status
    for name, value in SAFE.items():
        usual = "no-cache" if path.startswith("/static/admin") and name == "Cache-Control" else value
        assert answer.headers[name] == usual, name


async def test_an_error_of_our_own_has_the_safe_headers_too_and_says_nothing(pages: Pages) -> None:
    async def breaks(_request: Request) -> Response:
        raise RuntimeError("a-secret-word")

    app = create_private_app(pages.parts.database, Metrics(), [Route("/breaks", breaks)])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://admin.test") as http:
        answer = await http.get("/breaks")
    assert answer.status_code == 500
    assert "a-secret-word" not in answer.text
    assert [name for name in SAFE if answer.headers.get(name) != SAFE[name]] == []


@pytest.mark.parametrize("base", ["http://admin.test", "https://admin.test"])
async def test_the_cookie_is_no_script_s_no_other_site_s_and_ends_with_the_browser(
    database: Database, settings: Settings, base: str
) -> None:
    named = settings.model_copy(update={"private_base_url": base})
    async with open_pages(named) as pages:
        first = await pages.open_browser().open("/first-run")
        second = await pages.open_browser().become_admin()
    set_at = [one for answer in (first, second) for one in answer.headers.get_list("set-cookie")]
    # That of the device lasts, and signs nobody in.
    for said in [one for one in set_at if "-device-" not in one]:
        attributes = {one.strip().lower() for one in said.split(";")[1:]}
        assert {"httponly", "samesite=strict", "path=/"} <= attributes
        assert ("secure" in attributes) is base.startswith("https")
        assert not any(one.startswith(("max-age", "expires", "domain")) for one in attributes)


async def test_a_stranger_s_cookie_is_not_the_one_after_signing_in(pages: Pages) -> None:
    browser = pages.open_browser()
    await browser.open("/first-run")
    before = browser.http.cookies[STRANGERS]
    assert COOKIE not in browser.http.cookies
    await browser.become_admin()
    assert browser.http.cookies[COOKIE] != before
    async with pages.parts.database.transaction() as session:
        kept = (await session.scalars(select(PageSession))).one()
    assert browser.http.cookies[COOKIE] not in kept.digest


async def test_signing_in_anew_ends_the_session_that_the_browser_had(pages: Pages, admin: Browser) -> None:
    old = admin.http.cookies[COOKIE]
    await admin.sign_in()
    assert admin.http.cookies[COOKIE] != old
    assert len(await sessions(pages)) == 1
    thief = pages.open_browser()
    thief.http.cookies.set(COOKIE, old, domain="admin.test")
    assert (await thief.open("/")).status_code == 303


async def test_who_is_removed_is_out_at_once(pages: Pages, admin: Browser, viewer: Browser) -> None:
    assert (await viewer.open("/")).status_code == 200
    async with pages.parts.database.transaction() as session:
        which = (await session.scalars(select(PagePerson.id).where(PagePerson.name == "vera"))).one()
    await admin.send("/people", f"/people/{which}/remove")
    assert (await viewer.open("/")).status_code == 303
    assert (await viewer.sign_in("vera", VIEWERS)).status_code == 403
    assert len(await sessions(pages)) == 1


async def test_another_password_ends_every_session_and_the_old_password(pages: Pages, admin: Browser) -> None:
    elsewhere = pages.open_browser()
    await elsewhere.sign_in()
    new = "another long password"
    await admin.send("/people", "/people/password", present=PASSWORD, new=new, again=new)
    assert [(await one.open("/")).status_code for one in (admin, elsewhere)] == [303, 303]
    assert await sessions(pages) == []
    assert (await elsewhere.sign_in()).status_code == 403
    assert (await elsewhere.sign_in(password=new)).status_code == 303


async def test_many_guesses_at_once_are_no_more_than_ten(pages: Pages, admin: Browser) -> None:
    browsers = [pages.open_browser() for _ in range(24)]
    for one in browsers:
        await one.open("/sign-in")
    answers = await asyncio.gather(*(one.sign_in(password="something else") for one in browsers))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(403), statuses.count(429)) == (10, 14)


async def test_many_guesses_of_the_code_at_once_are_no_more_than_ten(pages: Pages) -> None:
    browsers = [pages.open_browser() for _ in range(24)]
    for one in browsers:
        await one.open("/first-run")
    answers = await asyncio.gather(*(one.become_admin("not the code") for one in browsers))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(403), statuses.count(429)) == (10, 14)
    assert (await pages.open_browser().become_admin(CODE)).status_code == 429


async def test_many_guesses_at_once_of_the_present_password_are_no_more_than_ten(
    pages: Pages, viewer: Browser
) -> None:
    token, new = await viewer.token_on("/people"), "another long password"
    fields = {"form_token": token, "present": "a guess", "new": new, "again": new}
    tries = [viewer.http.post("/people/password", data=fields) for _ in range(16)]
    said = [answer.text for answer in await asyncio.gather(*tries)]
    assert sum("That is not your current password." in one for one in said) == 10
    assert sum("Too many wrong passwords" in one for one in said) == 6


async def test_right_passwords_do_not_count(pages: Pages, admin: Browser) -> None:
    for _ in range(SignInFailures.MOST + 2):
        assert (await admin.sign_in()).status_code == 303
    async with pages.parts.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(SignInFailure)) == 0


async def test_guesses_from_elsewhere_at_one_name_count_together_and_a_host_s_at_all_names(
    pages: Pages, admin: Browser
) -> None:
    def at(host: str) -> Browser:
        transport = httpx.ASGITransport(pages.app, client=(host, 1))
        return Browser(httpx.AsyncClient(transport=transport, base_url="http://admin.test"))

    for number in range(10):
        assert (await at(f"192.0.2.{number}").sign_in(password="something else")).status_code == 403
    assert (await at("192.0.2.99").sign_in()).status_code == 429
    assert (await at("192.0.2.99").sign_in("ADA ")).status_code == 429
    for number in range(10):
        assert (await at("192.0.2.77").sign_in(f"name-{number}")).status_code == 403
    assert (await at("192.0.2.77").sign_in("nobody-yet")).status_code == 429
    assert (await at("192.0.2.78").sign_in("nobody-yet")).status_code == 403


async def test_an_unknown_name_costs_as_much_hashing_as_a_known_one(
    pages: Pages, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    real = pages_passwords._verify

    def noting(password: str, known_hash: str) -> bool:
        seen.append(known_hash.rpartition("$")[0].rpartition("$")[0])
        return real(password, known_hash)

    monkeypatch.setattr(pages_passwords, "_verify", noting)
    await pages.open_browser().sign_in("ada", "something else")
    await pages.open_browser().sign_in("nobody", "something else")
    known, unknown = seen
    assert known == unknown
    assert known.startswith("$argon2id$")


@pytest.mark.parametrize("host", ["evil.test", "admin.test.evil.test", "admin.test:81", 'a"b', "127.0.0.1"])
async def test_no_answer_repeats_the_host_that_was_asked_for(admin: Browser, host: str) -> None:
    for path in ("/", "/sign-in", "/nothing-here", "/people"):
        answer = await admin.http.get(path, headers={"Host": host})
        assert host not in answer.text
        assert host not in answer.headers.get("location", "")
        assert not answer.headers.get("location", "/").startswith(("http", "//"))


async def test_a_form_for_another_host_is_refused(admin: Browser) -> None:
    token = await admin.token_on("/")
    headers = {"Host": "admin.test", "Origin": "http://admin.test:81"}
    answer = await admin.http.post("/people/add", data={"form_token": token, "name": "eve"}, headers=headers)
    assert answer.status_code == 403


async def test_forms_are_taken_from_the_address_of_the_settings_whatever_host_a_proxy_sends(
    database: Database, settings: Settings
) -> None:
    named = settings.model_copy(update={"private_base_url": "http://pages.firm.test:8000/"})
    async with open_pages(named) as pages:
        browser = pages.open_browser()
        browser.http.headers["Origin"] = "http://pages.firm.test:8000"
        assert (await browser.become_admin()).status_code == 303
        assert (await browser.sign_in()).status_code == 303
        for origin in ("http://pages.firm.test", "https://pages.firm.test:8000", "http://evil.test", "null"):
            browser.http.headers["Origin"] = origin
            assert (await browser.sign_in()).status_code == 403, origin
            assert (await browser.send("/", "/people/add")).status_code == 403, origin


@pytest.mark.parametrize("path", ["/sign-in", "/first-run", "/people/add"])
async def test_a_form_that_is_too_large_is_refused(admin: Browser, path: str) -> None:
    assert (await admin.http.post(path, content=b"a" * (LARGEST + 1))).status_code == 413
    many = "&".join(f"f{number}=1" for number in range(MOST_FIELDS + 1))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await admin.http.post(path, content=many, headers=headers)).status_code == 413


@pytest.mark.parametrize("odd", ["x" * 5000, "\r\nSet-Cookie: a=b", "\N{RIGHT-TO-LEFT OVERRIDE}", "\0\n"])
async def test_odd_names_are_refused_in_words(
    pages: Pages, admin: Browser, odd: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    assert (await pages.open_browser().sign_in(odd)).status_code == 403
    answer = await admin.send("/people", "/people/add", name=f"e{odd}ve", password="a long enough password")
    assert answer.status_code == 400
    assert caplog.records == []
    async with pages.parts.database.transaction() as session:
        assert [one.name for one in await People(session).all()] == ["ada"]


@pytest.mark.parametrize(
    "path", ["/deliveries?event=%00", "/deliveries?opportunity=a%00", "/waiting?ended=%00"]
)
async def test_a_nul_in_an_address_is_no_error_of_the_database(admin: Browser, path: str) -> None:
    assert (await admin.open(path)).status_code == 200
