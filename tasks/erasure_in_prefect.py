"""Takes out of Prefect what its runs tell of one opportunity: runs, artifacts, logs, events."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import count
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound

from store.database import ERASURE, Database
from store.erasure import Kept
from store.prefect_events import artifacts_naming, forget_events, forget_logs
from tasks.seen_in_prefect import PAGE
from tasks.step import step
from wiring import current_parts

SETTLED_AFTER = timedelta(seconds=30)
"""So long after a run's end its last log lines and events may still be on their way to Prefect."""

AT_WORK = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)


@step
async def erase_in_prefect(kept: Kept) -> int:
    """How many runs and artifacts were found: as long as there are any, another look is due.

    Runs at work, or just ended, are left for it, and so are Prefect's events about this one. Traces go first and runs
    last, as only the run leads to what it left.
    """
    async with get_client() as client, _prefect_database() as database:
        runs = await _runs_about(client, kept)
        settled = [run.id for run in runs if _has_settled(run)]
        linking = await artifacts_naming(database, kept.opportunity_id) if database else []
        artifacts = {*await _artifacts_of(client, settled), *linking}
        for artifact_id in artifacts:
            with suppress(ObjectNotFound):
                await client.delete_artifact(artifact_id)
        if database:
            await forget_logs(database, settled)
            await forget_events(database, settled, kept.connection_id, kept.opportunity_id, kept.subjects)
        for run_id in settled:
            with suppress(ObjectNotFound):
                await client.delete_flow_run(run_id)
    return len(runs) + len(artifacts)


def is_prefect_ours() -> bool:
    """Whether we run Prefect's server, and so may reach into its database."""
    return current_parts().settings.prefect_api_url is None


@asynccontextmanager
async def _prefect_database() -> AsyncIterator[Database | None]:
    if not is_prefect_ours():
        yield None
        return
    database = Database(current_parts().settings.prefect_store_url, pool=ERASURE)
    try:
        yield database
    finally:
        await database.close()


async def _runs_about(client: PrefectClient, kept: Kept) -> Sequence[FlowRun]:
    """By their tags, as the dispatcher gives them (webhook_gateway.prefect_runs)."""
    found: dict[UUID, FlowRun] = {}
    for subject in kept.subjects:
        tags = FlowRunFilterTags(all_=[f"connection:{kept.connection_id}", subject])
        for offset in count(step=PAGE):
            page = await client.read_flow_runs(
                flow_run_filter=FlowRunFilter(tags=tags), limit=PAGE, offset=offset
            )
            found |= {run.id: run for run in page}
            if len(page) < PAGE:
                break
    return list(found.values())


def _has_settled(run: FlowRun) -> bool:
    if run.state is None:
        return True
    is_over = run.state.type not in AT_WORK
    return is_over and run.state.timestamp < current_parts().now() - SETTLED_AFTER


async def _artifacts_of(client: PrefectClient, runs: Sequence[UUID]) -> list[UUID]:
    found: list[UUID] = []
    for run_id in runs:
        of_run = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id]))
        found += [one.id for one in await client.read_artifacts(artifact_filter=of_run)]
    return found
