"""A recruiting office for one test: real sandbox servers, our gateway before a real store, runs in this process.

The flows run here and not in a worker, against a real Prefect server: a second each instead of ten.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from prefect.client.schemas.objects import State
from prefect.context import SettingsContext, get_settings_context
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    PREFECT_LOCAL_STORAGE_PATH,
    PREFECT_LOGGING_TO_API_ENABLED,
    temporary_settings,
)
from sqlalchemy import select, update
from starlette.applications import Starlette
from starlette.routing import Route

from flows.candidate_erasure import candidate_erasure
from flows.hiring_followup import hiring_followup, hiring_outcome
from flows.prospect_export import prospect_export
from flows.reconcile import Scope as Look
from flows.reconcile import reconcile
from flows.reference_request import reference_request
from hiring.export_order import ExportOrder, Scope
from hiring.prospects import IfInLever, OnWithdrawal
from lever.webhooks import CANDIDATE_DELETED, CANDIDATE_STAGE_CHANGE
from onboarding.blueprint import Blueprint
from onboarding.connecting import connect
from pages.answer import create_answer_routes
from sandbox.mailbox.app import create_app as create_mailbox
from sandbox.mailbox.mailbox import Mailbox
from sandbox.mailbox.smtp import serve_smtp
from sandbox.serve import address, listen
from settings import Settings
from store.circuit_breaker import LONGEST_HOLD
from store.claiming import claim_due
from store.deliveries import Deliveries
from store.due import SNAPSHOT_EVENT
from store.outcome_tables import FollowUp
from store.prospect_tables import KnownProspect, ProspectSettings
from store.tables import Connection, Delivery, DeliveryState, VendorHealth
from tests.flows.engine import Engine, run_in_prefect, run_plainly
from tests.serving import AppAt, sandbox_crosschq, sandbox_lever, serving
from tools.demo.connection import CROSSCHQ_TOKEN, connection_file
from tools.demo.mailbox import Owner
from tools.demo.people import CrosschqPeople, LeverPeople
from webhook_gateway.app import Gateway, create_public_app
from webhook_gateway.inbox import Inbox
from webhook_gateway.metrics import Metrics
from webhook_gateway.prefect_runs import EXPORT_SCOPES
from wiring import Parts, make_parts, use_parts

Edit = Callable[[str], str]

LIVE_SINCE = datetime(2026, 1, 1, tzinfo=UTC)

FLOWS = {
    CANDIDATE_STAGE_CHANGE: reference_request,
    SNAPSHOT_EVENT: reference_request,
    CANDIDATE_DELETED: candidate_erasure,
}


@cache
def client_of(api_url: str, auth_string: str, folder: Path, *, sends_logs: bool) -> SettingsContext:
    """Settings of Prefect's client, which writes below `folder`; made once, as it takes 0.2 s."""
    with temporary_settings(
        {
            PREFECT_API_URL: api_url,
            PREFECT_API_AUTH_STRING: auth_string,
            PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True,
            PREFECT_LOCAL_STORAGE_PATH: folder / "storage",  # never the user's own
            PREFECT_LOGGING_TO_API_ENABLED: sends_logs,
        }
    ):
        return get_settings_context().model_copy()


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
    mailbox: Mailbox
    owner: Owner
    engine: Engine = run_plainly

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

    async def reconcile(self, scope: Look, later: timedelta = timedelta(0)) -> None:
        """One look of `reconcile` as its deployments take it, `later` than it really is."""
        state = await self.look(scope, later)
        assert state.is_completed(), state.message

    async def look(self, scope: Look, later: timedelta = timedelta(0)) -> State[Any]:
        """As `reconcile`, whatever it comes to."""
        parts = replace(self.parts, now=lambda: self.parts.now() + later)
        with self.prefect_settings(), use_parts(parts):
            return await self.engine(reconcile, scope)

    @contextmanager
    def prefect_settings(self) -> Iterator[None]:
        """Prefect's client talks to the session's server."""
        auth_string = self.prefect.prefect_auth_string.get_secret_value()
        kept = client_of(
            self.prefect.api_url, auth_string, self.prefect.data_dir, sends_logs=self.engine is run_in_prefect
        )
        with kept.model_copy():
            yield

    async def export(self, scope: Scope = Scope.ALL_EXISTING, **order: Any) -> State[Any]:
        """An export of the connection's prospects, as a schedule or a person starts it."""
        wanted = ExportOrder(scope=scope, connection_id=await self.connection_id(), **order)
        with self.prefect_settings(), use_parts(self.parts):
            return await self.engine(prospect_export, wanted)

    async def connection_id(self) -> int:
        async with self.parts.database.transaction() as session:
            return (await session.scalars(select(Connection.id))).one()

    async def want_prospects(self, **wanted: Any) -> None:
        """The admin turns the switches, and says what is to happen."""
        usual: dict[str, Any] = {
            "export_existing": True,
            "source": "Crosschq",
            "tags": ["Crosschq prospect"],
            "if_in_lever": IfInLever.SKIP,
            "on_withdrawal": OnWithdrawal.TAG,
            "withdrawal_tag": "Crosschq prospect: withdrawn",
        }
        row = ProspectSettings(connection_id=await self.connection_id(), **usual | wanted)
        async with self.parts.database.transaction() as session:
            await session.merge(row)

    async def known_prospects(self) -> dict[str, KnownProspect]:
        """What we remember of each, by Crosschq's id."""
        async with self.parts.database.transaction() as session:
            return {row.crosschq_id: row for row in await session.scalars(select(KnownProspect))}

    async def run(self, delivery: Delivery) -> State[Any]:
        if delivery.event in EXPORT_SCOPES:
            return await self.export(EXPORT_SCOPES[delivery.event])
        with self.prefect_settings(), use_parts(self.parts):
            flow = FLOWS.get(delivery.event, hiring_outcome)
            return await self.engine(flow, delivery.id, delivery.attempt)

    async def wake(self, candidate: dict[str, Any]) -> State[Any]:
        """The run that has waited in Prefect begins."""
        waiting = await self.follow_up(candidate)
        with self.prefect_settings(), use_parts(self.parts):
            return await self.engine(hiring_followup, waiting.id, waiting.generation)

    async def when_due(self, candidate: dict[str, Any]) -> State[Any]:
        """`wake`, when the follow-up's time has come."""
        waiting = await self.follow_up(candidate)
        await self.time_passes(waiting.due_at - self.parts.now())
        return await self.wake(candidate)

    async def time_passes(self, passed: timedelta) -> None:
        """As if everything about the follow-ups had happened so much earlier."""
        columns = ("due_at", "reported_at", "asked_at", "reminded_at", "answered_at", "contradicted_at")
        async with self.parts.database.transaction() as session:
            earlier = {name: getattr(FollowUp, name) - passed for name in columns}
            await session.execute(update(FollowUp).values(**earlier))

    async def follow_up(self, candidate: dict[str, Any]) -> FollowUp:
        """The one of the candidate's report."""
        async with self.parts.database.transaction() as session:
            found = await session.scalars(select(FollowUp).where(FollowUp.opportunity_id == candidate["id"]))
            return found.one()

    async def retry_now(self) -> None:
        """As if the wait before the next attempts were over, and so what vendors are spared after unknown outcomes."""
        async with self.parts.database.transaction() as session:
            since = VendorHealth.unconfirmed_since
            await session.execute(update(VendorHealth).values({since: since - LONGEST_HOLD}))
            await session.execute(update(Delivery).values(next_attempt_at=self.parts.now()))

    async def give_up_all(self) -> None:
        """As if everything that waits had been tried for days."""
        async with self.parts.database.transaction() as session:
            waiting = update(Delivery).where(Delivery.state == DeliveryState.WAITING)
            await session.execute(waiting.values(state=DeliveryState.DEAD))

    async def archive(self, candidate: dict[str, Any], reason: str | None = "hired") -> None:
        """Somebody archives in Lever, or unarchives; returns when the gateway has recorded Lever's webhooks."""
        await self.lever.archive(candidate["id"], reason)
        await self.lever_app.state.lever.outbox.idle()

    async def report_for(self, like: str = "plain") -> tuple[dict[str, Any], str]:
        """A candidate whose report is complete and shown, and Crosschq's id of the request."""
        candidate = await self.lever.meet_candidate(like)
        await self.move(candidate)
        await self.work()
        request = await self.the_request(candidate)
        await self.act(request["id"], "self_reference", "add_references", *3 * ["answer_next"])
        await self.work()
        return candidate, request["id"]

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
            return list(await claim_due(session, 10))


