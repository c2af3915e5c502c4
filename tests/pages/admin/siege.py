"""A house with everything in it, for whoever tries its doors: both vendors' sandboxes, a row of each kind, two people.

For every form that changes something it has what an admin would send; without that, "nothing changed" proves nothing.
"""

import os
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update
from starlette.routing import Route

from hiring.follow_ups import FollowUpState
from onboarding.saving import keep_token
from store.outcome_tables import FollowUp
from store.people_tables import PagePerson
from store.requests import NewRequest
from store.tables import Connection, DeliveryState, RequestState, WebhookEndpoint
from tests.factories import Connected
from tests.onboarding.desk import Desk, Vendors, open_desk
from tests.pages.admin.browser import PASSWORD, Browser
from tests.pages.admin.conftest import Pages
from tests.pages.admin.connecting import CROSSCHQ_KEY, LEVER_KEY, TOKEN, VIEWERS, typed
from tests.pages.admin.rows import BODY
from tests.pages.admin.settings_filled import Filled
from tests.store.inbox import finish, running, stage_change
from tests.store.inbox import row as delivery_row
from tests.store.reservations import reserved
from tests.store.waits import begin

VIEWERS_MAY = {"/sign-out", "/people/password"}
STRANGERS_MAY = {"/sign-in", "/first-run", "/static/{name}"}


@dataclass(frozen=True)
class House:
    pages: Pages
    desk: Desk
    admin: Browser
    viewer: Browser
    connected: Connected
    ids: Mapping[str, int]
    """Of rows that are there, by the first part of their pages' addresses, and the endpoint's."""

    def filled(self, path: str) -> str:
        first = path.split("/")[1]
        path = path.replace("{endpoint:int}", str(self.ids["endpoint"]))
        return re.sub(r"{id:int}", lambda _: str(self.ids[first]), path)

    def routes(self, method: str) -> list[str]:
        found = [
            one for one in self.pages.app.routes if isinstance(one, Route) and method in (one.methods or ())
        ]
        return sorted({one.path for one in found})

    async def good_forms(self) -> dict[str, dict[str, str | list[str]]]:
        """By path: what changes something when the admin sends it."""
        connection = await self.desk.connection()
        settings = await Filled.opened(self.admin, "/connections/1/settings")
        settings.fields.pop("form_token")
        why = {"why": "A good reason."}
        shown = (await self.admin.open(f"/follow-ups/{self.ids['follow-ups']}")).text
        follow_up = {"seen": _value("seen", shown), **why}
        one = "/connections/{id:int}"
        return {
            "/sign-out": {},
            "/connections/new": {**typed(self.desk, name="Another"), "allow_same_account": "on"},
            f"{one}/pause": why,
            f"{one}/resume": why,
            f"{one}/prospect-switches": {"export_new": "on", **why},
            f"{one}/lever-key": {"lever_key": LEVER_KEY, "lever_url": connection.lever_url},
            f"{one}/crosschq-key": {"crosschq_key": CROSSCHQ_KEY, "crosschq_url": connection.crosschq_url},
            f"{one}/webhooks/make": {"anew": "yes"},
            f"{one}/webhooks/{{endpoint:int}}/token": {"token": "yet-another-token"},
            f"{one}/webhooks/{{endpoint:int}}/forget": {},
            f"{one}/settings": {**settings.fields, "act": "save", "prospects.source": "Another source"},
            f"{one}/own-connector": {"state": "off"},
            "/deliveries/replay-failed": {"since": "2020-01-01T00:00", **why},
            "/deliveries/{id:int}/replay": why,
            "/deliveries/{id:int}/drop": why,
            "/requests/{id:int}/resolve": {"fate": "sent", "crosschq_id": "rq-of-crosschq", **why},
            "/follow-ups/{id:int}/ask-now": follow_up,
            "/follow-ups/{id:int}/send-again": follow_up,
            "/follow-ups/{id:int}/postpone": {"days": "3", **follow_up},
            "/follow-ups/{id:int}/cancel": follow_up,
            "/people/add": {"name": "eve", "password": "a long enough password"},
            "/people/{id:int}/remove": {},
            "/people/password": {"present": PASSWORD, "new": "another long one", "again": "another long one"},
        }

    async def rows(self) -> list[str]:
        """Every row of every table but those that count calls to a vendor: to look is to ask it."""
        return [row for row in (await self.desk.dump()).splitlines() if '"refilled_at"' not in row]

    async def before(self, path: str) -> None:
        """What must have been for the form to mean something."""
        if path.endswith("/resume"):
            await self.admin.send("/connections/1", "/connections/1/pause", why="To be ended.")
        if path.endswith("/send-again"):
            async with self.desk.parts.database.transaction() as session:
                asked = {"state": FollowUpState.ASKED, "asked_at": func.now(), "link_generation": 1}
                await session.execute(update(FollowUp).values(asked))

    async def pages_to_look_at(self) -> list[str]:
        """Every page behind the door, with the lists' other states."""
        shown = [self.filled(path) for path in self.routes("GET") if path not in STRANGERS_MAY]
        more = ["/connections/1/self-test?check=now", "/waiting?ended=on", "/deliveries?state=dead"]
        return [*shown, *more]

    async def hooks(self) -> list[tuple[str, str]]:
        """What Lever has."""
        return [(hook.id, hook.signature_token) for hook in self.desk.webhooks()]


