"""An admin's desk for one test: a connection file, both vendors as real sandbox servers, and our store."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from starlette.applications import Starlette

from lever.webhooks import CANDIDATE_STAGE_CHANGE
from onboarding.blueprint import Blueprint, BlueprintError
from onboarding.connecting import Connected, connect
from outbound.errors import VendorError
from settings import Settings
from store.base import Base
from store.key_ring import LastingKey
from store.prospect_tables import ProspectSettings
from store.tables import Audit, Connection, Delivery, RequestTemplate, WebhookEndpoint
from tests.serving import sandbox_crosschq, sandbox_lever, served
from tools.demo.connection import CROSSCHQ_TOKEN, connection_file
from tools.demo.people import LeverPeople
from wiring import Parts, open_parts

Edit = Callable[[str], str]

LIVE_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
WHO = "test, an admin"
BASE = "https://references.example"
SECRETS = ("lever-sandbox-key", "crosschq-sandbox-key", CROSSCHQ_TOKEN)


def swap(old: str, new: str) -> Edit:
    """An edit of the one place where `old` stands in the file."""

    def edit(file: str) -> str:
        assert file.count(old) == 1, f"{old!r} stands {file.count(old)} times in the file"
        return file.replace(old, new)

    return edit


def both(*edits: Edit) -> Edit:
    def edit(file: str) -> str:
        for one in edits:
            file = one(file)
        return file

    return edit


NEVER_MADE = swap("create_webhooks = true\n", "")
"""Webhooks are to be made by hand, and none has been."""


def with_lever_token(token: str, setting: str = "stage_change_token") -> Edit:
    """One webhook made by hand instead of all through the API."""
    return swap("create_webhooks = true", f'{setting} = "{token}"')


def with_follow_up(lines: str) -> Edit:
    """The whole section as `lines` have it."""

    def edit(file: str) -> str:
        before, _, after = file.partition("[follow_up]\n")
        return f"{before}[follow_up]\n{lines}\n\n{after[after.index('[[templates]]') :]}"

    return edit


def lever_url(connected: Connected, event: str = CANDIDATE_STAGE_CHANGE) -> str:
    """The address for the event."""
    return next(webhook.url for webhook in connected.lever_webhooks if webhook.event.event == event)


def closed(connected: Connected) -> list[str]:
    """The events whose webhook still needs its token."""
    return [webhook.event.event for webhook in connected.lever_webhooks if not webhook.is_open]


def with_requests(lines: str) -> Edit:
    """The section that the demo's file leaves out."""
    return swap(
        '[[templates]]\nname = "Engineers"', f'[requests]\n{lines}\n\n[[templates]]\nname = "Engineers"'
    )


def with_prospects(lines: str) -> Edit:
    """The section that the demo's file leaves out, and what stands behind it."""
    return lambda file: f"{file}\n[prospects]\n{lines}\n"


