"""Looks after the follow-ups that wait: what is overdue, what ops cancelled in Prefect, what Prefect lost."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from sqlalchemy.ext.asyncio import AsyncSession

from hiring.follow_ups import spread
from store.audits import Audits
from store.due_follow_ups import DueFollowUps
from store.follow_ups import FollowUps, Schedule
from store.outcome_tables import FollowUp
from store.wake_ups import WakeUps
from tasks.looks import Look
from tasks.seen_in_prefect import Fate, cancelled_runs, read_fate, runs_by_id
from wiring import current_parts

BATCH = 200
"""What one look takes up, or looks at, of a kind; Prefect answers no more runs at a time."""
LOOK_BACK = timedelta(days=1)
"""Cancellations in Prefect are noticed within one look; after an outage, those of so long."""
_CANCELLED = "Cancelled in Prefect by a person."


async def take_up_overdue(look: Look) -> None:
    """Follow-ups whose run never came go into the inbox, spread out where they are many.

    Asks Prefect first: one whose run a person has cancelled ends, whether the other looks got so far or not.
    """
    async with current_parts().database.transaction() as session:
        overdue = await WakeUps(session).overdue(_grace(), BATCH)
        how_many = await WakeUps(session).count_due()
    if not overdue:
        return
    async with get_client() as client:
        fates = await _fates(look, client, overdue)
    await _end_waits_for(look, [run_id for run_id, fate in fates.items() if fate is Fate.CANCELLED])
    for row in overdue:
        if fates.get(row.flow_run_id or "") is not Fate.CANCELLED:
            with look.on_its_own():
                await _hand_over(row, begin_at(row.due_at, how_many))
                look.found += 1


async def _hand_over(row: FollowUp, not_before: datetime | None) -> None:
    async with current_parts().database.transaction() as session:
        await DueFollowUps(session).hand_over(row.id, row.generation, not_before=not_before)


def _grace() -> timedelta:
    """So late the run that waits in Prefect may come, and so long may it be starting; then it is done without."""
    return 2 * current_parts().settings.run_silence


def begin_at(due_at: datetime, how_many_due: int) -> datetime | None:
    """None: at once. After an outage some time later, so that not all of them ask at the same moment."""
    now = current_parts().now()
    begin = spread(due_at, how_many_due, now, random.random())  # noqa: S311 - hides nothing
    return begin if begin > now else None


async def end_cancelled(look: Look) -> None:
    """Ops cancelled the waiting run in Prefect: the follow-up ends with it."""
    async with get_client() as client:
        runs = await cancelled_runs(client, "hiring-followup", current_parts().now() - LOOK_BACK)
    look.found += await _end_waits_for(look, [str(run.id) for run in runs])


async def end_abandoned(look: Look) -> None:
    """Their delivery was given up, or cancelled while it was at work."""
    async with current_parts().database.transaction() as session:
        for row in await DueFollowUps(session).abandoned():
            again = f"`crosschq-lever follow-ups ask-now {row.id}` tries again."
            async with look.row_on_its_own(session):
                await _end(session, row, f"Given up with delivery {row.delivery_id}: {again}")
                look.found += 1
        for row in await DueFollowUps(session).left_behind():
            async with look.row_on_its_own(session):
                await FollowUps(session).reschedule(row, Schedule(row.state, row.due_at))


async def look_after_waiting_runs(look: Look) -> None:
    """Of the runs that were not looked at for longest, those that are lost are ordered anew.

    A cancellation that `end_cancelled` missed in a long outage is found here, too.
    """
    async with current_parts().database.transaction() as session:
        rows = await WakeUps(session).longest_unseen(BATCH)
    if not rows:
        return
    async with get_client() as client:
        fates = await _fates(look, client, rows)
    await _end_waits_for(look, [run_id for run_id, fate in fates.items() if fate is Fate.CANCELLED])
    async with current_parts().database.transaction() as session:
        for row in rows:
            if fates.get(row.flow_run_id or "") is Fate.DEAD:
                async with look.row_on_its_own(session):
                    # Where no worker looks, it would wait in Prefect for ever.
                    await WakeUps(session).void(row.id, row.flow_run_id or "")
                    await WakeUps(session).disarm(row)
                    look.found += 1
        await WakeUps(session).note_seen([row.id for row in rows])


async def _fates(look: Look, client: PrefectClient, rows: Sequence[FollowUp]) -> dict[str, Fate]:
    """By the run's id; one that is at work will put its follow-up into the inbox."""
    ids: list[UUID] = []
    for row in rows:
        with look.on_its_own():
            ids += [UUID(row.flow_run_id)] if row.flow_run_id else []
    found = await runs_by_id(client, ids)
    still_starting = current_parts().now() - _grace()
    return {
        one: read_fate(found[one], still_starting) if one in found else Fate.DEAD for one in map(str, ids)
    }


async def _end_waits_for(look: Look, cancelled: Sequence[str]) -> int:
    """How many follow-ups waited for one of these runs, which a person has cancelled."""
    ended = 0
    async with current_parts().database.transaction() as session:
        for row in await WakeUps(session).waiting_for(cancelled):
            async with look.row_on_its_own(session):
                await _end(session, row, _CANCELLED)
                ended += 1
    return ended


async def _end(session: AsyncSession, row: FollowUp, because: str) -> None:
    Audits(session).add(
        who="reconcile",
        what="ended",
        subject=f"follow-up:{row.id}",
        connection_id=row.connection_id,
        why=because,
    )
    await FollowUps(session).end(row, because)
