"""Steps at the inbox, each in a transaction of its own as the processes take them, for tests that read as a story."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import text

from store.attempts import Attempt, Attempts
from store.claiming import claim_due
from store.database import Database
from store.deliveries import Deliveries, NewDelivery, Recorded
from store.due import SNAPSHOT_EVENT
from store.tables import Delivery, DeliveryState
from tests.factories import Connected

LATER = datetime(2100, 1, 1, tzinfo=UTC)
_keys = count()


def stage_change(
    connected: Connected, opportunity_id: str = "opportunity-1", **changes: object
) -> NewDelivery:
    """A move of the opportunity; `changes` are fields of the delivery."""
    moved = NewDelivery(
        connection_id=connected.connection.id,
        endpoint_id=connected.lever.id,
        origin="webhook",
        event="candidateStageChange",
        subject=f"opportunity:{opportunity_id}",
        opportunity_id=None,
        replay_key=f"key-{next(_keys)}",
        body=b"sealed",
        body_sha256="0" * 64,
        triggered_at=None,
    )
    return replace(moved, **changes)  # type: ignore[arg-type]


def snapshot(connected: Connected, request_id: str = "rq-1", **changes: object) -> NewDelivery:
    """News from Crosschq about the request."""
    news = stage_change(connected, event=SNAPSHOT_EVENT, subject=f"request:{request_id}")
    return replace(news, endpoint_id=connected.crosschq.id, **changes)  # type: ignore[arg-type]


async def record(database: Database, new: NewDelivery) -> Recorded:
    async with database.transaction() as session:
        return await Deliveries(session).record(new)


async def claim(database: Database, limit: int = 50) -> Sequence[Attempt]:
    """What a dispatcher gets when it asks once, in its order."""
    async with database.transaction() as session:
        due = await claim_due(session, limit)
        return [Attempt(delivery.id, delivery.attempt) for delivery in due]


async def claim_ids(database: Database) -> list[int]:
    return [attempt.delivery_id for attempt in await claim(database)]


async def take_up(database: Database, attempt: Attempt) -> bool:
    async with database.transaction() as session:
        return await Attempts(session).take_up(attempt) is not None


async def finish(
    database: Database, attempt: Attempt, state: DeliveryState = DeliveryState.DONE, outcome: str = "Done."
) -> bool:
    async with database.transaction() as session:
        return await Attempts(session).finish(attempt, state, outcome)


async def put_off(database: Database, attempt: Attempt, until: datetime) -> bool:
    async with database.transaction() as session:
        return await Attempts(session).put_off(attempt, until, "Trying again: Lever is busy.")


async def row(database: Database, delivery_id: int) -> Delivery:
    async with database.transaction() as session:
        found = await Deliveries(session).get(delivery_id)
    assert found is not None
    return found


async def running(database: Database, new: NewDelivery) -> Attempt:
    """The attempt of a run that has just taken the delivery up."""
    await record(database, new)
    (attempt,) = await claim(database)
    assert await take_up(database, attempt)
    return attempt


async def make_due(database: Database, delivery_id: int, ago: timedelta = timedelta(0)) -> None:
    """As if the time of the next attempt had come `ago`."""
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE delivery SET next_attempt_at = now() - CAST(:ago AS interval) WHERE id = :id"),
            {"id": delivery_id, "ago": ago},
        )


async def next_attempt(database: Database, attempt: Attempt) -> Attempt:
    """Ends the attempt with a failure that may pass, and claims the one after it."""
    assert await put_off(database, attempt, LATER)
    await make_due(database, attempt.delivery_id)
    (following,) = await claim(database)
    return following
