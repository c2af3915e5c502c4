"""What the connection pages' tests share: forms as an admin fills them in, and a look at everything for secrets."""

from typing import Any

import pytest
from sqlalchemy import select

from lever.webhooks import CANDIDATE_STAGE_CHANGE
from store.tables import Audit, Connection, WebhookEndpoint
from tests.onboarding.desk import Desk, Vendors, open_desk
from tests.pages.admin.browser import Browser
from tests.pages.admin.conftest import Pages

VIEWERS = "a viewer's password"

LEVER_KEY, CROSSCHQ_KEY, TOKEN = "lever-sandbox-key", "crosschq-sandbox-key", "a-webhook-token-of-ours"
OTHER_LEVER_KEY = "lever-sandbox-people"
"""Another that the stand-in takes."""
SECRETS = (LEVER_KEY, CROSSCHQ_KEY, TOKEN, OTHER_LEVER_KEY)
ONE = "/connections/1"


@pytest.fixture
async def admin(pages: Pages) -> Browser:
    browser = pages.open_browser()
    await browser.become_admin()
    return browser


@pytest.fixture
async def viewer(pages: Pages, admin: Browser) -> Browser:
    await admin.send("/people", "/people/add", name="vera", password=VIEWERS)
    browser = pages.open_browser()
    await browser.sign_in("vera", VIEWERS)
    return browser


@pytest.fixture
async def desk(pages: Pages, vendors: Vendors) -> Desk:
    """Nothing is connected yet."""
    async with open_desk(pages.parts.settings, vendors) as opened:
        return Desk(pages.parts, opened.file, opened.lever_app, opened.crosschq_app, opened.people)


def typed(desk: Desk, **changes: str) -> dict[str, str]:
    """The form of a new connection, filled in."""
    lever, crosschq = (
        line.removeprefix('url = "').removesuffix('"')
        for line in desk.file.splitlines()
        if line.startswith("url = ")
    )
    usual = {
        "name": "Acme",
        "lever_key": LEVER_KEY,
        "lever_url": lever,
        "crosschq_key": CROSSCHQ_KEY,
        "crosschq_prefix": "",
        "crosschq_url": crosschq,
        "webhook_auth": "token",
        "webhook_token": TOKEN,
    }
    return {**usual, **changes}


async def begin(desk: Desk, admin: Browser, **changes: str) -> Any:
    return await admin.send("/connections/new", "/connections/new", **typed(desk, **changes))


async def connections(desk: Desk) -> list[Connection]:
    async with desk.parts.database.transaction() as session:
        return list(await session.scalars(select(Connection)))


async def row(desk: Desk) -> Connection:
    (one,) = await connections(desk)
    return one


async def change(desk: Desk, row: type[Connection | WebhookEndpoint], row_id: int, **columns: object) -> None:
    async with desk.parts.database.transaction() as session:
        found = await session.get_one(row, row_id)
        for name, value in columns.items():
            setattr(found, name, value)


async def audits(desk: Desk) -> list[tuple[str, str, str | None]]:
    """Who, what and why, of the connection."""
    async with desk.parts.database.transaction() as session:
        found = await session.scalars(select(Audit).where(Audit.connection_id == 1).order_by(Audit.id))
        return [(one.who, one.what, one.why) for one in found]


async def endpoint_path(desk: Desk, event: str = CANDIDATE_STAGE_CHANGE) -> str:
    return f"{ONE}/webhooks/{(await desk.endpoint(event)).id}"


async def seen(desk: Desk, admin: Browser) -> str:
    """All that the pages show and the store holds in the open."""
    pages = ("/", "/connections", "/connections/new", ONE, f"{ONE}/settings", f"{ONE}/self-test?check=now")
    return "\n".join([await desk.dump(), *[(await admin.open(path)).text for path in pages]])
