"""A recruiting office for one test: real sandbox servers, our gateway before a real store, runs in this process.

The flows run here and not in a worker, against a real Prefect server: a second each instead of ten.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from prefect.client.schemas.objects import State
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    PREFECT_LOCAL_STORAGE_PATH,
    temporary_settings,
)
from sqlalchemy import update
from starlette.applications import Starlette
from starlette.types import ASGIApp

from demo.connection import CROSSCHQ_TOKEN, connection_file
from demo.people import CrosschqPeople, LeverPeople
from flows.reconcile import Scope, reconcile
from flows.reference_request import reference_request
from onboarding.blueprint import Blueprint
from onboarding.connecting import connect
from sandbox.crosschq.app import create_app as create_crosschq
from sandbox.crosschq.options import CrosschqOptions
from sandbox.lever.app import create_app as create_lever
from sandbox.lever.options import LeverOptions
from sandbox.serve import Server, address, listen
from settings import Settings
from store.deliveries import Deliveries
from store.tables import Delivery
from webhook_gateway.app import Gateway, create_public_app
from webhook_gateway.metrics import Metrics
from wiring import Parts, make_parts, use_parts

Edit = Callable[[str], str]

LIVE_SINCE = datetime(2026, 1, 1, tzinfo=UTC)

RETRY_WAITS = (0.05, 0.1, 0.2, 0.4)
"""Seconds between the tries of a sandbox webhook."""


@asynccontextmanager
async def served(app_at: "AppAt") -> AsyncIterator[tuple[str, ASGIApp]]:
    """The app on a free port, as its address and itself."""
    with listen("127.0.0.1", 0) as listener:
        host, port = address(listener)
        url = f"http://{host}:{port}"
        app = app_at(url)
        server = Server(app)
        serving = asyncio.create_task(server.serve([listener]))
        await server.ready.wait()
        yield url, app
        server.should_exit = True
        await serving


class AppAt:
    """Builds an app that knows its own address."""

    def __init__(self, build: Any) -> None:
        self._build = build

    def __call__(self, url: str) -> Starlette:
        app = self._build(url)
        assert isinstance(app, Starlette)
        return app


def sandbox_lever() -> AppAt:
    return AppAt(
        lambda url: create_lever(LeverOptions(base_url=url, retry_waits=RETRY_WAITS, rate=1000, burst=1000))
    )


def sandbox_crosschq() -> AppAt:
    return AppAt(lambda url: create_crosschq(CrosschqOptions(base_url=url, retry_waits=RETRY_WAITS)))


@dataclass
class Ran:
    """One flow run of a test, and what became of its delivery."""

    delivery: Delivery
    state: State[Any]

    @property
    def name(self) -> str:
        return str(self.state.name)

    @property
    def outcome(self) -> str:
        return self.delivery.outcome or ""


@dataclass
class Office:
    """What a test does and sees."""

    parts: Parts
    lever: LeverPeople
    crosschq: CrosschqPeople
    lever_app: Starlette
    crosschq_app: Starlette
    prefect: Settings
    gateway_url: str

    async def move(self, candidate: dict[str, Any], stage: str = "Crosschq", times: int = 1) -> None:
        """A recruiter moves the candidate; returns when the gateway has recorded Lever's webhooks."""
        await self.lever.move(candidate["id"], stage, times)
        await self.lever_app.state.lever.outbox.idle()

    async def act(self, request_id: str, *acts: str) -> None:
        """People act in Crosschq; returns when the gateway has recorded its webhooks."""
        for act in acts:
            await self.crosschq.act(request_id, act)
        await self.crosschq_app.state.outbox.idle()

    async def work(self) -> list[Ran]:
        """Runs what is due, and what comes of it, until nothing is due; oldest first."""
        ran: list[Ran] = []
        while due := await self._claim():
            for delivery in due:
                state = await self.run(delivery)
                ran.append(Ran(await self.delivery(delivery.id), state))
            await self.crosschq_app.state.outbox.idle()
        return ran

    async def work_once(self) -> Ran:
        """`work`, where exactly one run is expected to be for a stage change."""
        ran = [one for one in await self.work() if one.delivery.event == "candidateStageChange"]
        assert len(ran) == 1, [one.name for one in ran]
        return ran[0]

    async def minutes_later(self, minutes: int) -> None:
        """As if everything in Lever had happened so long ago."""
        account = self.lever_app.state.lever.account
        for opportunity in account.opportunities.values():
            for change in opportunity.stage_changes:
                change.updated_at -= minutes * 60_000
        async with self.parts.database.transaction() as session:
            ago = Delivery.triggered_at - timedelta(minutes=minutes)
            await session.execute(update(Delivery).values(triggered_at=ago))

    async def reconcile(self, scope: Scope, later: timedelta = timedelta(0)) -> None:
        """One look of `reconcile` as its deployments take it, `later` than it really is."""
        parts = replace(self.parts, now=lambda: self.parts.now() + later)
        with self.prefect_settings(), use_parts(parts):
            await reconcile(scope)

    @contextmanager
    def prefect_settings(self) -> Iterator[None]:
        """Prefect's client talks to the session's server."""
        with temporary_settings(
            {
                PREFECT_API_URL: self.prefect.api_url,
                PREFECT_API_AUTH_STRING: self.prefect.prefect_auth_string.get_secret_value(),
                PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True,
                PREFECT_LOCAL_STORAGE_PATH: self.parts.settings.data_dir / "storage",  # never the user's own
            }
        ):
            yield

    async def run(self, delivery: Delivery) -> State[Any]:
        with self.prefect_settings(), use_parts(self.parts):
            return await reference_request(delivery.id, delivery.attempt, return_state=True)  # type: ignore[no-any-return, call-overload]

    async def connect_again(self, edit: Edit | None = None) -> None:
        """As an admin does with the file; `edit` changes its text first."""
        text = await connection_file(self.lever, self.crosschq.url, LIVE_SINCE)
        blueprint = Blueprint.from_text(edit(text) if edit else text)
        connected = await connect(self.parts, blueprint, "test", self.gateway_url)
        await self.crosschq.send_webhooks_to(connected.crosschq_webhook_url, CROSSCHQ_TOKEN)

    async def deliveries(self) -> list[Delivery]:
        """Oldest first."""
        async with self.parts.database.transaction() as session:
            return list(reversed(await Deliveries(session).newest(1000)))

    async def delivery(self, delivery_id: int) -> Delivery:
        async with self.parts.database.transaction() as session:
            found = await Deliveries(session).get(delivery_id)
        assert found is not None
        return found

    async def status_tags(self, candidate: dict[str, Any]) -> list[str]:
        return [tag for tag in await self.lever.tags(candidate["id"]) if tag.startswith("Crosschq: ")]

    async def the_request(self, candidate: dict[str, Any]) -> dict[str, Any]:
        """The one reference request Crosschq has for the candidate."""
        requests = await self.crosschq.requests_for(candidate["email"])
        assert len(requests) == 1, f"{len(requests)} requests"
        return requests[0]

    def crosschq_calls(self, method: str = "POST") -> list[Any]:
        return [call for call in self.crosschq_app.state.ledger.calls() if call.method == method]

    async def _claim(self) -> list[Delivery]:
        async with self.parts.database.transaction() as session:
            return list(await Deliveries(session).claim_due(10))


@asynccontextmanager
async def open_office(
    settings: Settings, prefect: Settings, edit: Edit | None = None
) -> AsyncIterator[Office]:
    """`edit` changes the connection file's text before the admin connects."""
    async with (
        make_parts(settings) as parts,
        httpx.AsyncClient(timeout=30) as http,
        served(AppAt(lambda _url: create_public_app(_gateway(parts)))) as (gateway_url, _),
        served(sandbox_lever()) as (lever_url, lever_app),
        served(sandbox_crosschq()) as (crosschq_url, crosschq_app),
    ):
        assert isinstance(lever_app, Starlette)
        assert isinstance(crosschq_app, Starlette)
        lever, crosschq = LeverPeople(http, lever_url), CrosschqPeople(http, crosschq_url)
        office = Office(parts, lever, crosschq, lever_app, crosschq_app, prefect, gateway_url)
        await office.connect_again(edit)
        yield office


def _gateway(parts: Parts) -> Gateway:
    return Gateway(
        database=parts.database,
        vault=parts.vault,
        metrics=Metrics(),
        now=parts.now,
        retention=parts.settings.delivery_retention,
        recorded=lambda: None,
    )
