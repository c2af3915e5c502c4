"""What Prefect's database gains while nothing happens, with two connections, and what that comes to where it is kept.

Compared is what live rows take: free space would hide some of the growth, and dead rows be taken for it. A table that
the retention does not reach counts with ten years of its growth, so that none is forgotten.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import delete, select

from store.tables import Connection
from tools.bench.disk_sizes import growth, sizes
from tools.bench.figures import Figure
from tools.bench.scene import Scene

DAY = timedelta(days=1)
FOR_GOOD = timedelta(days=3650)
OF_RUNS = frozenset(
    {"flow_run", "flow_run_state", "flow_run_input", "task_run", "task_run_state", "log", "artifact"}
)
OF_EVENTS = frozenset({"events", "event_resources"})


async def idle_growth(scene: Scene) -> AsyncIterator[Figure]:
    """Nothing is removed meanwhile: all runs are younger than the retention."""
    await scene.quiet()
    idle = timedelta(minutes=scene.idle_minutes)
    async with _second_connection(scene):
        await scene.settled()
        before = await sizes(scene.settings.prefect_store_url, compact=True)
        await asyncio.sleep(idle.total_seconds())
        grown = growth(before, await sizes(scene.settings.prefect_store_url, compact=True))
    a_day = {name: mb * (DAY / idle) for name, mb in grown.items()}
    for name, mb in a_day.items():
        scene.tell(f"{name}: {mb:.2f} MB a day")
    yield Figure("idle.prefect_mb_per_day", sum(a_day.values()))
    kept = {name: mb * (_retention(scene, name) / DAY) for name, mb in a_day.items()}
    yield Figure("idle.prefect_mb_plateau", sum(kept.values()))


def _retention(scene: Scene, table: str) -> timedelta:
    return scene.settings.prefect_retention if table in OF_RUNS | OF_EVENTS else FOR_GOOD


@asynccontextmanager
async def _second_connection(scene: Scene) -> AsyncIterator[None]:
    """Of the same accounts, which only a bench may do; gone afterwards, with all that is about it."""
    async with scene.parts.database.transaction() as session:
        first = (await session.scalars(select(Connection))).one()
        values = {column.key: getattr(first, column.key) for column in Connection.__table__.columns}
        second = Connection(
            **{name: value for name, value in values.items() if name != "id"} | {"name": "bench-idle"}
        )
        session.add(second)
    try:
        yield
    finally:
        async with scene.parts.database.transaction() as session:
            await session.execute(delete(Connection).where(Connection.name == "bench-idle"))
