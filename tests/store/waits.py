"""Steps at follow-ups, each in a transaction of its own as the processes take them, for tests that read as a story."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, text

from hiring.follow_ups import FollowUpState
from store.database import Database
from store.due_follow_ups import DueFollowUps, TimeHasCome
from store.follow_ups import FollowUps, Schedule
from store.outcome_tables import FollowUp
from store.requests import NewRequest
from store.tables import Delivery, RequestState
from store.wake_ups import WakeUp, WakeUps
from tests.factories import Connected
from tests.store.inbox import LATER
from tests.store.reservations import INDEX, reserved

REPORTED = datetime.fromisoformat("2026-01-05T09:00Z")


async def begin(
    database: Database, connected: Connected, opportunity_id: str = "opportunity-1", due_at: datetime = LATER
) -> FollowUp:
    """The follow-up of a finished request."""
    new = NewRequest(connected.connection.id, opportunity_id, None, "Engineers", "Engineer II", INDEX)
    request = await reserved(database, new, RequestState.COMPLETED)
    async with database.transaction() as session:
        await FollowUps(session).begin(request, REPORTED, due_at)
        query = select(FollowUp).where(FollowUp.request_id == request.id)
        return (await session.scalars(query)).one()


async def get(database: Database, follow_up_id: int) -> FollowUp:
    async with database.transaction() as session:
        return await session.get_one(FollowUp, follow_up_id)


async def make_due(database: Database, follow_up_id: int, ago: timedelta = timedelta(seconds=1)) -> None:
    """As if its time had come `ago`."""
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE follow_up SET due_at = now() - CAST(:ago AS interval) WHERE id = :id"),
            {"id": follow_up_id, "ago": ago},
        )


async def reschedule(
    database: Database, follow_up_id: int, due_at: datetime, state: FollowUpState = FollowUpState.WAITING
) -> None:
    async with database.transaction() as session:
        found = await FollowUps(session).find(follow_up_id)
        assert found is not None
        await FollowUps(session).reschedule(found, Schedule(state, due_at))


async def end(database: Database, follow_up_id: int, because: str = "No answer.") -> None:
    async with database.transaction() as session:
        found = await FollowUps(session).find(follow_up_id)
        assert found is not None
        await FollowUps(session).end(found, because)


async def hand_over(
    database: Database, follow_up_id: int, generation: int = 1, by_run: str | None = None
) -> Delivery | TimeHasCome:
    async with database.transaction() as session:
        return await DueFollowUps(session).hand_over(follow_up_id, generation, by_run=by_run)


async def unarmed(database: Database, limit: int = 50) -> list[WakeUp]:
    """What a gateway finds that orders runs."""
    async with database.transaction() as session:
        return await WakeUps(session).unarmed(limit)


async def note_run(database: Database, wake_up: WakeUp, flow_run_id: str) -> bool:
    async with database.transaction() as session:
        return await WakeUps(session).note_run(wake_up, flow_run_id)


async def arm(database: Database, flow_run_id: str = "run-1") -> WakeUp:
    """The one follow-up that has no run yet gets this one."""
    (wake_up,) = await unarmed(database)
    assert await note_run(database, wake_up, flow_run_id)
    return wake_up


async def void_runs(database: Database) -> dict[int, list[str]]:
    """By follow-up, in order."""
    async with database.transaction() as session:
        return {row.id: row.void_runs for row in await WakeUps(session).with_void_runs(50)}


async def overdue(database: Database, grace: timedelta = timedelta(0), limit: int = 1000) -> Sequence[int]:
    async with database.transaction() as session:
        return [row.id for row in await WakeUps(session).overdue(grace, limit)]
