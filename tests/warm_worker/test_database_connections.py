"""However many runs are at work, the lanes together open no more connections than are counted on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cryptography.fernet import Fernet
from sqlalchemy import text

from deployments.database_connections import ours
from deployments.lineup import RUNS_AT_ONCE
from settings import WARM, Settings
from store.database import FLOW_RUN, Database
from warm_worker.lane import Lane
from wiring import current_parts, open_parts

STEPS_AT_ONCE = 8
OPEN = text(
    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%of a lane%' AND pid <> pg_backend_pid()"
)


def settings_for(store_url: str) -> Settings:
    needed = {
        "secret_keys": Fernet.generate_key().decode(),
        "prefect_auth_string": "a:b",
        "database_url": store_url,
    }
    return Settings(_env_file=None, **needed)


async def hurried_run() -> None:
    async def step() -> None:
        async with current_parts().database.transaction() as session:
            await session.execute(text("SELECT pg_sleep(0.2) /* of a lane */"))

    await asyncio.gather(*(step() for _ in range(STEPS_AT_ONCE)))


@asynccontextmanager
async def lanes(settings: Settings) -> AsyncIterator[list[Lane]]:
    # As the worker's, without Prefect's clients.
    opened = [Lane(f"lane-{number}", lambda: open_parts(settings)) for number in range(RUNS_AT_ONCE[WARM])]
    await asyncio.gather(*(asyncio.wrap_future(lane.opened) for lane in opened))
    yield opened
    await asyncio.gather(*(asyncio.to_thread(lane.close) for lane in opened))


async def test_sixteen_lanes_under_load_stay_within_their_share(database: Database, store_url: str) -> None:
    settings = settings_for(store_url)
    worker = next(share.most for share in ours(settings) if share.who == "worker")
    async with lanes(settings) as opened:
        work = asyncio.gather(*(asyncio.wrap_future(lane.run(hurried_run)) for lane in opened))
        seen = []
        async with database.engine.connect() as watching:
            while not work.done():
                seen.append(await watching.scalar(OPEN) or 0)
                await watching.rollback()
                await asyncio.sleep(0.02)
        await work
    assert max(seen) <= RUNS_AT_ONCE[WARM] * FLOW_RUN.most < worker
    assert max(seen) > RUNS_AT_ONCE[WARM]  # or nothing was tried
