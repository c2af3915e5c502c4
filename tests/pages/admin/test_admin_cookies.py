"""Over https every cookie of ours is one that no other host can set; over http on this machine it has a plain name."""

from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import HttpUrl

from pages.admin.sessions import COOKIE
from settings import Settings
from store.database import Database
from tests.pages.admin.browser import Browser
from tests.pages.admin.conftest import Pages, open_pages
from webhook_gateway.trusted_proxies import TrustedProxies

HTTPS = "https://pages.test"


@pytest.fixture
async def pages_on_https(database: Database, settings: Settings) -> AsyncIterator[Pages]:
    async with open_pages(settings.model_copy(update={"private_base_url": HttpUrl(HTTPS)})) as opened:
        yield opened


def browser_on(pages: Pages, base: str = HTTPS) -> Browser:
    return Browser(httpx.AsyncClient(transport=httpx.ASGITransport(pages.app), base_url=base))


def given(answers: list[httpx.Response]) -> list[str]:
    return [one for answer in answers for one in answer.headers.get_list("set-cookie")]


async def a_day_of(browser: Browser) -> list[httpx.Response]:
    """Every page that gives a cookie or takes one away."""
    answers = [await browser.open("/first-run"), await browser.become_admin()]
    answers.append(await browser.send("/", "/sign-out"))
    answers += [await browser.open("/sign-in"), await browser.sign_in()]
    return answers


async def test_over_https_every_cookie_is_bound_to_the_host(pages_on_https: Pages) -> None:
    cookies = given(await a_day_of(browser_on(pages_on_https)))
    assert len(cookies) >= 6
    for one in cookies:
        attributes = [part.strip().casefold() for part in one.split(";")]
        assert one.startswith("__Host-crosschq-lever"), one
        assert {"secure", "path=/", "httponly", "samesite=strict"} <= set(attributes), one
        assert not any(part.startswith("domain") for part in attributes), one


async def test_over_http_names_are_plain(pages: Pages) -> None:
    cookies = given(await a_day_of(pages.open_browser()))
    assert all(one.startswith("crosschq-lever") and "secure" not in one.casefold() for one in cookies)


async def test_a_cookie_that_another_host_has_set_is_none(pages_on_https: Pages) -> None:
    browser = browser_on(pages_on_https)
    await browser.become_admin()
    value = browser.http.cookies[f"__Host-{COOKIE}"]
    assert (await browser.open("/")).status_code == 200
    tossed = browser_on(pages_on_https)
    tossed.http.cookies.set(COOKIE, value, domain="pages.test")
    assert (await tossed.open("/")).status_code == 303
    # Beside the real one it changes nothing.
    browser.http.cookies.set(COOKIE, "tossed", domain="pages.test")
    assert (await browser.open("/")).status_code == 200


async def test_a_forms_cookie_that_another_host_has_set_is_none(pages_on_https: Pages) -> None:
    await browser_on(pages_on_https).become_admin()
    attacker, victim = browser_on(pages_on_https), browser_on(pages_on_https)
    token = await attacker.token_on("/sign-in")
    stranger = attacker.http.cookies["__Host-crosschq-lever-stranger"]
    victim.http.cookies.set("crosschq-lever-stranger", stranger, domain="pages.test")
    fields = {"form_token": token, "name": "ada", "password": "correct horse battery", "next": "/"}
    assert (await victim.http.post("/sign-in", data=fields)).status_code == 403


async def test_behind_a_proxy_that_says_https_the_prefix_is_there_without_the_setting(pages: Pages) -> None:
    browser = browser_on(pages, "https://admin.test")
    assert all(one.startswith("__Host-") for one in given([await browser.become_admin()]))
    assert (await browser.open("/")).status_code == 200


@pytest.mark.parametrize("proto", ["https", "HTTPS", "https,http", "https, http"])
async def test_a_proxy_that_says_https_makes_cookies_secure_without_a_setting(
    pages: Pages, proto: str
) -> None:
    behind = TrustedProxies("127.0.0.1").in_front_of(pages.app)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(behind), base_url="http://pages.test"
    ) as client:
        answer = await client.get("/first-run", headers={"X-Forwarded-Proto": proto})
    assert given([answer])
    assert all(one.startswith("__Host-") and "secure" in one.casefold() for one in given([answer]))