@asynccontextmanager
async def open_office(
    settings: Settings, prefect: Settings, edit: Edit | None = None
) -> AsyncIterator[Office]:
    """`edit` changes the connection file's text before the admin connects."""
    mailbox = Mailbox()
    async with (
        make_parts(settings) as made,
        httpx.AsyncClient(timeout=30) as http,
        serving() as serve,
        smtp_server(mailbox) as smtp_port,
    ):
        gateway_url, _ = await serve(AppAt(lambda url: create_public_app(_gateway(made), _pages(made, url))))
        lever_url, lever_app = await serve(sandbox_lever())
        crosschq_url, crosschq_app = await serve(sandbox_crosschq())
        mailbox_url, _ = await serve(AppAt(lambda _url: create_mailbox(mailbox)))
        parts = replace(made, settings=_with_mail(settings, gateway_url, smtp_port))
        lever, crosschq = LeverPeople(http, lever_url), CrosschqPeople(http, crosschq_url)
        office = Office(
            parts,
            lever,
            crosschq,
            lever_app,
            crosschq_app,
            prefect,
            gateway_url,
            mailbox,
            Owner(http, mailbox_url),
        )
        await office.connect_again(edit)
        yield office


@asynccontextmanager
async def smtp_server(mailbox: Mailbox) -> AsyncIterator[int]:
    """The port of an SMTP server that puts every mail into the mailbox."""
    with listen("127.0.0.1", 0) as listener:
        server = await serve_smtp(mailbox, listener)
        yield address(listener)[1]
        server.close()
        await server.wait_closed()


def _with_mail(settings: Settings, gateway_url: str, smtp_port: int) -> Settings:
    changes = {
        "public_base_url": gateway_url,
        "smtp_host": "127.0.0.1",
        "smtp_port": smtp_port,
        "smtp_security": "plain",
        "mail_from": "Crosschq for Lever <crosschq@office.test>",
    }
    return settings.model_copy(update=changes)


def _gateway(parts: Parts) -> Gateway:
    return Gateway(
        inbox=Inbox(parts.database),
        vault=parts.vault,
        metrics=Metrics(),
        now=parts.now,
        retention=parts.settings.delivery_retention,
        recorded=lambda: None,
    )


def _pages(parts: Parts, url: str) -> list[Route]:
    return create_answer_routes(parts.database, parts.vault, parts.now, url)
