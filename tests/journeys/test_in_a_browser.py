"""The story by clicks alone, in a real browser: recruiter, candidate and references, on the sandbox's pages."""

import pytest
from playwright.async_api import Page, expect

from tests.journeys.conftest import CHROMIUM, Installation
from tools.demo.story import Story

pytestmark = [
    pytest.mark.stack,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]


async def test_a_click_on_the_pipeline_leads_to_the_report_on_the_profile(
    installation: Installation, page: Page
) -> None:
    candidate = await installation.lever.meet_candidate()
    story = Story(
        installation.lever, installation.crosschq, opportunity_id=candidate["id"], email=candidate["email"]
    )

    await page.goto(f"{installation.lever.url}/?q={candidate['email']}")
    card = page.locator("form", has=page.get_by_label(f"Move {candidate['name']} to"))
    await card.get_by_role("combobox").select_option(label="Crosschq")
    await card.get_by_role("button", name="Move").click()
    await story.wait_for_status("Crosschq: sent")

    (request,) = await installation.crosschq.requests_for(candidate["email"])
    await answer_about_oneself(page, request["candidate_url"])
    await name_references(page, len(request["missing"]))
    (request,) = await installation.crosschq.requests_for(candidate["email"])
    for reference in request["references"]:
        await give_reference(page, reference["url"])
    await story.wait_for_status("Crosschq: complete")

    await page.goto(f"{installation.lever.url}/candidates/{candidate['id']}")
    profile, links = page.locator("main"), page.locator("aside, .side").first
    await expect(links.get_by_role("link", name=f"/reports/{request['id']}")).to_be_visible()
    await expect(profile.get_by_text("Crosschq report complete: 3 of 3 references answered.")).to_be_visible()
    assert await is_on_the_right(page)
    await links.get_by_role("link", name=f"/reports/{request['id']}").click()
    await expect(page.get_by_role("heading", name=candidate["name"]).first).to_be_visible()


async def answer_about_oneself(page: Page, url: str) -> None:
    await page.goto(url)
    await fill_questions(page)
    await page.get_by_role("button", name="Send my answers").click()


async def name_references(page: Page, number: int) -> None:
    for index in range(number):
        await page.get_by_label("First name").nth(index).fill("Rea")
        await page.get_by_label("Last name").nth(index).fill(f"Ference{index}")
        await page.get_by_label("E-mail").nth(index).fill(f"rea{index}@references.test")
    await page.get_by_role("button", name="Invite them").click()


async def give_reference(page: Page, url: str) -> None:
    await page.goto(url)
    await fill_questions(page)
    await page.get_by_role("button", name="Send my reference").click()


async def fill_questions(page: Page) -> None:
    for group in await page.locator("fieldset", has=page.get_by_role("radio")).all():
        await group.get_by_role("radio").last.check()
    for text in await page.locator(
        "form[action$=answer] textarea, form[action$=self-reference] textarea"
    ).all():
        await text.fill("Always prepared.")


async def is_on_the_right(page: Page) -> bool:
    """As in the brief: the report's link is on the right side of the profile."""
    box = await page.get_by_role("heading", name="Links").bounding_box()
    width = (page.viewport_size or {"width": 0})["width"]
    return box is not None and box["x"] > width / 2
