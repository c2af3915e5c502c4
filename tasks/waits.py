"""Looks after the follow-ups that wait: what is overdue, what ops cancelled in Prefect, what Prefect lost."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from sqlalchemy.ext.asyncio import AsyncSession

from hiring.follow_ups import spread
from store.audits import Audits
from store.follow_ups import FollowUps
from store.outcome_tables import FollowUp
from store.wake_ups import WakeUps
from tasks.seen_in_prefect import Fate, cancelled_runs, read_fate, runs_by_id
from tasks.step import step
from wiring import current_parts

GRACE = timedelta(minutes=1)
"""So late the run that waits in Prefect may come; then the follow-up is taken up without it."""
BATCH = 200
"""What one look takes up, or looks at, of a kind; Prefect answers no more runs at a time."""
LOOK_BACK = timedelta(days=1)
"""Cancellations in Prefect are noticed within one look; after an outage, those of so long."""
_CANCELLED = "Cancelled in Prefect by a person."


@step
async def take_up_overdue() -> int:
    """Follow-ups whose run never came: they go into the inbox, spread out where they are many."""
    async with current_parts().database.transaction() as session:
        overdue = await WakeUps(session).overdue(GRACE, BATCH)
        how_many = await WakeUps(session).count_due()
        for row in overdue:
            await FollowUps(session).hand_over(
                row.id, row.generation, not_before=begin_at(row.due_at, how_many)
            )
    return len(overdue)


def begin_at(due_at: datetime, how_many_due: int) -> datetime | None:
    """None: at once. After an outage some time later, so that not all of them ask at the same moment."""
    now = current_parts().now()
    begin = spread(due_at, how_many_due, now, random.random())  # noqa: S311 - hides nothing
    return begin if begin > now else None


@step
async def end_cancelled() -> int:
    """Ops cancelled the waiting run in Prefect: the follow-up ends with it."""
    async with get_client() as client:
        runs = await cancelled_runs(client, "hiring-followup", current_parts().now() - LOOK_BACK)
    async with current_parts().database.transaction() as session:
        meant = await WakeUps(session).waiting_for([str(run.id) for run in runs])
        for row in meant:
            await _end(session, row, _CANCELLED)
    return len(meant)


@step
async def end_abandoned() -> int:
    """Their delivery was given up, or cancelled while it was at work."""
    async with current_parts().database.transaction() as session:
        abandoned = await FollowUps(session).abandoned()
        for row in abandoned:
            await _end(
                session, row, f"Given up: see delivery {row.delivery_id} in `crosschq-lever deliveries`."
            )
    return len(abandoned)


@step
async def look_after_waiting_runs() -> int:
    """How many of the runs that were not looked at for longest are lost; each is ordered anew."""
    async with current_parts().database.transaction() as session:
        rows = await WakeUps(session).longest_unseen(BATCH)
    async with get_client() as client:
        lost = await _lost(client, rows)
    async with current_parts().database.transaction() as session:
        for row in lost:
            await WakeUps(session).disarm(row)
        await WakeUps(session).note_seen([row.id for row in rows])
    return len(lost)


async def _lost(client: PrefectClient, rows: Sequence[FollowUp]) -> list[FollowUp]:
    found = await runs_by_id(client, [UUID(row.flow_run_id) for row in rows if row.flow_run_id])
    return [row for row in rows if _is_lost(found.get(row.flow_run_id or ""))]


def _is_lost(run: FlowRun | None) -> bool:
    """Cancelled ones are not: `end_cancelled` reads them. One at work will put its follow-up into the inbox."""
    return run is None or read_fate(run, current_parts().now() - GRACE) is Fate.DEAD


async def _end(session: AsyncSession, row: FollowUp, because: str) -> None:
    Audits(session).add(
        who="reconcile",
        what="ended",
        subject=f"follow-up:{row.id}",
        connection_id=row.connection_id,
        why=because,
    )
    await FollowUps(session).end(row, because)