def _value(name: str, page: str) -> str:
    """Of a hidden field."""
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found, f"The page has no field {name}"
    return found[1]


async def send(
    browser: Browser, path: str, fields: Mapping[str, str | list[str]], **headers: str
) -> httpx.Response:
    """As `browser.send`, with whatever token `fields` have."""
    return await browser.http.post(path, data=dict(fields), headers=headers)


@asynccontextmanager
async def open_house(pages: Pages, vendors: Vendors) -> AsyncIterator[House]:
    admin = pages.open_browser()
    await admin.become_admin()
    await admin.send("/people", "/people/add", name="vera", password=VIEWERS)
    viewer = pages.open_browser()
    await viewer.sign_in("vera", VIEWERS)
    async with open_desk(pages.parts.settings, vendors) as opened:
        desk = Desk(pages.parts, opened.file, opened.lever_app, opened.crosschq_app, opened.people)
        await desk.connect()
        connected = await _connected(desk)
        ids = await _rows(desk, connected)
        yield House(pages, desk, admin, viewer, connected, ids)


async def _connected(desk: Desk) -> Connected:
    async with desk.parts.database.transaction() as session:
        connection = (await session.scalars(select(Connection))).one()
        endpoints = {one.event: one for one in await session.scalars(select(WebhookEndpoint))}
        # A second token, so that there is one to forget.
        keep_token(endpoints["candidateStageChange"], desk.parts.vault, SecretStr(TOKEN), desk.parts.now())
    crosschq = endpoints.pop("snapshot")
    return Connected(connection, endpoints, crosschq, {}, "")


async def _rows(desk: Desk, connected: Connected) -> dict[str, int]:
    database, vault = desk.parts.database, desk.parts.vault
    new = replace(
        stage_change(connected, "opportunity-1", body=vault.seal(BODY)), opportunity_id="opportunity-1"
    )
    attempt = await running(database, new)
    assert await finish(database, attempt, DeliveryState.DEAD, "Given up.")
    delivery = await delivery_row(database, attempt.delivery_id)
    asked = NewRequest(connected.connection.id, "opportunity-9", None, "Engineers", "Engineer II", "index")
    request = await reserved(database, asked, RequestState.UNKNOWN)
    follow_up = await begin(database, connected, "opportunity-5")
    async with database.transaction() as session:
        viewer = (await session.scalars(select(PagePerson).where(PagePerson.name == "vera"))).one()
    return {
        "connections": connected.connection.id,
        "endpoint": connected.lever.id,
        "deliveries": delivery.id,
        "requests": request.id,
        "follow-ups": follow_up.id,
        "people": viewer.id,
    }


def a_few(values: Iterable[str], most: int) -> list[Any]:
    """As parameters: the first ones are tried in every CI, the others with LONG=1, as each needs a house."""
    skipped = pytest.mark.skipif("LONG" not in os.environ, reason="some seconds more for each: set LONG=1")
    return [one if at < most else pytest.param(one, marks=skipped) for at, one in enumerate(values)]
