"""The frame of the pages in a real browser: signing in across sites, lists that show news, nothing that is blocked."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, ViewportSize, async_playwright, expect
from pydantic import SecretStr
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.serve import Server, address, listen
from settings import Settings
from store.database import Database
from store.tables import DeliveryState
from tests.journeys.conftest import CHROMIUM, QUIET
from tests.pages.admin.browser import PASSWORD
from tests.pages.admin.conftest import open_pages
from tests.pages.admin.provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.pages.admin.rows import Desk
from tests.store.inbox import record, stage_change

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]

PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1100, height=800)


@dataclass(frozen=True)
class Place:
    """The pages and a provider, served on two sites: 127.0.0.1 and localhost."""

    desk: Desk
    base: str
    provider: Provider


@pytest.fixture
async def place(database: Database, settings: Settings) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        theirs, ours = (stack.enter_context(listen("127.0.0.1", 0)) for _ in range(2))
        issuer = f"http://localhost:{address(theirs)[1]}"
        base = f"http://127.0.0.1:{address(ours)[1]}"
        provider = Provider(issuer, f"{base}/sign-in/oidc/back")
        told: dict[str, Any] = {
            "private_base_url": base,
            "oidc_issuer": issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": SecretStr(CLIENT_SECRET),
            "oidc_viewers": "@firm.test",
        }
        changed = Settings(_env_file=None, **{**settings.model_dump(exclude_none=True), **told})
        pages = await stack.enter_async_context(open_pages(changed))
        await stack.enter_async_context(serving(theirs, provider.app))
        await stack.enter_async_context(serving(ours, pages.app))
        yield Place(await Desk.of(pages), base, provider)


@asynccontextmanager
async def serving(listener: socket.socket, app: ASGIApp) -> AsyncIterator[None]:
    server = Server(app)
    task = asyncio.create_task(server.serve([listener]))
    await server.ready.wait()
    yield
    server.should_exit = True
    await task


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
async def context(request: pytest.FixtureRequest) -> AsyncIterator[BrowserContext]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield await browser.new_context(java_script_enabled=request.param, viewport=DESK)
        await browser.close()


COUNT_HELD = """addEventListener("htmx:beforeRequest", (event) => {
    const kept = document.documentElement.dataset;
    if (event.defaultPrevented) kept.held = 1 + Number(kept.held ?? 0);
})"""

scripted = pytest.mark.parametrize("context", [True], indirect=True, ids=["script"])


async def open_signed_in(context: BrowserContext, place: Place) -> tuple[Page, list[str]]:
    """The page, and what its console complains of: what the Content-Security-Policy blocks, say."""
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    await page.goto(f"{place.base}/sign-in")
    await page.get_by_label("Name").fill("ada")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return page, wrong


async def test_who_comes_back_from_another_site_is_signed_in(context: BrowserContext, place: Place) -> None:
    page = await context.new_page()
    await page.goto(f"{place.base}/deliveries")
    await page.get_by_role("link", name="Sign in with your organization").click()
    await page.get_by_role("button", name="I am Ada").click()
    await expect(page.get_by_role("heading", name="Deliveries")).to_be_visible()
    await expect(page).to_have_url(f"{place.base}/deliveries")
    await expect(page.get_by_text("ada@firm.test (view only)")).to_be_visible()


async def test_two_tabs_sign_in_one_after_the_other_and_back_leads_on(
    context: BrowserContext, place: Place
) -> None:
    tabs = [await context.new_page() for _ in range(2)]
    ways_back: list[str] = []
    for tab in tabs:
        await tab.goto(f"{place.base}/people")
        await tab.get_by_role("link", name="Sign in with your organization").click()
        await expect(tab.get_by_role("button", name="I am Ada")).to_be_visible()
        ways_back.append(place.provider.shown_back)
    for tab, way_back in zip(tabs, ways_back, strict=True):
        place.provider.shown_back = way_back
        await tab.get_by_role("button", name="I am Ada").click()
        await expect(tab.get_by_role("heading", name="People")).to_be_visible()
    await tabs[0].goto(ways_back[0])
    await expect(tabs[0].get_by_role("alert")).to_contain_text("used already")
    await tabs[0].get_by_role("link", name="Go on, or sign in with a password").click()
    await expect(tabs[0].get_by_text("ada@firm.test (view only)")).to_be_visible()


async def test_who_is_sent_back_by_a_form_is_signed_in(context: BrowserContext, place: Place) -> None:
    place.provider.posts = True
    page = await context.new_page()
    await page.goto(f"{place.base}/deliveries")
    await page.get_by_role("link", name="Sign in with your organization").click()
    await page.get_by_role("button", name="I am Ada").click()
    await page.get_by_role("button", name="Back").click()
    await expect(page.get_by_role("heading", name="Deliveries")).to_be_visible()
    await expect(page.get_by_text("ada@firm.test (view only)")).to_be_visible()


async def test_behind_a_proxy_that_hides_where_forms_come_from_people_work_as_ever(
    context: BrowserContext, place: Place
) -> None:
    """Referrer-Policy: no-referrer makes the Origin of our own forms null."""
    origins: list[str | None] = []

    async def hiding(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Referrer-Policy"] = "no-referrer"
            await send(message)

        if scope["type"] == "http" and scope["method"] == "POST":
            origins.append(Headers(scope=scope).get("origin"))
        await place.desk.pages.app(scope, receive, send_on)

    with listen("127.0.0.1", 0) as listener:
        async with serving(listener, hiding):
            proxied = replace(place, base=f"http://127.0.0.1:{address(listener)[1]}")
            page, _ = await open_signed_in(context, proxied)
            await page.goto(f"{proxied.base}/people")
            await page.get_by_label("Name").fill("vera")
            await page.get_by_label("Their first password").fill("a viewer's password")
            await page.get_by_role("button", name="Add the viewer").click()
            await expect(page.get_by_role("cell", name="vera", exact=True)).to_be_visible()
    assert origins == ["null", "null"]


@scripted
@pytest.mark.parametrize("width", [390, 1280])
async def test_a_refusal_fits_the_page_and_leads_to_a_new_beginning(
    context: BrowserContext, place: Place, width: int
) -> None:
    place.provider.claims = {"email_verified": 1}
    page = await context.new_page()
    await page.set_viewport_size({"width": width, "height": 800})
    await page.goto(f"{place.base}/deliveries")
    await page.get_by_role("link", name="Sign in with your organization").click()
    await page.get_by_role("button", name="I am Ada").click()
    await expect(page.get_by_role("alert")).to_contain_text("claim email_verified is a number")
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    place.provider.claims = {}
    await page.get_by_role("link", name="Sign in with your organization").click()
    await page.get_by_role("button", name="I am Ada").click()
    await expect(page.get_by_role("heading", name="Deliveries")).to_be_visible()


async def test_a_link_on_another_site_opens_the_page_for_who_is_signed_in(
    context: BrowserContext, place: Place
) -> None:
    page, _ = await open_signed_in(context, place)
    elsewhere = await context.new_page()
    await elsewhere.route(
        "http://localhost:1/", lambda asked: asked.fulfill(body=f'<a href="{place.base}/people?a=1">See</a>')
    )
    await elsewhere.goto("http://localhost:1/")
    await elsewhere.get_by_role("link", name="See").click()
    await expect(elsewhere.get_by_role("heading", name="Add a viewer")).to_be_visible()
    await expect(elsewhere).to_have_url(f"{place.base}/people?a=1")
    await page.reload()
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()


@scripted
async def test_an_open_list_shows_news_and_is_still_while_it_is_in_use(
    context: BrowserContext, place: Place
) -> None:
    page, wrong = await open_signed_in(context, place)
    await page.goto(f"{place.base}/deliveries")
    await expect(page.get_by_text("None yet.")).to_be_visible()
    await place.desk.delivery(DeliveryState.DEAD)
    await expect(page.locator("#rows").get_by_text("Failed - needs attention")).to_be_visible(timeout=12_000)
    await expect(page.get_by_text("Some were given up")).to_be_visible()
    await page.locator("#rows a").first.focus()
    await record(place.desk.pages.parts.database, stage_change(place.desk.connected, outcome="Ignored."))
    await page.evaluate(COUNT_HELD)
    await expect(page.locator("html")).to_have_attribute("data-held", "2", timeout=17_000)
    await expect(page.locator("#rows tr")).to_have_count(1)
    await page.get_by_label("Refresh automatically").focus()
    await expect(page.locator("#rows tr")).to_have_count(2, timeout=12_000)
    assert wrong == []


async def test_filters_choose_with_and_without_script(context: BrowserContext, place: Place) -> None:
    await place.desk.delivery(DeliveryState.IGNORED)
    await place.desk.delivery(DeliveryState.DEAD)
    page, wrong = await open_signed_in(context, place)
    await page.goto(f"{place.base}/deliveries")
    await expect(page.locator("#rows tr")).to_have_count(2)
    await page.get_by_label("Outcome").select_option("dead")
    has_script = await page.get_by_label("Refresh automatically").is_visible()
    if not has_script:
        await page.get_by_role("button", name="Filter").click()
    await expect(page.locator("#rows tr")).to_have_count(1)
    await expect(page.get_by_role("status")).to_have_text("1 that fits.")
    assert "state=dead" in page.url
    await page.go_back()
    await expect(page.locator("#rows tr")).to_have_count(2)
    await page.get_by_label("Kind").select_option("candidateStageChange")
    if not has_script:
        await page.get_by_role("button", name="Filter").click()
    # What is replayed is what is shown, and the form says so.
    await expect(page.locator("#chosen input[name=event]")).to_have_value("candidateStageChange")
    await expect(page.locator("#chosen")).to_contain_text("Only those that fit the filter above")
    assert wrong == []


@scripted
async def test_a_session_that_is_over_leads_to_the_sign_in_page_by_itself(
    context: BrowserContext, place: Place
) -> None:
    page, _ = await open_signed_in(context, place)
    await page.goto(f"{place.base}/deliveries")
    await context.clear_cookies()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=12_000)
    await expect(page).to_have_url(f"{place.base}/sign-in?next=/deliveries")


async def test_a_self_test_tells_that_it_is_at_work_and_what_it_found(
    context: BrowserContext, place: Place
) -> None:
    page, wrong = await open_signed_in(context, place)
    await page.goto(f"{place.base}/connections/1/self-test")
    await page.get_by_role("button", name="Check now").click()
    await expect(page.get_by_role("button", name="Check again")).to_be_visible(timeout=60_000)
    await expect(page.locator("#checked .told")).to_contain_text("failed")
    await expect(page.locator("#said")).to_have_text("")
    assert wrong == []


@scripted
async def test_the_first_key_leads_to_the_content(context: BrowserContext, place: Place) -> None:
    page, wrong = await open_signed_in(context, place)
    await page.goto(f"{place.base}/waiting")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    assert wrong == []
