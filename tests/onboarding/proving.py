"""A room for self-tests: the desk, a gateway for Lever's webhooks, a mail server, and what is read of Prefect."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import HttpUrl
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lever.webhooks import CANDIDATE_STAGE_CHANGE
from onboarding.self_test.findings import Finding, Verdict
from onboarding.self_test.testing import self_test
from sandbox.lever.webhooks import verify_connection
from sandbox.mailbox.certificate import Certificate
from sandbox.mailbox.mailbox import Mailbox
from sandbox.mailbox.smtp import serve_smtp
from sandbox.serve import address, listen
from store.connection_rows import find_rows
from store.tables import Connection, WebhookEndpoint
from tests.onboarding.desk import Desk
from tests.serving import AppAt, served
from tools.demo.people import LeverPeople
from webhook_gateway.app import Gateway, create_public_app
from webhook_gateway.inbox import Inbox
from webhook_gateway.metrics import Metrics
from wiring import Parts


@dataclass
class PrefectStandIn:
    """Paths and answers as Prefect 3.9.1 has them."""

    password_is_right: bool = True
    lacks: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)
    unscheduled: set[str] = field(default_factory=set)
    pool: dict[str, Any] | None = field(default_factory=lambda: {"status": "READY", "is_paused": False})
    queue: dict[str, Any] = field(default_factory=lambda: {"is_paused": False})

    async def version(self, _request: Request) -> Response:
        return JSONResponse("3.9.1") if self.password_is_right else JSONResponse({}, 401)

    async def deployment(self, request: Request) -> Response:
        name = f"{request.path_params['flow']}/{request.path_params['name']}"
        missing = name in self.lacks
        found = {"paused": name in self.paused, "schedules": [{"active": name not in self.unscheduled}]}
        return JSONResponse({} if missing else found, 404 if missing else 200)

    async def work_pool(self, _request: Request) -> Response:
        return JSONResponse(self.pool or {}, 200 if self.pool else 404)

    async def work_queue(self, _request: Request) -> Response:
        return JSONResponse(self.queue)

    def app_at(self, _url: str) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/admin/version", self.version),
                Route("/api/deployments/name/{flow}/{name}", self.deployment),
                Route("/api/work_pools/{name}", self.work_pool),
                Route("/api/work_pools/{name}/queues/default", self.work_queue),
            ]
        )


@dataclass
class Room:
    desk: Desk
    parts: Parts
    lever: LeverPeople
    prefect: PrefectStandIn

    async def set_up(self, edit: Any = str) -> None:
        """Connects, with webhooks that lead to the room's gateway."""
        await self.desk.connect(edit, str(self.parts.settings.public_base_url))

    async def findings(self, time_limit: float = 20) -> list[Finding]:
        stored = await find_rows(self.parts.database, (await self.desk.connection()).id)
        assert stored
        return await self_test(self.parts, stored, time_limit)

    async def found(self, title: str) -> Finding:
        (one,) = (one for one in await self.findings() if f"{one.group.value}: {one.title}" == title)
        return one

    async def wrong(self) -> list[str]:
        """The titles of all that is wrong."""
        findings = await self.findings()
        return [f"{one.group.value}: {one.title}" for one in findings if one.verdict is Verdict.WRONG]

    async def move_somebody(self) -> None:
        """A recruiter moves a candidate; returns when Lever's webhooks were answered."""
        candidate = await self.lever.meet_candidate()
        await self.lever.move(candidate["id"])
        await self.desk.lever_app.state.lever.outbox.idle()

    async def verify_connection(self, event: str = CANDIDATE_STAGE_CHANGE) -> None:
        """An admin presses the button in Lever; returns when the ping was answered."""
        verify_connection(self.desk.lever_app.state.lever, self.desk.webhook(event))
        await self.desk.lever_app.state.lever.outbox.idle()

    async def change(self, row: type[Connection | WebhookEndpoint], row_id: int, **columns: object) -> None:
        async with self.parts.database.transaction() as session:
            found = await session.get_one(row, row_id)
            for name, value in columns.items():
                setattr(found, name, value)


@asynccontextmanager
async def open_room(desk: Desk, folder: Path) -> AsyncIterator[Room]:
    prefect, listener = PrefectStandIn(), listen("127.0.0.1", 0)
    async with (
        httpx.AsyncClient() as http,
        served(AppAt(lambda _url: create_public_app(_gateway(desk.parts)))) as (gateway_url, _),
        served(AppAt(prefect.app_at)) as (prefect_url, _),
        await serve_smtp(Mailbox(), listener, Certificate.made_in(folder)),
    ):
        settings = desk.parts.settings.model_copy(
            update={
                "public_base_url": HttpUrl(gateway_url),
                "prefect_api_url": f"{prefect_url}/api",
                "smtp_host": "127.0.0.1",
                "smtp_port": address(listener)[1],
                "smtp_security": "plain",
                "mail_from": "Hiring <hiring@employer.example>",
            }
        )
        connection_url = desk.file.split('url = "')[1].partition("/v1")[0]
        yield Room(desk, replace(desk.parts, settings=settings), LeverPeople(http, connection_url), prefect)


def _gateway(parts: Parts) -> Gateway:
    return Gateway(
        inbox=Inbox(parts.database),
        vault=parts.vault,
        metrics=Metrics(),
        now=parts.now,
        retention=timedelta(days=30),
        recorded=lambda: None,
    )
