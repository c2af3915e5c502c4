"""What most often keeps a new connection silent: the self-test says it in words, and the pages mend it.

In a real browser without JavaScript; vendors, gateway and mail server are really served, Prefect is a stand-in.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from playwright.async_api import Page, expect
from starlette.applications import Starlette
from starlette.middleware import Middleware

from pages.admin.app import create_admin_routes
from pages.admin.rendering import SafeHeaders
from tests.journeys.admin_pages import AdminPages, Finding, LeverPages
from tests.journeys.conftest import CHROMIUM
from tests.onboarding.conftest import desk, desk_settings, room, vendors
from tests.onboarding.proving import Room
from tests.serving import AppAt, served

__all__ = ["desk", "desk_settings", "room", "vendors"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]

ONE = "/connections/1"
TOGGLE = "Candidate stage change"
STAGE_CHANGE = "Webhooks: Candidate Stage Change: events received"


@dataclass(frozen=True)
class Found:
    """An admin who is signed in, and a connection that works, made from a file."""

    room: Room
    admin: AdminPages
    lever: LeverPages

    async def wrong(self) -> dict[str, Finding]:
        """What is wrong, by group and title."""
        findings = await self.admin.self_test(ONE)
        return {title: one for title, one in findings.items() if one.verdict == "Failed"}

    async def has_heard(self) -> bool:
        """The webhook of moves is heard of, and nothing is wrong, which the page says too."""
        findings = await self.admin.self_test(ONE)
        told = await self.admin.page.locator("#checked .told").inner_text()
        verdicts = {one.verdict for one in findings.values()}
        return (
            findings[STAGE_CHANGE].verdict == "Passed" and "Failed" not in verdicts and "failed" not in told
        )


@pytest.fixture
async def at_work(room: Room, page: Page) -> AsyncIterator[Found]:
    def pages(_url: str) -> Starlette:
        return Starlette(routes=create_admin_routes(room.parts), middleware=[Middleware(SafeHeaders)])

    await room.set_up()
    async with served(AppAt(pages)) as (base, _):
        admin = AdminPages(page, base)
        await admin.first_run(room.parts.settings.first_run_code.get_secret_value())
        yield Found(room, admin, LeverPages(page, room.lever.url))


async def test_a_key_that_was_replaced_in_lever_is_found_and_a_new_one_mends_it(
    at_work: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    lever = at_work.room.desk.lever_app.state.lever
    monkeypatch.setattr(lever, "options", replace(lever.options, api_key="the-new-key"))
    ((title, found),) = (await at_work.wrong()).items()
    assert title == "Lever: API key"
    assert found.says == "Lever does not accept the API key: it is mistyped, or was deleted there."
    assert "Make a key in Lever, Settings > Integrations and API > API Credentials" in found.do

    await at_work.admin.open(ONE)
    keys = at_work.admin.page.locator("#lever-key")
    await keys.get_by_label("Lever API Token").fill("the-new-key")
    await keys.get_by_role("button", name="Check and replace").click()
    await at_work.admin.sees("demo")
    assert await at_work.wrong() == {}


async def test_a_forgotten_toggle_is_not_seen_yet_and_seen_once_it_is_on(at_work: Found) -> None:
    await at_work.lever.switch_group(TOGGLE, on=False)
    await at_work.room.move_somebody()
    found = (await at_work.admin.self_test(ONE))[STAGE_CHANGE]
    assert (found.verdict, found.says) == ("Not verified yet", "No ping and no event has come yet.")
    assert "Check the toggle of 'Candidate Stage Change' in Lever, Settings > Integrations" in found.do
    await at_work.lever.verify_connections()
    await at_work.room.move_somebody()
    found = (await at_work.admin.self_test(ONE))[STAGE_CHANGE]
    assert (found.verdict, found.says.partition(" on ")[0]) == ("Not verified yet", "A ping came")

    await at_work.lever.switch_group(TOGGLE, on=True)
    await at_work.room.move_somebody()
    assert await at_work.has_heard()


async def test_a_wrong_token_is_found_by_what_was_rejected_when_and_why(at_work: Found) -> None:
    await at_work.admin.paste_token(ONE, "Candidate Stage Change", "not-this-one-at-all")
    before = at_work.room.parts.now()
    await at_work.room.move_somebody()
    ((title, found),) = (await at_work.wrong()).items()
    assert title == STAGE_CHANGE
    assert f"On {before:%Y-%m-%d %H:}" in found.says
    # Lever tries five times.
    assert "one was rejected: bad signature (5 rejected in all). None was ever taken." in found.says
    assert "Copy the signature token of this webhook" in found.do

    token = await at_work.lever.token_of("candidateStageChange")
    await at_work.admin.paste_token(ONE, "Candidate Stage Change", token)
    await at_work.room.move_somebody()
    assert await at_work.has_heard()


async def test_a_tag_that_no_open_posting_has_is_found_and_corrected(at_work: Found) -> None:
    await choose_tag(at_work.admin, "crosschq-nobody-has-it")
    ((title, found),) = (await at_work.wrong()).items()
    assert title == "Templates: Sales: Lever tag"
    assert "has the tag 'crosschq-nobody-has-it': nobody gets this template." in found.says
    assert found.do == (
        "Add the tag 'crosschq-nobody-has-it' to a posting in Lever, or correct the template's tag."
    )

    await choose_tag(at_work.admin, "crosschq-sales")
    assert await at_work.wrong() == {}


async def choose_tag(admin: AdminPages, tag: str) -> None:
    """Of the second template."""
    await admin.open(f"{ONE}/settings")
    template = admin.page.locator(r"#templates\.1")
    await template.get_by_label("Lever tag").fill(tag)
    await admin.press("Save")
    await expect(admin.page.get_by_text("Stored. Both vendors agree with it.")).to_be_visible()
