"""Two watches beside the runs: for runs that somebody cancels in Prefect, and for runs that block their loop."""

import asyncio
import time
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.logging import get_logger
from prefect.logging.loggers import flow_run_logger

from outbound.transport import CallFailed
from warm_worker.admission import Admission
from warm_worker.crew import Crew
from warm_worker.job import Why
from warm_worker.metrics import Metrics

log = get_logger("warm_worker")

CANCEL_SECONDS = 1.0
"""A run that is shorter is never asked about; one that is cancelled stops after this long at most, and its await."""

BLOCKED_SECONDS = 2.0


async def watch_for_cancels(crew: Crew) -> None:
    """Asks Prefect about all runs in hand at once, with a client of its own (see warm_worker.client).

    The stock observer of workers/base.py is off by default and leaves runs that have started alone; a websocket for
    each worker would be quicker than anybody needs.
    """
    async with get_client() as client:
        while True:
            await asyncio.sleep(CANCEL_SECONDS)
            old = [job.id for job in crew.jobs.values() if time.monotonic() - job.taken_at > CANCEL_SECONDS]
            try:
                cancelled = await _cancelled_among(old, client) if old else set()
            except CallFailed as error:
                log.warning("Cannot ask Prefect which runs are cancelled (%s).", type(error).__name__)
                continue
            for job in [crew.jobs[one] for one in cancelled if one in crew.jobs]:
                crew.stop(job, Why.CANCELLED)


async def _cancelled_among(ids: list[UUID], client: PrefectClient) -> set[UUID]:
    states = FlowRunFilterStateType(any_=[StateType.CANCELLING, StateType.CANCELLED])
    wanted = FlowRunFilter(id=FlowRunFilterId(any_=ids), state=FlowRunFilterState(type=states))
    return {found.id for found in await client.read_flow_runs(flow_run_filter=wanted)}


async def watch_for_blocks(crew: Crew, admission: Admission, metrics: Metrics) -> None:
    """Keeps the figures, and names the run whose loop does not turn and where it is, once for each time it blocks."""
    named: set[UUID] = set()
    while True:
        await asyncio.sleep(BLOCKED_SECONDS / 2)
        blocked = {one: lane for one, lane in crew.at_work.items() if lane.silent_for > BLOCKED_SECONDS}
        for one in blocked.keys() - named:
            job, place = crew.jobs[one], blocked[one].place()
            metrics.blocks.inc()
            log.error("Run %s blocks its event loop; others go on. It is at:\n%s", job.label, place)
            flow_run_logger(job.flow_run).error(
                "This run blocks its event loop instead of awaiting:\n%s", place
            )
        named = set(blocked)
        metrics.show(in_hand=len(crew.jobs), blocked=len(blocked), other_code=len(admission.stale))
        for lane in list(crew.at_work.values()):
            lane.ask()
