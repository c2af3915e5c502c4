"""Sign-ins begun side by side in one browser: each ends by itself, and a refusal says how to begin anew."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from pages.admin import oidc_begun
from settings import Settings
from store.database import Database
from tests.pages.admin.browser import Browser
from tests.pages.admin.office import ISSUER, Office, open_office, provider_at, with_oidc
from tests.pages.admin.provider import Provider

ANEW = "/sign-in/oidc?next=%2Fdeliveries"


@pytest.fixture
async def office(database: Database, settings: Settings) -> AsyncIterator[Office]:
    async with open_office(with_oidc(settings), provider_at()) as office:
        await office.open_browser().become_admin(name="local")
        yield office


@pytest.fixture
def browser(office: Office) -> Browser:
    return office.open_browser()


def state_of(path: str) -> str:
    return parse_qs(urlsplit(path).query)["state"][0]


def begun_in(browser: Browser) -> list[str]:
    return [name for name in browser.http.cookies if name.startswith(oidc_begun.COOKIE)]


def link(answer: httpx.Response, words: str) -> str:
    found = re.search(rf'<a[^>]* href="([^"]*)"[^>]*>{words}</a>', answer.text)
    assert found, answer.text
    return unescape(found[1])


async def is_in(browser: Browser) -> bool:
    return (await browser.open("/")).status_code == 200


async def test_two_tabs_sign_in_one_after_the_other(office: Office, browser: Browser) -> None:
    first, second = [await office.return_path(browser, at) for at in ("/deliveries", "/people")]
    assert 'url=/deliveries"' in (await browser.open(first)).text
    assert 'url=/people"' in (await browser.open(second)).text
    assert await is_in(browser)
    assert begun_in(browser) == []


async def test_they_may_come_back_in_the_other_order(office: Office, browser: Browser) -> None:
    paths = [await office.return_path(browser) for _ in range(3)]
    assert [(await browser.open(one)).status_code for one in reversed(paths)] == [200, 200, 200]


@pytest.mark.parametrize(
    "spoils",
    ["a stale state", "access_denied", "a code that is none", "another nonce", "a state of nobody"],
)
async def test_what_fails_in_one_tab_leaves_the_others(office: Office, browser: Browser, spoils: str) -> None:
    good, bad = [await office.return_path(browser) for _ in range(2)]
    if spoils == "a stale state":
        assert (await browser.open(bad)).status_code == 200
    if spoils == "access_denied":
        bad = f"/sign-in/oidc/back?{urlencode({'error': 'access_denied', 'state': state_of(bad)})}"
    if spoils == "a code that is none":
        bad = f"/sign-in/oidc/back?{urlencode({'code': 'none', 'state': state_of(bad)})}"
    if spoils == "another nonce":
        office.provider.claims = {"nonce": "another"}
    if spoils == "a state of nobody":
        bad = f"{bad}x"
    assert (await browser.open(bad)).status_code in (403, 502)
    office.provider.claims = {}
    assert (await browser.open(good)).status_code == 200
    assert await is_in(browser)


async def test_the_last_five_are_kept_and_no_more(office: Office, browser: Browser) -> None:
    paths = [await office.return_path(browser, f"/deliveries?page={n}{'x' * 300}") for n in range(8)]
    assert len(begun_in(browser)) == oidc_begun.MOST == 5
    sent = browser.http.build_request("GET", "/").headers["cookie"]
    assert len(sent) < 8000, "Proxies take 8 kB of one header line."
    statuses = [(await browser.open(one)).status_code for one in paths]
    assert statuses == [403, 403, 403, 200, 200, 200, 200, 200]


async def test_over_https_they_are_bound_to_the_host_and_told_apart(
    database: Database, settings: Settings
) -> None:
    https = "https://admin.test"
    provider = Provider(ISSUER, f"{https}/sign-in/oidc/back")
    async with open_office(with_oidc(settings, private_base_url=https), provider) as office:
        browser = Browser(httpx.AsyncClient(transport=httpx.ASGITransport(office.pages.app), base_url=https))
        begun = [await browser.open("/sign-in/oidc?next=/people") for _ in range(7)]
        for answer in begun:
            given = answer.headers.get_list("set-cookie")[-1]
            assert given.startswith(f"__Host-{oidc_begun.COOKIE}-")
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(given.split("; "))
        assert len([name for name in browser.http.cookies if oidc_begun.COOKIE in name]) == oidc_begun.MOST
        backs = [provider.sign_in(one.headers["location"]) for one in begun]
        statuses = [(await browser.http.get(one)).status_code for one in backs]
        assert statuses == [403, 403, 200, 200, 200, 200, 200]
        await browser.http.aclose()


async def test_those_that_are_worth_nothing_make_room_first(
    office: Office, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(9):
        browser.http.cookies.set(f"{oidc_begun.COOKIE}-{n:016}", "forged", domain="admin.test")
    path = await office.return_path(browser)
    assert begun_in(browser) == [oidc_begun.cookie_of(state_of(path))]
    assert (await browser.open(path)).status_code == 200
    monkeypatch.setattr(oidc_begun, "LIFETIME", timedelta(seconds=-1))
    await office.return_path(browser)
    monkeypatch.undo()
    path = await office.return_path(browser)
    assert (await browser.open(path)).status_code == 200


async def test_a_path_too_long_for_the_cookie_leads_to_the_first_page(
    office: Office, browser: Browser
) -> None:
    long = f"/deliveries?{'x' * oidc_begun.LONGEST_FOLLOWING}"
    assert 'url=/"' in (await browser.open(await office.return_path(browser, long))).text


async def test_back_and_a_second_press_keep_who_is_signed_in(office: Office, browser: Browser) -> None:
    path = await office.return_path(browser, "/deliveries")
    assert (await browser.open(path)).status_code == 200
    for _ in range(12):
        again = await browser.open(path)
        assert (again.status_code, "used already" in again.text) == (403, True)
    on = await browser.open(link(again, "Go on, or sign in with a password"))
    assert on.headers["location"] == "/", "Signed in as before, and not made to wait."
    assert await is_in(browser)


async def test_a_code_that_was_taken_meanwhile_is_told_apart(office: Office, browser: Browser) -> None:
    """Two returns at once: the cookie is still there for the second, and the provider has taken the code."""
    path = await office.return_path(browser, "/deliveries")
    office.provider.codes.clear()
    answer = await browser.open(path)
    assert (answer.status_code, "used already, or took too long" in answer.text) == (502, True)
    assert link(answer, "Sign in with Firm") == ANEW


async def test_two_presses_at_once_sign_in_once(office: Office, browser: Browser) -> None:
    path = await office.return_path(browser)
    answers = await asyncio.gather(*(browser.open(path) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 502, 502]
    assert await is_in(browser)


@pytest.mark.parametrize("error", ["access_denied", "login_required", "<script>", ""])
async def test_every_refusal_leads_to_a_new_beginning(
    office: Office, browser: Browser, caplog: pytest.LogCaptureFixture, error: str
) -> None:
    path = await office.return_path(browser, "/deliveries")
    refused = await browser.open(
        f"/sign-in/oidc/back?{urlencode({'error': error, 'error_description': 'Eve', 'state': state_of(path)})}"
    )
    assert refused.status_code == 403
    assert "<script>" not in refused.text.replace('<script src="/static/', "")
    assert ("access_denied" in caplog.text) is (error == "access_denied")
    assert "Eve" not in caplog.text
    anew = link(refused, "Sign in with Firm")
    assert anew == ANEW
    begun = await browser.open(anew)
    back = office.provider.sign_in(begun.headers["location"]).removeprefix("http://admin.test")
    assert 'url=/deliveries"' in (await browser.open(back)).text


async def test_a_refusal_at_the_beginning_leads_there_too(office: Office, browser: Browser) -> None:
    office.provider.configuration = {"issuer": "https://evil.test"}
    away = await browser.open("/sign-in/oidc?next=/deliveries")
    assert (away.status_code, link(away, "Sign in with Firm")) == (502, ANEW)


async def test_a_provider_that_posts_its_answer_is_understood(office: Office, browser: Browser) -> None:
    """response_mode=form_post: the POST comes without cookies, as a browser sends it from another site."""
    path = await office.return_path(browser, "/deliveries")
    fields = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(office.pages.app), base_url="http://admin.test"
    ) as bare:
        headers = {"Origin": ISSUER, "Sec-Fetch-Site": "cross-site"}
        posted = await bare.post("/sign-in/oidc/back", data={**fields, "iss": ISSUER}, headers=headers)
    assert posted.status_code == 303
    assert posted.headers["location"] == path.replace("http://admin.test", "")
    assert "set-cookie" not in posted.headers
    assert 'url=/deliveries"' in (await browser.open(posted.headers["location"])).text
    assert await is_in(browser)


@pytest.mark.parametrize("fields", [{}, {"state": "s"}, {"code": "c\0", "state": "\u00e4\r\nX: y"}])
async def test_a_posted_answer_that_nobody_asked_for_is_refused_in_words(
    browser: Browser, fields: dict[str, str]
) -> None:
    posted = await browser.http.post("/sign-in/oidc/back", data=fields)
    assert posted.headers["location"].startswith("/sign-in/oidc/back?")
    refused = await browser.open_next(posted)
    assert (refused.status_code, "not begun in this browser" in refused.text) == (403, True)
