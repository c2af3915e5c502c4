"""Whether a form is ours: cookie and hidden field prove it; what a browser says of its origin overrides neither."""

import httpx
import pytest
from starlette.types import ASGIApp

from pages.admin.sessions import COOKIE, FOREIGN, HIDDEN, STALE, STRANGERS
from tests.pages.admin.browser import CODE, PASSWORD, Browser
from tests.pages.admin.conftest import Pages
from webhook_gateway.trusted_proxies import TrustedProxies

OURS = "http://admin.test"
HIDES = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
"""What a browser sends from a page with the Referrer-Policy no-referrer, which a proxy may have added."""

PASSES: list[dict[str, str]] = [
    HIDES,
    {},
    {"Origin": OURS},
    {"Origin": OURS, "Sec-Fetch-Site": "same-origin"},
    {"Origin": OURS, "Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin"},
    {**HIDES, "Referer": f"{OURS}/people"},
]
REFUSED: list[tuple[dict[str, str], str]] = [
    ({"Origin": "null"}, HIDDEN),
    ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, FOREIGN),
    ({"Origin": "null", "Sec-Fetch-Site": "same-site"}, FOREIGN),
    ({"Origin": "null", "Sec-Fetch-Site": "none"}, FOREIGN),
    ({"Origin": "https://evil.test"}, FOREIGN),
    ({"Origin": "https://evil.test", "Sec-Fetch-Site": "same-origin"}, FOREIGN),
    ({"Origin": "https://evil.test", "X-Forwarded-Host": "evil.test"}, FOREIGN),
    ({"Origin": OURS, "Sec-Fetch-Site": "cross-site"}, FOREIGN),
    ({"Sec-Fetch-Site": "cross-site"}, FOREIGN),
    ({"Origin": f"{OURS}:81"}, FOREIGN),
    ({"Origin": ""}, FOREIGN),
]


async def send(browser: Browser, path: str, headers: dict[str, str], **fields: str) -> httpx.Response:
    token = await browser.token_on("/" if path == "/people/add" else path)
    return await browser.http.post(path, data={"form_token": token, **fields}, headers=headers)


async def fresh_install(browser: Browser, headers: dict[str, str]) -> httpx.Response:
    fields = {"code": CODE, "name": "ada", "password": PASSWORD, "again": PASSWORD}
    return await send(browser, "/first-run", headers, **fields)


async def sign_in(browser: Browser, headers: dict[str, str]) -> httpx.Response:
    return await send(browser, "/sign-in", headers, name="ada", password=PASSWORD, next="/people")


async def add_a_viewer(browser: Browser, headers: dict[str, str]) -> httpx.Response:
    return await send(browser, "/people/add", headers, name="vera", password=PASSWORD)


@pytest.mark.parametrize("headers", PASSES)
async def test_first_run_sign_in_and_a_change_pass(pages: Pages, headers: dict[str, str]) -> None:
    assert (await fresh_install(pages.open_browser(), headers)).status_code == 303
    browser = pages.open_browser()
    assert (await sign_in(browser, headers)).headers["location"] == "/people"
    assert (await add_a_viewer(browser, headers)).status_code == 303


@pytest.mark.parametrize(("headers", "why"), REFUSED)
async def test_what_comes_from_elsewhere_is_refused_with_the_reason(
    pages: Pages, headers: dict[str, str], why: str
) -> None:
    browser = pages.open_browser()
    assert why in (await fresh_install(browser, headers)).text
    assert (await fresh_install(browser, {})).status_code == 303
    assert why in (await sign_in(pages.open_browser(), headers)).text
    refused = await add_a_viewer(browser, headers)
    assert (refused.status_code, why in refused.text) == (403, True)
    assert "vera" not in (await browser.open("/people")).text


@pytest.mark.parametrize("headers", PASSES)
async def test_no_headers_make_up_for_cookie_or_token(pages: Pages, headers: dict[str, str]) -> None:
    admin = pages.open_browser()
    await fresh_install(admin, {})
    for wrong in ({}, {"form_token": ""}, {"form_token": "0" * 64}, {"form_token": "\u00e4"}):
        answer = await admin.http.post("/people/add", data={**wrong, "name": "vera"}, headers=headers)
        assert (answer.status_code, STALE in answer.text) == (403, True)
    stranger = pages.open_browser()
    token = await stranger.token_on("/sign-in")
    stranger.http.cookies.delete(STRANGERS)
    fields = {"form_token": token, "name": "ada", "password": PASSWORD, "next": "/"}
    answer = await stranger.http.post("/sign-in", data=fields, headers=headers)
    assert (answer.status_code, STALE in answer.text, COOKIE in stranger.http.cookies) == (403, True, False)


def behind(app: ASGIApp, trusted: str) -> Browser:
    proxied = TrustedProxies(trusted).in_front_of(app)
    return Browser(httpx.AsyncClient(transport=httpx.ASGITransport(proxied), base_url=OURS))


@pytest.mark.parametrize(
    ("trusted", "status"),
    # The trusted proxy's word counts in place of Host, and is none of our hosts; anybody else's is not heard.
    [("127.0.0.1", 421), ("10.0.0.1", 403)],
)
async def test_a_foreign_forwarded_host_stays_refused(pages: Pages, trusted: str, status: int) -> None:
    browser = behind(pages.app, trusted)
    await fresh_install(browser, {})
    token = await browser.token_on("/")
    foreign = {
        "Origin": "https://evil.test",
        "X-Forwarded-Host": "evil.test",
        "Sec-Fetch-Site": "same-origin",
    }
    fields = {"form_token": token, "name": "vera", "password": PASSWORD}
    answer = await browser.http.post("/people/add", data=fields, headers=foreign)
    assert answer.status_code == status
    assert "vera" not in (await browser.open("/people")).text
