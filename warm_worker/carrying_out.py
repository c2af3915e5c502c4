"""One run from claim to end, on its lane. The only place that tells Prefect what became of it."""

import asyncio
from typing import Any

from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import Abort, Pause
from prefect.flows import Flow
from prefect.logging.loggers import flow_run_logger
from prefect.states import Cancelled, Failed, Pending, Scheduled
from prefect.utilities.engine import propose_state

from warm_worker.admission import Admission, Refused
from warm_worker.client import FrugalClient
from warm_worker.engine import run_flow
from warm_worker.job import Job, Why


async def carry_out(job: Job, client: FrugalClient, admission: Admission) -> None:
    """Three requests to Prefect: Pending, Running, and how it ended. Raises what keeps Prefect from being told."""
    flow_run = job.flow_run
    if not await _claim(client, flow_run):
        return
    try:
        flow = await admission.flow_of(client, flow_run)
    except Refused as refusal:
        flow_run_logger(flow_run).error(str(refusal))
        await propose_state(client, Failed(name="Refused", message=str(refusal)), flow_run.id)
        return
    if job.told:
        await _let_go(client, job)
        return
    client.in_hand[flow_run.id] = flow_run
    try:
        await _run(client, flow, job)
    finally:
        del client.in_hand[flow_run.id]


async def _claim(client: FrugalClient, flow_run: FlowRun) -> bool:
    """Prefect gives Pending to one worker only, and aborts another that asks while the run is under way.

    But it gives Pending to a run that has ended, too, as if it were to be run again: so an offer that was a moment old
    could run twice. Only coming from Scheduled the new state has a scheduled time (CopyScheduledTime in
    server/orchestration/core_policy.py of 3.9.1).
    """
    try:
        flow_run.state = state = await propose_state(client, Pending(), flow_run.id)
    except Abort:
        return False
    if not state.is_pending():
        return False
    if state.state_details.scheduled_time is None:
        await _leave_ended(client, flow_run)
        return False
    return True


async def _leave_ended(client: FrugalClient, flow_run: FlowRun) -> None:
    """Another worker was quicker from beginning to end: its last word stands again."""
    states = await client.read_flow_run_states(flow_run.id)
    ended = [state for state in states if state.is_final()]
    if ended:
        last = max(ended, key=lambda state: state.timestamp)
        again: State[Any] = State(type=last.type, name=last.name, message=last.message)
        await client.set_flow_run_state(flow_run.id, again, force=True)


async def _run(client: FrugalClient, flow: Flow[..., Any], job: Job) -> None:
    job.task = asyncio.ensure_future(_through_the_engine(client, flow, job))
    await asyncio.wait([job.task])
    if not (job.task.cancelled() and job.told):
        job.task.result()


async def _through_the_engine(client: FrugalClient, flow: Flow[..., Any], job: Job) -> None:
    try:
        await run_flow(flow, job.flow_run, job)
    except (Abort, Pause) as stopped:
        flow_run_logger(job.flow_run).info("Prefect does not let this run go on: %s", stopped)
    if job.flow_run.state and job.flow_run.state.is_cancelling():
        # Prefect refused every other state because somebody had cancelled, and nobody else ends that.
        await client.set_flow_run_state(job.id, Cancelled(message="Cancelled before it ran."), force=True)


async def _let_go(client: FrugalClient, job: Job) -> None:
    """Claimed but not begun: cancelled it is done with, otherwise another worker may have it at once."""
    state: State[Any] = Scheduled(message="The worker stopped before it began.")
    if job.told is Why.CANCELLED:
        state = Cancelled(message="Cancelled before it began.")
    await client.set_flow_run_state(job.id, state, force=True)
