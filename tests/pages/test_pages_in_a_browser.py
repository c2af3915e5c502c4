"""The answer page in a real browser, without JavaScript, by keyboard and on a small phone."""

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, ViewportSize, async_playwright, expect

from hiring.outcomes import Outcome
from pages.addresses import make_app
from pages.answer import create_answer_routes
from sandbox.serve import Server, address, listen
from tests.pages.owner import Owner

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE, DESK = ViewportSize(width=320, height=568), ViewportSize(width=1280, height=800)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]


@pytest.fixture
async def base(owner: Owner) -> AsyncIterator[str]:
    """Where the page is really served."""
    listener = listen("127.0.0.1", 0)
    host, port = address(listener)
    base = f"http://{host}:{port}"
    app = make_app(create_answer_routes(owner.database, owner.vault, owner.clock, base))
    server = Server(app)
    serving = asyncio.create_task(server.serve([listener]))
    await server.ready.wait()
    yield base
    server.should_exit = True
    await serving


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
async def page(request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        # As root Chromium has no sandbox of its own; the rest keeps it from calling out.
        args = [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-background-networking",
            "--disable-sync",
        ]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        context = await browser.new_context(java_script_enabled=False, viewport=request.param)
        yield await context.new_page()
        await browser.close()


async def open_from_mail(page: Page, url: str) -> None:
    """By a click on a page of another site, as in web mail."""
    await page.set_content(f'<a href="{url}">Answer</a>')
    await page.get_by_role("link").click()
    await expect(page.get_by_role("heading", name="Was the candidate hired?")).to_be_visible()


async def test_the_owner_answers_by_keyboard_and_then_changes_it(owner: Owner, base: str, page: Page) -> None:
    await open_from_mail(page, base + owner.path)
    await page.get_by_role("radio", name="Hired", exact=True).focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.get_by_label("Day of the hire").fill("2024-11-20")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Recorded: hired on 20 November 2024.")
    assert await fits(page)

    owner.clock.advance(minutes=1)
    await page.get_by_role("radio", name="Not hired").check()
    await page.get_by_role("button", name="Change the answer").click()
    await expect(page.get_by_role("status")).to_contain_text("Recorded: not hired.")
    assert (await owner.follow_up()).answer is Outcome.NOT_HIRED


async def test_what_is_wrong_is_announced_and_the_page_fits(owner: Owner, base: str, page: Page) -> None:
    await open_from_mail(page, base + owner.path)
    await page.get_by_role("button", name="Record the answer").click()
    await expect(page.get_by_role("alert")).to_contain_text("Please choose one of the three answers.")
    assert await fits(page)


async def test_the_same_mail_opened_in_two_tabs_works_in_both(owner: Owner, base: str, page: Page) -> None:
    await open_from_mail(page, base + owner.path)
    other = await page.context.new_page()
    await open_from_mail(other, base + owner.path)
    await page.get_by_role("radio", name="Not decided yet").check()
    await page.get_by_role("button", name="Record the answer").click()
    await expect(page.get_by_role("status")).to_contain_text("Recorded: not decided yet.")


async def fits(page: Page) -> bool:
    """Whether nothing sticks out at the side."""
    box = await page.locator("main").bounding_box()
    button = await page.get_by_role("button").bounding_box()
    width = (page.viewport_size or DESK)["width"]
    return bool(
        box and button and box["x"] >= 0 and box["x"] + box["width"] <= width and button["height"] >= 44
    )