@dataclass
class Desk:
    """What an admin does, and what came of it in the store."""

    parts: Parts
    file: str
    """The demo's connection file: two templates, and `create_webhooks`."""
    lever_app: Starlette
    crosschq_app: Starlette
    people: dict[str, str]
    """Lever's users: ids by their names in the cast."""

    async def connect(self, edit: Edit = str, base: str = BASE) -> Connected:
        return await connect(self.parts, Blueprint.from_text(edit(self.file)), WHO, base)

    async def refusal(self, edit: Edit = str) -> str:
        """What the admin is told; nothing was stored, at either side, and no secret is in it."""
        file = edit(self.file)
        with pytest.raises((BlueprintError, VendorError)) as refused:
            await connect(self.parts, Blueprint.from_text(file), WHO, BASE)
        said = str(refused.value)
        assert not any(secret in said for secret in SECRETS)
        assert await self.stored() == 0
        assert self.webhooks() == []
        return said

    def webhooks(self) -> list[Any]:
        """Those that Lever has."""
        return list(self.lever_app.state.lever.account.webhooks.values())

    def webhook(self, event: str = CANDIDATE_STAGE_CHANGE) -> Any:
        """The one that Lever has for the event."""
        (found,) = (webhook for webhook in self.webhooks() if webhook.event == event)
        return found

    def reason(self, text: str) -> Any:
        """An archive reason of Lever's."""
        return next(
            one for one in self.lever_app.state.lever.account.archive_reasons.values() if one.text == text
        )

    def postings(self, text: str) -> list[Any]:
        """Lever's of that title."""
        every = self.lever_app.state.lever.account.postings.values()
        return [posting for posting in every if posting.text == text]

    async def prospects(self) -> ProspectSettings:
        async with self.parts.database.transaction() as session:
            return (await session.scalars(select(ProspectSettings))).one()

    async def orders(self) -> list[Delivery]:
        """Of the inbox, those to export prospects."""
        async with self.parts.database.transaction() as session:
            about = Delivery.subject.startswith("prospects:")
            return list(await session.scalars(select(Delivery).where(about).order_by(Delivery.id)))

    async def stored(self) -> int:
        """Rows of every table but that of the lasting keys, which are there from the start."""
        async with self.parts.database.transaction() as session:
            counts = [
                await session.scalar(text(f"SELECT count(*) FROM {table.name}"))  # noqa: S608
                for table in Base.metadata.sorted_tables
                if table.name != LastingKey.__tablename__
            ]
        return sum(count or 0 for count in counts)

    async def dump(self) -> str:
        """Every row of every table as text."""
        async with self.parts.database.transaction() as session:
            rows: list[str] = []
            for table in Base.metadata.sorted_tables:
                rows += await session.scalars(text(f"SELECT to_jsonb(t)::text FROM {table.name} t"))  # noqa: S608
        return "\n".join(rows)

    async def connection(self) -> Connection:
        async with self.parts.database.transaction() as session:
            return (await session.scalars(select(Connection))).one()

    async def endpoint(self, event: str = CANDIDATE_STAGE_CHANGE) -> WebhookEndpoint:
        async with self.parts.database.transaction() as session:
            found = await session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.event == event))
            return found.one()

    async def tokens(self, event: str = CANDIDATE_STAGE_CHANGE) -> list[str]:
        """The endpoint's, the newest first."""
        sealed = (await self.endpoint(event)).secrets
        return self.parts.vault.open_list(sealed) if sealed else []

    async def templates(self) -> list[dict[str, Any]]:
        columns = ("name", "description", "survey", "lever_tag", "counts", "position", "is_fallback")
        async with self.parts.database.transaction() as session:
            rows = await session.scalars(select(RequestTemplate).order_by(RequestTemplate.name))
            return [{name: getattr(row, name) for name in columns} for row in rows]

    async def audits(self) -> list[Audit]:
        async with self.parts.database.transaction() as session:
            return list(await session.scalars(select(Audit).order_by(Audit.id)))


@dataclass
class Vendors:
    """Both sandboxes, started once; `reset` puts them back to their seed."""

    http: httpx.AsyncClient
    lever_url: str
    lever_app: Starlette
    crosschq_url: str
    crosschq_app: Starlette

    async def reset(self) -> None:
        for url in (self.lever_url, self.crosschq_url):
            (await self.http.post(f"{url}/sandbox/reset")).raise_for_status()


@asynccontextmanager
async def open_vendors() -> AsyncIterator[Vendors]:
    async with (
        httpx.AsyncClient() as http,
        served(sandbox_lever()) as (lever_url, lever_app),
        served(sandbox_crosschq()) as (crosschq_url, crosschq_app),
    ):
        assert isinstance(lever_app, Starlette)
        assert isinstance(crosschq_app, Starlette)
        yield Vendors(http, lever_url, lever_app, crosschq_url, crosschq_app)


@asynccontextmanager
async def open_desk(settings: Settings, vendors: Vendors) -> AsyncIterator[Desk]:
    await vendors.reset()
    lever = LeverPeople(vendors.http, vendors.lever_url)
    people = {name: user["id"] for name, user in (await lever.cast())["users"].items()}
    file = await connection_file(lever, vendors.crosschq_url, LIVE_SINCE)
    async with open_parts(settings) as parts:
        yield Desk(parts, file, vendors.lever_app, vendors.crosschq_app, people)
