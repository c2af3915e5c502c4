"""A connection by the pages alone, in a real browser, with both vendors' stand-ins really served."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from sandbox.serve import Server, address, listen
from tests.journeys.conftest import CHROMIUM, QUIET
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import Desk
from tests.pages.admin.browser import CODE, PASSWORD
from tests.pages.admin.conftest import Pages
from tests.pages.admin.connecting import ONE, SECRETS, desk, typed

__all__ = ["desk", "vendors"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]

DESK = ViewportSize(width=1100, height=800)


@pytest.fixture
async def base(pages: Pages) -> AsyncIterator[str]:
    """Where the pages are really served."""
    with listen("127.0.0.1", 0) as listener:
        host, port = address(listener)
        server = Server(pages.app)
        serving = asyncio.create_task(server.serve([listener]))
        await server.ready.wait()
        yield f"http://{host}:{port}"
        server.should_exit = True
        await serving


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        await opened.close()


async def become_admin(page: Page, base: str) -> None:
    await page.goto(f"{base}/first-run")
    for label, value in (
        ("Code", CODE),
        ("Name", "ada"),
        ("Password", PASSWORD),
        ("The password once more", PASSWORD),
    ):
        await page.get_by_label(label, exact=True).fill(value)
    await page.get_by_role("button", name="Become the admin").click()
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()


async def fill(page: Page, desk: Desk, **changes: str) -> None:
    form = typed(desk, **changes)
    for name in ("name", "lever_key", "lever_url", "crosschq_key", "crosschq_url", "webhook_token"):
        await page.locator(f"#{name}").fill(form[name])
    await page.get_by_role("button", name="Check and store").click()


async def test_a_connection_is_made_by_the_pages_alone_and_no_token_is_in_them(
    desk: Desk, base: str, chromium: Browser
) -> None:
    page = await (await chromium.new_context(java_script_enabled=False, viewport=DESK)).new_page()
    await become_admin(page, base)
    await page.get_by_role("link", name="Connect Lever and Crosschq").click()
    await fill(page, desk, lever_key="a-wrong-key")
    await expect(page.locator("#lever_key-wrong")).to_contain_text("Lever does not accept this key")
    await expect(page.locator("#name")).to_have_value("Acme")
    await expect(page.locator("#crosschq_key")).to_have_value("")
    await fill(page, desk)
    await expect(page).to_have_url(f"{base}{ONE}/settings?done=connected")

    await page.goto(f"{base}{ONE}")
    await page.get_by_role("button", name="Create the webhooks in Lever").click()
    await expect(page.get_by_text("A token is stored.")).to_have_count(5)
    tokens = [hook.signature_token for hook in desk.webhooks()]
    assert await desk.tokens() == [desk.webhook().signature_token]
    shown = ""
    for path in ("/", "/connections", ONE, f"{ONE}/settings", f"{ONE}/self-test?check=now"):
        await page.goto(base + path)
        shown += await page.content()
    assert len(tokens) == 4
    assert [one for one in (*tokens, *SECRETS) if one in shown] == []


async def test_an_address_is_copied_by_its_button(desk: Desk, base: str, chromium: Browser) -> None:
    await desk.connect()
    context = await chromium.new_context(viewport=DESK, permissions=["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    await become_admin(page, base)
    await page.goto(f"{base}{ONE}")
    field = page.get_by_label("Webhook Hired URL")
    await field.locator("xpath=following-sibling::button").click()
    assert await page.evaluate("navigator.clipboard.readText()") == await field.input_value()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
