"""Finds what a crash, a kill or Prefect itself left undone in our own work, and lets it be done again."""

from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from sqlalchemy.ext.asyncio import AsyncSession

from hiring.retries import next_attempt_at
from store.deliveries import Deliveries
from store.effect_keys import creation_key
from store.effects import Effects
from store.requests import Requests
from store.stranded import Stranded
from store.tables import Delivery, DeliveryState, ReferenceRequest
from tasks.begun_requests import may_be_at_crosschq
from tasks.looks import Look
from tasks.ops_events import delivery_is_dead
from tasks.seen_in_prefect import (
    Fate,
    attempt_of,
    end_dead_run,
    end_if_open,
    fate_of,
    is_export,
    is_ours,
    is_reconcile,
    open_runs,
)
from wiring import current_parts

OUR_FLOWS = (
    *("reference-request", "hiring-outcome", "hiring-followup", "candidate-erasure", "prospect-export"),
    "reconcile",
)
"""All whose runs end, so that none that was killed stays Running in Prefect for ever."""
LONGEST_LOOK = timedelta(minutes=15)
"""An export that only looks at Crosschq, or a dry run, ends within so long; after it the run counts as dead."""
LONGEST_RECONCILE = timedelta(hours=1)
"""The same of `reconcile`, which may read many open requests one by one at the lowest priority."""
AT_ONCE_AGAIN = 3
"""After so many dead attempts the next ones wait as after failures: something in the delivery may kill its runs."""


async def free_stranded_deliveries(look: Look) -> None:
    """Lets the next attempt of each begin."""
    async with current_parts().database.transaction() as session:
        suspects = await Stranded(session).suspects(current_parts().settings.run_silence)
    if not suspects:
        return
    async with get_client() as client:
        for suspect in suspects:
            with look.on_its_own():
                look.found += await _decide(client, suspect)


async def _decide(client: PrefectClient, suspect: Delivery) -> bool:
    parts = current_parts()
    still_starting = parts.now() - 2 * parts.settings.run_silence
    fate = await fate_of(client, suspect.flow_run_id, still_starting)
    async with current_parts().database.transaction() as session:
        stranded = Stranded(session)
        if fate is Fate.CANCELLED:
            words = "Cancelled in Prefect. What was under way may have been done."
            await _give_up(stranded, suspect, words)
            return False
        if fate is Fate.QUEUED and suspect.state is DeliveryState.DISPATCHED:
            return False
        until = _next_attempt(suspect)
        if until is None:
            await _give_up(stranded, suspect, f"Given up: attempt {suspect.attempt} died as well.")
            return False
        freed = await stranded.set_free(suspect, until, f"The run of attempt {suspect.attempt} died.")
    if freed and suspect.flow_run_id:
        # An export's parameters do not name its attempt: from now on nothing else says whose run it was.
        await end_if_open(client, UUID(suspect.flow_run_id))
    return freed


async def _give_up(stranded: Stranded, suspect: Delivery, why: str) -> None:
    if await stranded.finish(suspect, DeliveryState.DEAD, why):
        delivery_is_dead(suspect.id, suspect.connection_id, suspect.flow_run_id)


def _next_attempt(suspect: Delivery) -> datetime | None:
    parts = current_parts()
    if suspect.attempt <= AT_ONCE_AGAIN:
        return parts.now()
    began = suspect.first_attempt_at or suspect.received_at
    return next_attempt_at(began, parts.now(), parts.settings.give_up_after, 0.0)


async def end_open_runs(look: Look) -> None:
    """Runs that Prefect takes for alive and nobody works on: they are Crashed now."""
    async with get_client() as client:
        parts = current_parts()
        for run in await open_runs(client, OUR_FLOWS, parts.now() - 2 * parts.settings.run_silence):
            with look.on_its_own():
                if is_ours(run) and not await _is_in_hand(run):
                    await end_dead_run(client, run.id)
                    look.found += 1


async def _is_in_hand(run: FlowRun) -> bool:
    async with current_parts().database.transaction() as session:
        attempt = attempt_of(run) or await Deliveries(session).attempt_of_run(str(run.id))
        if attempt is None:
            return _may_be_looking(run)
        return await Stranded(session).is_in_hand(attempt)


def _may_be_looking(run: FlowRun) -> bool:
    """Such a run has no attempt, and no heartbeat."""
    if run.state is None:
        return False
    age = current_parts().now() - run.state.timestamp
    return (is_export(run) and age < LONGEST_LOOK) or (is_reconcile(run) and age < LONGEST_RECONCILE)


async def settle_abandoned_requests(look: Look) -> None:
    """Requests whose delivery was given up: failed if they surely never left, else unknown and a person's matter."""
    async with current_parts().database.transaction() as session:
        for request in await Stranded(session).abandoned_requests():
            async with look.row_on_its_own(session):
                await _settle(session, request)
                look.found += 1


async def _settle(session: AsyncSession, request: ReferenceRequest) -> None:
    effect = await Effects(session).known(request.connection_id, creation_key(request.id))
    if may_be_at_crosschq(effect):
        await Requests(session).mark_unknown(request.id, "Its delivery ended before Crosschq answered.")
    else:
        await Requests(session).mark_failed(request.id, "Its delivery was given up before it was sent.")
