"""`python -m tools.demo.pictures` takes the README's pictures anew: pages after the demo's story. Needs Chromium."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.async_api import Page, ViewportSize, async_playwright

from deployments.stack import Stack, running_stack
from tools.demo.admin import NAME, Admin
from tools.demo.browser import Browser
from tools.demo.connection import USUAL_WAITS
from tools.demo.opening import Opening
from tools.demo.people import CrosschqPeople, LeverPeople
from tools.demo.settings import admins_password, demo_settings
from tools.demo.story import StepFailed, Story

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "images"
VIEW = ViewportSize(width=1100, height=1060)
PORTS = (18600, 18610, 18420)
"""Beside a demo that is running."""


async def take_pictures(folder: Path) -> None:
    """Into `folder`, which is there, over those that are there. Starts everything in an empty store, and stops it."""
    with _short_folder() as data:
        settings = demo_settings(data, PORTS)
        async with running_stack(settings, with_sandbox=True, progress=print) as stack:
            admin_base = stack.settings.pages_url
            async with (
                httpx.AsyncClient(timeout=30) as http,
                httpx.AsyncClient(timeout=90, base_url=admin_base) as pages,
            ):
                admin = Admin(Browser(pages), admins_password(stack.settings))
                paths = await _play(stack, admin, http)
            await _photograph(admin_base, admin.password, paths, folder)


async def _play(stack: Stack, admin: Admin, http: httpx.AsyncClient) -> dict[str, str]:
    """The paths of the pages to be seen, by the pictures' names."""
    lever, crosschq = LeverPeople(http, stack.lever_url), CrosschqPeople(http, stack.crosschq_url)
    opening = Opening(admin, lever, crosschq, USUAL_WAITS, _is_not_new)
    async for told in opening.play(stack.settings.first_run_code.get_secret_value()):
        print(told.step)
    story = Story(lever, crosschq)
    async for told in story.play():
        print(told.step)
    return {
        "self-test": f"{opening.connection}/self-test?check=now",
        "delivery": await admin.delivery_of_the_move(story.opportunity_id),
    }


async def _is_not_new() -> None:
    raise StepFailed("The store was to be empty.")


async def _photograph(base: str, password: str, paths: dict[str, str], folder: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise StepFailed("There is no Chromium. On Debian and Ubuntu: apt-get install chromium")
    async with async_playwright() as playwright:
        # As root Chromium has no sandbox of its own.
        opened = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = await opened.new_page(viewport=VIEW)
        await _sign_in(page, base, password)
        for name, path in paths.items():
            await page.goto(base + path)
            await page.screenshot(path=folder / f"{name}.png")
        await opened.close()


async def _sign_in(page: Page, base: str, password: str) -> None:
    await page.goto(f"{base}/sign-in")
    await page.get_by_label("Name").fill(NAME)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="Sign out").wait_for()


@contextmanager
def _short_folder() -> Iterator[Path]:
    """PostgreSQL's own user must get into it."""
    folder = Path(tempfile.mkdtemp(prefix="pictures-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        asyncio.run(take_pictures(FOLDER))
    except StepFailed as error:
        sys.exit(str(error))
