"""An office whose runs are named and tagged as the dispatcher does it, and all that two databases hold, as text."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
from prefect import tags
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.events import Event, Resource
from prefect.logging.handlers import APILogHandler
from prefect.states import Scheduled
from sqlalchemy import delete, func, insert, update
from sqlalchemy.engine import make_url

from deployments.prefect_api import checked, prefect_api
from flows.candidate_erasure import candidate_erasure
from flows.hiring_followup import hiring_followup, hiring_outcome
from store.connections import Connections
from store.tables import Delivery, DeliveryState
from store.tombstones import DELETED_EVENT, Tombstones
from store.vault import Vault
from tasks.deleted_opportunities import record_deletions
from tasks.looks import Look
from tests.flows.office import FLOWS, Office, Ran
from webhook_gateway.prefect_runs import run_name, run_tags
from wiring import use_parts

SEALED = b"gAAAA"
"""How all begins that the vault has sealed."""


class TidyOffice:
    """What a test of an erasure does beside what people do."""

    def __init__(self, office: Office) -> None:
        """It may reach into Prefect's database."""
        self.office = office
        settings = office.parts.settings.model_copy(
            update={"prefect_database_url": office.prefect.prefect_store_url}
        )
        office.parts = replace(office.parts, settings=settings)
        office.run = self.run  # type: ignore[method-assign]

    async def run(self, delivery: Delivery) -> State[Any]:
        """As a worker does that took the run from the dispatcher."""
        told = (
            candidate_erasure
            if delivery.event == DELETED_EVENT
            else FLOWS.get(delivery.event, hiring_outcome)
        )
        named = told.with_options(flow_run_name=run_name(delivery))
        with self.office.prefect_settings(), use_parts(self.office.parts), tags(*run_tags(delivery)):
            return await named(delivery.id, delivery.attempt, return_state=True)  # type: ignore[no-any-return, call-overload]

    async def whole_story(self) -> tuple[dict[str, Any], list[str]]:
        """A candidate whose owner was asked after the report, and every text that tells who that was."""
        office = self.office
        candidate, request_id = await office.report_for()
        await self._wait_in_prefect(candidate)
        profile = await office.lever.opportunity(candidate["id"])
        with tags(f"opportunity:{candidate['id']}", f"connection:{await self._connection_id()}"):
            await office.when_due(candidate)
        assert len(office.mailbox.mails()) == 1
        await self.events_are_written()
        phones = [phone["value"] for phone in profile["phones"]]
        texts = [candidate["id"], candidate["contact"], candidate["name"], candidate["email"], request_id]
        return candidate, [*texts, *phones]

    async def _wait_in_prefect(self, candidate: dict[str, Any]) -> None:
        follow_up = await self.office.follow_up(candidate)
        about = [f"connection:{follow_up.connection_id}", f"opportunity:{candidate['id']}"]
        with self.office.prefect_settings():
            async with get_client() as client:
                await client.create_flow_run(
                    hiring_followup,
                    name=f"question-about-{candidate['id']}",
                    parameters={"follow_up_id": follow_up.id, "generation": follow_up.generation},
                    tags=about,
                    state=Scheduled(scheduled_time=follow_up.due_at),
                )

    async def _connection_id(self) -> int:
        return (await self.office.deliveries())[0].connection_id

    async def delete(self, candidate: dict[str, Any]) -> None:
        """Somebody deletes the opportunity in Lever a minute later; returns when the gateway has recorded it.

        A minute is long enough for Prefect to have every log line and event of the runs before.
        """
        await self.later()
        await self.office.lever.delete(candidate["id"])
        await self.office.lever_app.state.lever.outbox.idle()

    async def later(self, by: timedelta = timedelta(minutes=1)) -> None:
        """By our clock, once Prefect has all of what was before."""
        await APILogHandler.aflush()
        await self.events_are_written()
        now = self.office.parts.now
        self.office.parts = replace(self.office.parts, now=lambda: now() + by)

    async def lay_tombstone(self, digest: str) -> None:
        async with self.office.parts.database.transaction() as session:
            await Tombstones(session).lay(await self._connection_id(), [digest])

    async def say_deleted(self, candidate: dict[str, Any]) -> None:
        """As if somebody who knows the token forged it: the webhook's signature does not cover what it says."""
        moved, *_ = await self.office.deliveries()
        opportunity = f"opportunity:{candidate['id']}"
        async with self.office.parts.database.transaction() as session:
            await session.execute(
                insert(Delivery).values(
                    connection_id=moved.connection_id,
                    origin="webhook",
                    event=DELETED_EVENT,
                    subject=opportunity,
                    opportunity_id=candidate["id"],
                    replay_key="forged",
                    body_sha256="",
                    state=DeliveryState.WAITING,
                )
            )

    @asynccontextmanager
    async def watched_by_an_automation(self) -> AsyncIterator[None]:
        """One of the admins' own that is to act when a run does not begin in time; it remembers runs by their names."""
        trigger = {
            "type": "event",
            "posture": "Proactive",
            "after": ["prefect.flow-run.Pending"],
            "expect": ["prefect.flow-run.Running"],
            "for_each": ["prefect.resource.name"],
            "within": 3600,
        }
        wanted = {"name": "late", "trigger": trigger, "actions": [{"type": "do-nothing"}]}
        async with prefect_api(self.office.prefect) as api:
            made = checked(await api.post("/automations/", json=wanted)).json()
            try:
                yield
            finally:
                checked(await api.delete(f"/automations/{made['id']}"))

    async def lose_word_of_deletion(self) -> None:
        """As if Lever's webhook had never come."""
        async with self.office.parts.database.transaction() as session:
            await session.execute(delete(Delivery).where(Delivery.event == DELETED_EVENT))

    async def look_at_deleted(self) -> int:
        """As `reconcile` does once a day."""
        with self.office.prefect_settings(), use_parts(self.office.parts):
            async with self.office.parts.database.transaction() as session:
                [connection] = await Connections(session).active()
            look = Look("deletions")
            await record_deletions(look, connection.id)
            return look.found

    def prefect_is_the_admins(self) -> None:
        settings = self.office.parts.settings.model_copy(
            update={"prefect_api_url": self.office.prefect.api_url}
        )
        self.office.parts = replace(self.office.parts, settings=settings)

    async def work(self) -> list[Ran]:
        """As `Office.work`, and all that was put off at once."""
        ran: list[Ran] = []
        while more := await self.office.work():
            ran += more
            await self.nothing_waits()
        return ran

    async def nothing_waits(self) -> None:
        """As if the wait before the next attempts were over, which is longer than Prefect takes to write events."""
        await self.events_are_written()
        async with self.office.parts.database.transaction() as session:
            await session.execute(update(Delivery).values(next_attempt_at=func.now()))

    async def events_are_written(self) -> None:
        """Prefect writes events some seconds later, in their order: waits for one that is emitted now."""
        marker = f"marker.{uuid4()}"
        event = Event(event="marker", resource=Resource({"prefect.resource.id": marker}))
        with self.office.prefect_settings():
            async with asyncio.timeout(30), get_client() as client:
                # Not by `emit_event`: its thread adds the run that was the first to emit one.
                await client.request("POST", "/events", json=[event.model_dump(mode="json")])
                while not any(marker in row for row in await self.in_prefect()):  # noqa: ASYNC110
                    await asyncio.sleep(0.2)

    async def in_store(self) -> list[str]:
        return await everything(self.office.parts.settings.store_url, self.office.parts.vault)

    async def in_prefect(self) -> list[str]:
        return await everything(self.office.parts.settings.prefect_store_url)


async def everything(url: str, vault: Vault | None = None) -> list[str]:
    """Each row of each table as text after its table's name, with everything opened that the vault has sealed."""
    at = make_url(url)
    connection = await asyncpg.connect(
        user=at.username, database=at.database, host=str(at.query.get("host", at.host))
    )
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return [
            f"{table['tablename']}: {[_readable(value, vault) for value in row.values()]}"
            for table in tables
            for row in await connection.fetch(f'SELECT * FROM "{table["tablename"]}"')  # noqa: S608
        ]
    finally:
        await connection.close()


def naming(texts: list[str], rows: list[str]) -> list[str]:
    """The rows that hold one of the texts, however it is written."""
    wanted = [text.casefold() for text in texts]
    return [row for row in rows if any(text in row.casefold() for text in wanted)]


def _readable(value: Any, vault: Vault | None) -> str:
    if not isinstance(value, bytes):
        return str(value)
    return vault.open(value) if vault and value.startswith(SEALED) else value.decode(errors="replace")
