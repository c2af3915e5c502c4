"""What is over leaves Prefect's database when the setting says so, with all that belongs to it; what waits stays."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import LogCreate
from prefect.events import Event, Resource
from prefect.states import AwaitingRetry, Cancelled, Completed, Crashed, Failed, Pending, Running, Scheduled
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deployments.prefect_api import checked, every, prefect_api
from deployments.work_pool import forget_silent_workers
from tests.flows.office import Office
from tools.bench.prefect_vacuum import vacuum_prefect

pytestmark = [pytest.mark.stack, pytest.mark.in_prefect]

OVER = {
    "completed": Completed(),
    "failed": Failed(message="Failed: moves without a webhook (connection 1): Unavailable."),
    "crashed": Crashed(),
    "cancelled": Cancelled(),
}
NOT_OVER = {
    "scheduled": Scheduled(),
    "pending": Pending(),
    "running": Running(),
    "awaiting retry": AwaitingRetry(),
}
"""Each from Scheduled, as a run that waits is cancelled by a person and never begins."""

_TABLES = text(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
)
_TIMES = text(
    "SELECT column_name FROM information_schema.columns WHERE table_name = :name AND data_type LIKE 'timestamp%'"
)


@pytest.fixture
async def store(office: Office) -> AsyncIterator[AsyncEngine]:
    """Prefect's own database."""
    engine = create_async_engine(office.prefect.prefect_store_url)
    yield engine
    await engine.dispose()


async def traces(store: AsyncEngine, about: Any) -> dict[str, int]:
    """Rows in any table that name it."""
    async with store.connect() as connection:
        found = {}
        for table in (await connection.scalars(_TABLES)).all():
            query = text(f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE :about')  # noqa: S608
            if count := await connection.scalar(query, {"about": f"%{about}%"}):
                found[table] = count
        return found


async def grow_old(store: AsyncEngine, about: Any, age: timedelta) -> None:
    """Every time of every row that names it is so much earlier."""
    async with store.begin() as connection:
        for table in await traces(store, about):
            times = (await connection.scalars(_TIMES, {"name": table})).all()
            earlier = ", ".join(f'"{one}" = "{one}" - CAST(:age AS interval)' for one in times)
            change = text(f'UPDATE "{table}" AS row SET {earlier} WHERE row::text LIKE :about')  # noqa: S608
            await connection.execute(change, {"age": age, "about": f"%{about}%"})


async def all_is_written(client: PrefectClient, store: AsyncEngine) -> None:
    """Prefect writes events some seconds later, in their order: waits for one that is emitted now."""
    marker = f"marker.{uuid4()}"
    event = Event(event="marker", resource=Resource({"prefect.resource.id": marker}))
    async with asyncio.timeout(30):
        await client.request("POST", "/events", json=[event.model_dump(mode="json")])
        while not await traces(store, marker):  # noqa: ASYNC110 - another process: no event tells
            await asyncio.sleep(0.2)


async def log(client: PrefectClient, run_id: UUID) -> None:
    line = LogCreate(name="x", level=20, message="x", timestamp=datetime.now(UTC), flow_run_id=run_id)
    await client.create_logs([line])


async def a_run(client: PrefectClient, state: Any) -> UUID:
    """Of the deployment that waits for two weeks; with a log and an input, as anybody may give it one."""
    deployment = await client.read_deployment_by_name("hiring-followup/due")
    made = await client.create_flow_run_from_deployment(
        deployment.id, parameters={"follow_up_id": 1, "generation": 1}, state=Scheduled()
    )
    await client.set_flow_run_state(made.id, state, force=True)
    await log(client, made.id)
    await client.create_flow_run_input(made.id, "answer", "1")
    return made.id


async def test_a_run_goes_with_all_that_belongs_to_it(office: Office, store: AsyncEngine) -> None:
    await office.crosschq.set_knobs(lose_webhooks=1)
    await office.move(candidate := await office.lever.meet_candidate())
    (ran,) = await office.work()
    run_id = ran.state.state_details.flow_run_id
    assert run_id is not None
    with office.prefect_settings():
        async with get_client() as client:
            await log(client, run_id)
            await all_is_written(client, store)
    held = await traces(store, run_id)
    assert {"flow_run", "flow_run_state", "task_run", "task_run_state", "artifact", "log"} <= held.keys()
    await grow_old(store, run_id, timedelta(days=13))
    await vacuum_prefect(office.prefect)
    assert (await traces(store, run_id)).keys() >= held.keys() - {"artifact_collection"}
    await grow_old(store, run_id, timedelta(days=2))
    await vacuum_prefect(office.prefect)
    assert await traces(store, run_id) == {}
    assert await traces(store, candidate["id"]) == {}


async def test_a_worker_that_was_silent_for_as_long_is_forgotten_at_the_next_start(
    office: Office, store: AsyncEngine
) -> None:
    pool = f"/work_pools/{office.prefect.work_pool}/workers"
    async with prefect_api(office.prefect) as api:
        for name in ("container-1", "container-2"):
            checked(await api.post(f"{pool}/heartbeat", json={"name": name}))
        await grow_old(store, "container-1", timedelta(days=15))
        await forget_silent_workers(api, office.prefect)
        left = {one["name"] for one in await every(api, f"{pool}/filter")}
    assert left & {"container-1", "container-2"} == {"container-2"}


async def test_what_is_over_goes_however_it_ended_and_what_is_not_over_stays(
    office: Office, store: AsyncEngine
) -> None:
    with office.prefect_settings():
        async with get_client() as client:
            runs = {name: await a_run(client, state) for name, state in (OVER | NOT_OVER).items()}
            await all_is_written(client, store)
    for run_id in runs.values():
        await grow_old(store, run_id, timedelta(days=400))
    await vacuum_prefect(office.prefect)
    left = {name for name, run_id in runs.items() if "flow_run" in await traces(store, run_id)}
    assert left == NOT_OVER.keys()
    assert [await traces(store, runs[name]) for name in OVER] == [{}] * len(OVER)
    kept = {name: await traces(store, runs[name]) for name in NOT_OVER}
    assert all({"flow_run_state", "flow_run_input", "log"} <= tables.keys() for tables in kept.values())
