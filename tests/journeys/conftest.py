"""The whole installation, connected to its sandbox as `make demo` does it; runs execute in Prefect's worker."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright

from cli.demo import connect_sandbox
from deployments.stack import Stack
from tools.demo.people import CrosschqPeople, LeverPeople

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass(frozen=True)
class Installation:
    stack: Stack
    lever: LeverPeople
    crosschq: CrosschqPeople


@pytest.fixture(scope="session")
async def installation(stack: Stack) -> AsyncIterator[Installation]:
    async with httpx.AsyncClient(timeout=30) as http:
        lever, crosschq = LeverPeople(http, stack.lever_url), CrosschqPeople(http, stack.crosschq_url)
        await connect_sandbox(stack, lever, crosschq)
        yield Installation(stack, lever, crosschq)


# As root Chromium has no sandbox of its own; the rest keeps it from calling out.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        await opened.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page without JavaScript: the sandbox works without."""
    context = await browser.new_context(java_script_enabled=False)
    yield await context.new_page()
    await context.close()
