"""Every page, looked at as axe looks and by its width, as wide as a phone and as a desk, in light and in the dark."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize, async_playwright, expect

from settings import Settings
from store.database import Database
from tests.journeys.admin_pages import AdminPages
from tests.journeys.conftest import CHROMIUM, QUIET
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import Vendors
from tests.pages.admin.every_page import EveryPage, every_page, fill

__all__ = ["vendors"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]

PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1100, height=800)


@pytest.fixture
async def house(database: Database, settings: Settings, vendors: Vendors) -> AsyncIterator[EveryPage]:
    async with every_page(settings) as opened:
        yield opened


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield await (await browser.new_context()).new_page()
        await browser.close()


async def faults(page: Page) -> list[str]:
    """What is wrong with what is shown, at both sizes; in the dark on the phone."""
    found = []
    for name, size in (("phone", PHONE), ("desk", DESK)):
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme="dark" if size == PHONE else "light")
        if await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{name}: it scrolls sideways")
        axe = (await Axe().run(page, options={"resultTypes": ["violations"]})).response
        assert axe["passes"], "axe did not look"
        found += [
            f"{name}: {one['id']}: {node['html']}"
            for one in axe["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]
    return found


async def faults_of_all(page: Page, house: EveryPage) -> dict[str, list[str]]:
    """By address; what leads elsewhere is looked at there, once."""
    seen: dict[str, list[str]] = {}
    addresses = house.addresses()
    tabs = [page, *[await page.context.new_page() for _ in range(2)]]
    await asyncio.gather(*(look(tab, house.base, addresses, seen) for tab in tabs))
    return seen


async def look(tab: Page, base: str, addresses: Iterator[str], seen: dict[str, list[str]]) -> None:
    """As long as there are addresses that no other tab has taken."""
    for path in addresses:
        assert await tab.goto(base + path)
        shown = tab.url.removeprefix(base).partition("?next=")[0]
        if shown not in seen:
            seen[shown] = []
            seen[shown] = await faults(tab)


async def test_every_page_can_be_used_without_eyes_or_mouse_and_fits(
    house: EveryPage, vendors: Vendors, page: Page
) -> None:
    seen = await faults_of_all(page, house)
    assert "/first-run" in seen
    house = await fill(house, vendors)
    await page.goto(f"{house.base}/sign-in")
    seen["/sign-in"] = await faults(page)
    await AdminPages(page, house.base).sign_in()
    seen |= await faults_of_all(page, house)
    assert {f"/connections/{one}/settings" for one in house.ids["connections"]} <= seen.keys()
    assert {at: wrong for at, wrong in seen.items() if wrong} == {}


async def test_what_is_looked_for_would_be_found(page: Page) -> None:
    await page.set_content("<html lang=en><title>A page</title><main><input><hr style='width: 600px'></main>")
    found = await faults(page)
    assert found == ["phone: it scrolls sideways", "phone: label: <input>", "desk: label: <input>"]


PRESSED = {
    "/sign-in": ["Sign in"],
    "/connections/new": ["Check and store"],
    "/connections/1": ["Set the switches", "Pause", "Store the token of Candidate Hired"],
    "/connections/1/settings": ["Save"],
    "/deliveries": ["Replay them"],
    "/deliveries/6": ["Replay it"],
    "/follow-ups/1": ["Postpone"],
    "/waiting": ["Resolve request 2"],
    "/people": ["Add the viewer", "Change it"],
    "/preview": ["Show"],
}
"""Buttons of forms that lack something."""


async def test_a_page_that_says_what_is_wrong_can_be_used_as_well(
    house: EveryPage, vendors: Vendors, page: Page
) -> None:
    house = await fill(house, vendors)
    found: dict[str, list[str]] = {}
    for path, buttons in PRESSED.items():
        for button in buttons:
            await page.goto(house.base + path)
            await page.evaluate("document.querySelectorAll('form').forEach(one => { one.noValidate = true })")
            async with page.expect_navigation() as going:
                await page.get_by_role("button", name=button, exact=True).first.click()
            assert (await going.value).status in (400, 403), f"{path}, {button}"
            await expect(page.get_by_role("alert").first).to_be_visible()
            found[f"{path}, {button}"] = await faults(page)
        if path == "/sign-in":
            await AdminPages(page, house.base).sign_in()
    assert {at: wrong for at, wrong in found.items() if wrong} == {}
