"""Lever and Crosschq as they send to the gateway. Signs by the contract, with nothing of ours."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from store.database import Database
from store.tables import Delivery, WebhookEndpoint
from store.vault import Vault
from tests.factories import STAGE, Connected
from webhook_gateway.app import Gateway, create_public_app
from webhook_gateway.inbox import Inbox
from webhook_gateway.metrics import Metrics

NOW = datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
FIXTURES = Path(__file__).parents[1] / "fixtures"
DATA = {
    "opportunityId": "o-1",
    "candidateId": "c-1",
    "contactId": "p-1",
    "fromStageId": "s-1",
    "toStageId": STAGE,
}

Payload = dict[str, Any]


def fixture(name: str) -> Payload:
    """`fixture("lever/ping")` reads tests/fixtures/lever/ping.json."""
    payload: Payload = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return payload


def ms(moment: datetime) -> int:
    """Epoch milliseconds."""
    return round(moment.timestamp() * 1000)


def signed(key: str, payload: Mapping[str, Any], *, at: datetime = NOW) -> Payload:
    """The payload with a new token, the time, and the signature of lever-api.md 6.4."""
    token, triggered_at = secrets.token_hex(24), ms(at)
    signature = hmac.new(key.encode(), f"{token}{triggered_at}".encode(), hashlib.sha256).hexdigest()
    return {**payload, "token": token, "triggeredAt": triggered_at, "signature": signature}


def stage_change(key: str, *, at: datetime = NOW, **data: Any) -> Payload:
    """A `candidateStageChange` to the trigger stage; `data` changes fields of its data."""
    return signed(key, {"event": "candidateStageChange", "data": {**DATA, **data}}, at=at)


def snapshot(**changes: Any) -> Payload:
    return {**fixture("crosschq/snapshot_in_progress"), **changes}


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Senders:
    """Both vendors in front of one gateway, and what one sees behind it. `woken`: the dispatcher was called."""

    gateway: Gateway
    database: Database
    connected: Connected
    clock: Clock
    woken: list[None]
    client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        app = create_public_app(self.gateway)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://gateway.test")

    @property
    def key(self) -> str:
        """The signature token of Lever's webhook."""
        return self.connected.lever_token

    async def lever(self, body: Payload | bytes, *, url_key: str | None = None) -> httpx.Response:
        """POSTs as Lever does (lever-api.md 6.3)."""
        return await self.client.post(
            f"/webhooks/lever/{url_key or self.connected.lever.url_key}",
            content=as_bytes(body),
            headers={"User-Agent": "Lever-Webhooks", "Content-Type": "application/json"},
        )

    async def crosschq(
        self, body: Payload | bytes, *, authorization: str | None = "right", method: str = "POST"
    ) -> httpx.Response:
        """Sends as Crosschq may (crosschq-api.md 1.6); `right` is the configured token, bare."""
        shown = self.connected.crosschq_token if authorization == "right" else authorization
        return await self.client.request(
            method,
            f"/webhooks/crosschq/{self.connected.crosschq.url_key}",
            content=as_bytes(body),
            headers=[(b"Authorization", shown.encode())] if shown is not None else [],
        )

    async def deliveries(self) -> list[Delivery]:
        async with self.database.transaction() as session:
            return list(await session.scalars(select(Delivery).order_by(Delivery.id)))

    async def endpoint(self, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        """As it stands in the store now."""
        async with self.database.transaction() as session:
            return await session.get_one(WebhookEndpoint, endpoint.id)

    async def change(self, endpoint: WebhookEndpoint, **values: object) -> None:
        """What an admin would do in the settings."""
        async with self.database.transaction() as session:
            stored = await session.get_one(WebhookEndpoint, endpoint.id)
            for name, value in values.items():
                setattr(stored, name, value)

    def answered(self, vendor: str, result: str) -> float:
        """How many webhooks the counter says were answered so."""
        labels = {"vendor": vendor, "result": result}
        return self.gateway.metrics.registry.get_sample_value("crosschq_lever_webhooks_total", labels) or 0.0


def in_front_of(database: Database, vault: Vault, connected: Connected) -> Senders:
    """A gateway over the store, with a clock that stands still and both vendors in front of it."""
    clock, woken = Clock(), list[None]()
    gateway = Gateway(
        inbox=Inbox(database),
        vault=vault,
        metrics=Metrics(),
        now=clock,
        retention=timedelta(days=30),
        recorded=lambda: woken.append(None),
    )
    return Senders(gateway, database, connected, clock, woken)


def as_bytes(body: Payload | bytes) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()
