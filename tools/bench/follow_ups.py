"""What follow-ups cost: how many get their waiting run in a second, and what 10,000 that wait take of an idle machine.

Idle means that no webhook comes. Both times one sweep falls into the quarter of a minute that is measured: four times
as many as really. The processor time is that of all processes of the stack together, those that end meanwhile included,
in percent of one core.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tools.bench.figures import Figure, NotMeasured
from tools.bench.own_work import OwnWork, sweep_paused
from tools.bench.scene import Scene, until
from tools.bench.waiting import Waiting
from tools.bench.waiting_runs import copy_run, forget_runs

CREATED = 150
WAITING = 10_000
IDLE_SECONDS = 15.0


async def created_rate(scene: Scene) -> AsyncIterator[Figure]:
    """From the rows to the record of the last run; the gateway's look, once a second, is waited for as well."""
    await scene.quiet()
    async with _prefect_store(scene) as prefect, _gone_afterwards(scene, prefect):
        seconds = await _add(scene, CREATED)
    scene.tell(f"{CREATED} runs wait after {seconds:.1f} s")
    yield Figure("followup.created_per_s", CREATED / seconds)


async def idle_cpu(scene: Scene) -> AsyncIterator[Figure]:
    """Before, and with as many waiting; all but one of their runs are copies of the one that the gateway ordered."""
    await scene.quiet()
    async with (
        sweep_paused(scene) as sweep,
        _prefect_store(scene) as prefect,
        _gone_afterwards(scene, prefect),
    ):
        yield Figure("followup.idle_cpu_before", await _percent(sweep))
        await _add(scene, 1)
        await _add_copies(scene, prefect, WAITING - 1)
        yield Figure("followup.idle_cpu_10k", await _percent(sweep))


async def _add(scene: Scene, count: int) -> float:
    """Seconds until all of them have a run in Prefect, by PostgreSQL's clock."""
    async with scene.parts.database.transaction() as session:
        await Waiting(session).add(await scene.inbox.connection_id(), count)

    async def all_armed() -> bool:
        return (await _armed(scene))[0] == count

    await until(all_armed)
    return (await _armed(scene))[1]


async def _armed(scene: Scene) -> tuple[int, float]:
    async with scene.parts.database.transaction() as session:
        return await Waiting(session).armed()


async def _add_copies(scene: Scene, prefect: AsyncEngine, count: int) -> None:
    """The rows can be seen once the runs are there: otherwise a sweep would take these for lost."""
    async with scene.parts.database.transaction() as session:
        (original,) = await Waiting(session).runs()
        await Waiting(session).add(await scene.inbox.connection_id(), count, armed=True)
        wanted = [run for run in await Waiting(session).runs() if run != original]
        await copy_run(prefect, original.run_id, wanted)
    await _tidy(prefect, "flow_run, flow_run_state")
    await _tidy(scene.parts.database.engine, "follow_up, reference_request")


@asynccontextmanager
async def _gone_afterwards(scene: Scene, prefect: AsyncEngine) -> AsyncIterator[None]:
    """What is measured later finds the stack as it was."""
    try:
        yield
    finally:
        async with scene.parts.database.transaction() as session:
            await forget_runs(prefect, [run.run_id for run in await Waiting(session).runs()])
            await Waiting(session).forget()
        await _tidy(prefect, "flow_run, flow_run_state")


@asynccontextmanager
async def _prefect_store(scene: Scene) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(scene.settings.prefect_store_url)
    try:
        yield engine
    finally:
        await engine.dispose()


async def _tidy(engine: AsyncEngine, tables: str) -> None:
    """What PostgreSQL's autovacuum would do within a minute, in the middle of what is measured."""
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text(f"VACUUM ANALYZE {tables}"))


async def _percent(sweep: OwnWork) -> float:
    """Of one core, from now on; a first sweep, which fills caches, is over before."""
    first = await sweep.order()
    await until(lambda: sweep.is_done(first))
    spent, began = cpu_seconds(psutil.Process()), time.monotonic()
    run = await sweep.order()
    await asyncio.sleep(IDLE_SECONDS)
    percent = 100 * (cpu_seconds(psutil.Process()) - spent) / (time.monotonic() - began)
    if not await sweep.is_done(run):
        raise NotMeasured("the sweep has not come to its end in the time that is measured")
    return percent


def cpu_seconds(parent: psutil.Process) -> float:
    """What all processes under this one have taken since each began; one that has ended is its parent's."""
    total = 0.0
    for process in parent.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:4])
    return total
