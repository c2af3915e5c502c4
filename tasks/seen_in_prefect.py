"""What Prefect knows of a delivery's flow run, and ending in Prefect what has died. Touches Prefect only."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from enum import Enum, auto
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

from store.attempts import Attempt

PAGE = 200


class Fate(Enum):
    QUEUED = auto()
    """A worker will come to it, or it is just being started."""
    AT_WORK = auto()
    DEAD = auto()
    """Deleted, crashed, ended without putting its delivery down, or where no worker ever looks."""
    CANCELLED = auto()
    """By a person, in Prefect: its deployment is there, so it was meant."""


async def fate_of(client: PrefectClient, flow_run_id: str | None, still_starting: datetime) -> Fate:
    """What has become of the run; a run Prefect does not know any more is dead.

    One that has been starting since before `still_starting` is dead too: its worker was killed.
    """
    if flow_run_id is None:
        return Fate.DEAD
    try:
        run = await client.read_flow_run(UUID(flow_run_id))
    except ObjectNotFound:
        return Fate.DEAD
    return read_fate(run, still_starting)


def read_fate(run: FlowRun, still_starting: datetime) -> Fate:
    """The fate a run's record tells of."""
    state = run.state
    if state is None:
        return Fate.DEAD
    match state.type:
        case StateType.CANCELLED | StateType.CANCELLING:
            return Fate.CANCELLED
        case StateType.RUNNING:
            return Fate.AT_WORK
        case StateType.SCHEDULED:
            # A deleted work queue leaves the run where no worker ever looks; a retry delay lives in a process.
            lost = run.work_queue_id is None or state.name == "AwaitingRetry"
            return Fate.DEAD if lost else Fate.QUEUED
        case StateType.PENDING:
            return Fate.QUEUED if state.timestamp > still_starting else Fate.DEAD
        case _:
            return Fate.DEAD


async def open_runs(client: PrefectClient, flows: Sequence[str], before: datetime) -> list[FlowRun]:
    """Runs of these flows that Prefect takes for starting or at work since before then."""
    types = FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING])
    found: list[FlowRun] = []
    while True:
        page = await client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=list(flows))),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=types)),
            limit=PAGE,
            offset=len(found),
        )
        found += page
        if len(page) < PAGE:
            return [run for run in found if run.state and run.state.timestamp < before]


async def cancelled_runs(client: PrefectClient, flow: str, since: datetime) -> list[FlowRun]:
    """Runs of a flow that ended so since then: by a person, or by us where nothing waited for them any more."""
    return await client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.CANCELLED])),
            end_time=FlowRunFilterEndTime(after_=since),
        ),
        sort=FlowRunSort.END_TIME_DESC,
        limit=PAGE,
    )


async def runs_by_id(client: PrefectClient, ids: Sequence[UUID]) -> dict[str, FlowRun]:
    """Those that Prefect knows, at most a page of them."""
    if not ids:
        return {}
    wanted = FlowRunFilter(id=FlowRunFilterId(any_=list(ids)))
    return {str(run.id): run for run in await client.read_flow_runs(flow_run_filter=wanted, limit=PAGE)}


async def end_dead_run(client: PrefectClient, flow_run_id: UUID) -> None:
    """Leaves no run open in Prefect that nobody works on; should its process come back, our store refuses it."""
    state: State[None] = Crashed(
        message="Its process died, or Prefect lost it. Another attempt does the work."
    )
    try:
        await client.set_flow_run_state(flow_run_id, state, force=True)
    except ObjectNotFound:
        return


async def end_if_open(client: PrefectClient, flow_run_id: UUID) -> None:
    """As `end_dead_run`; one that Prefect knows to be over stays as it ended."""
    with suppress(ObjectNotFound):
        run = await client.read_flow_run(flow_run_id)
        if run.state is None or not run.state.is_final():
            await end_dead_run(client, flow_run_id)


def is_ours(run: FlowRun) -> bool:
    """Not one that somebody started by hand with parameters of their own."""
    return (
        attempt_of(run) is not None
        or isinstance(run.parameters.get("follow_up_id"), int)
        or is_export(run)
        or is_reconcile(run)
    )


def is_export(run: FlowRun) -> bool:
    """Of prospects: whoever starts it, it finds its attempt itself, and a dry run has none."""
    return isinstance(run.parameters.get("order"), dict)


def is_reconcile(run: FlowRun) -> bool:
    """Works on no delivery, and whatever it leaves undone its next run does."""
    return isinstance(run.parameters.get("scope"), str)


def attempt_of(run: FlowRun) -> Attempt | None:
    """The attempt a run of ours was started for; None for one somebody started otherwise."""
    delivery_id, number = run.parameters.get("delivery_id"), run.parameters.get("attempt")
    if isinstance(delivery_id, int) and isinstance(number, int):
        return Attempt(delivery_id, number)
    return None
