"""What the commands find in the store, as the processes leave it there, and what they leave themselves."""

from dataclasses import replace

from sqlalchemy import select

from store.attempts import Attempt
from store.database import Database
from store.effects import Effects
from store.requests import NewRequest
from store.tables import Audit, Delivery, DeliveryState, EffectState, ReferenceRequest, RequestState
from tests.factories import Connected
from tests.store.inbox import finish, row, running, stage_change
from tests.store.reservations import reserved

WHY_DEAD = "Lever did not answer for 72 hours. Given up."


def new_request(connected: Connected, opportunity_id: str = "opportunity-1") -> NewRequest:
    return NewRequest(
        connection_id=connected.connection.id,
        opportunity_id=opportunity_id,
        contact_id=None,
        template="Engineers [EU]",
        job_position="Platform Engineer",
        candidate_index=f"index-of-{opportunity_id}",
    )


async def request_in(database: Database, connected: Connected, state: RequestState) -> ReferenceRequest:
    return await reserved(database, new_request(connected), state)


async def second_request(database: Database, connected: Connected, state: RequestState) -> ReferenceRequest:
    """Of another opportunity."""
    return await reserved(database, new_request(connected, "opportunity-2"), state)


async def delivery_in(
    database: Database, connected: Connected, state: DeliveryState, body: bytes = b"sealed"
) -> Delivery:
    """A stage change whose first attempt ended so."""
    moved = replace(stage_change(connected, body=body), opportunity_id="opportunity-1")
    attempt = await running(database, moved)
    if state is not DeliveryState.RUNNING:
        assert await finish(database, attempt, state, WHY_DEAD)
    return await row(database, attempt.delivery_id)


async def unknown_effect(database: Database, delivery: Delivery, key: str) -> None:
    """An act of its last attempt that nobody answered."""
    attempt = Attempt(delivery.id, delivery.attempt)
    async with database.transaction() as session:
        effects = Effects(session)
        await effects.intend(delivery.connection_id, key, attempt)
        await effects.settle(
            delivery.connection_id, key, attempt, EffectState.UNKNOWN, result=None, detail=None
        )


async def audits(database: Database) -> list[Audit]:
    async with database.transaction() as session:
        return list(await session.scalars(select(Audit).order_by(Audit.id)))
