"""An owner reads the mail on a phone, clicks the link and answers: by clicks alone, through every real process."""

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from cli.follow_ups import run_ask_now
from store.outcome_tables import FollowUp
from tests.journeys.conftest import CHROMIUM, Installation
from tools.demo.ending import Ending
from tools.demo.mailbox import Owner
from tools.demo.story import Story
from wiring import Parts, make_parts, use_parts

pytestmark = [
    pytest.mark.stack,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]

PHONE = {"width": 360, "height": 740}


@pytest.fixture
async def phone(browser: Browser) -> Page:
    """Without JavaScript."""
    context = await browser.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    return await context.new_page()


async def go_on_now(parts: Parts, opportunity_id: str) -> None:
    """Ops do not wait for two weeks."""
    async with parts.database.transaction() as session:
        found = await session.scalars(select(FollowUp.id).where(FollowUp.opportunity_id == opportunity_id))
        follow_up_id = found.one()
    with use_parts(parts):
        assert await run_ask_now(follow_up_id, "the test does not wait for two weeks") == 0


async def test_a_click_in_the_mail_and_one_on_the_page_reach_both_systems(
    installation: Installation, phone: Page
) -> None:
    story = Story(installation.lever, installation.crosschq)
    async for _ in story.play():
        pass
    ending = Ending(story, Owner(installation.lever.http, installation.stack.mailbox_url))
    async with make_parts(installation.stack.settings) as parts:
        await go_on_now(parts, story.opportunity_id)
        await story.wait_until("the question is there", ending.has_mail)

        await phone.goto(installation.stack.mailbox_url)
        await phone.get_by_role("link", name=f"Was {story.name} hired?").click()
        await phone.locator("pre").get_by_role("link").click()
        await expect(phone.get_by_role("heading", name="Was the candidate hired?")).to_be_visible()
        assert await fits(phone)
        await phone.get_by_label("Not hired").check()
        await phone.get_by_role("button", name="Record the answer").click()
        await expect(phone.get_by_role("status")).to_contain_text("Recorded: not hired")

        await go_on_now(parts, story.opportunity_id)
    await ending.crosschq_shows("not_hired")
    await ending.lever_shows("not hired")


async def fits(page: Page) -> bool:
    """Nothing has to be scrolled sideways."""
    box = await page.locator("main").bounding_box()
    return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
