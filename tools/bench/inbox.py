"""What the bench asks our own database: when things arrived and how many ended. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from lever.webhooks import CANDIDATE_STAGE_CHANGE
from store.database import Database
from store.tables import UNFINISHED, Connection, Delivery, ReferenceRequest, Vendor, WebhookEndpoint


@dataclass(frozen=True)
class Inbox:
    """Questions to the store, each in a transaction of its own."""

    database: Database

    async def moved_at(self, opportunity_id: str) -> datetime:
        """When the gateway recorded the stage change, by PostgreSQL's clock."""
        subject = Delivery.subject == f"opportunity:{opportunity_id}"
        async with self.database.transaction() as session:
            return (await session.execute(select(Delivery.received_at).where(subject))).scalar_one()

    async def has_ended(self, opportunity_id: str) -> bool:
        """Whether the stage change is there and dealt with."""
        subject = Delivery.subject == f"opportunity:{opportunity_id}"
        ended = Delivery.state.not_in(UNFINISHED)
        return await self._count(select(func.count()).select_from(Delivery).where(subject, ended)) > 0

    async def outcomes(self, opportunity_ids: Sequence[str]) -> list[str]:
        """What the deliveries about these came to, in words."""
        about = Delivery.opportunity_id.in_(opportunity_ids)
        async with self.database.transaction() as session:
            return [one or "none" for one in await session.scalars(select(Delivery.outcome).where(about))]

    async def sent(self, opportunity_ids: Sequence[str]) -> int:
        """How many of these have a reference request in Crosschq."""
        ours = ReferenceRequest.opportunity_id.in_(opportunity_ids)
        has_id = ReferenceRequest.crosschq_id.is_not(None)
        return await self._count(select(func.count()).select_from(ReferenceRequest).where(ours, has_id))

    async def unfinished(self) -> int:
        """Deliveries that still wait for something."""
        open_ones = Delivery.state.in_(UNFINISHED)
        return await self._count(select(func.count()).select_from(Delivery).where(open_ones))

    async def runs(self) -> int:
        """Flow runs that were asked for deliveries so far."""
        return await self._count(select(func.coalesce(func.sum(Delivery.attempt), 0)))

    async def lever_endpoint(self) -> WebhookEndpoint:
        """Where Lever's stage changes go."""
        wanted = WebhookEndpoint.vendor == Vendor.LEVER, WebhookEndpoint.event == CANDIDATE_STAGE_CHANGE
        async with self.database.transaction() as session:
            return (await session.scalars(select(WebhookEndpoint).where(*wanted))).one()

    async def connection_id(self) -> int:
        """Of the one connection."""
        return await self._count(select(Connection.id))

    async def trigger_stage(self) -> str:
        """The id of a stage that starts runs."""
        async with self.database.transaction() as session:
            return (await session.scalars(select(Connection.trigger_stages))).one()[0]

    async def _count(self, query: Select[int]) -> int:
        async with self.database.transaction() as session:
            return (await session.execute(query)).scalar_one()
