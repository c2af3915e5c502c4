"""What a hundred whole journeys leave in both databases: at once, and when all of it is past its retention.

For the latter their rows are made three years older by SQL, then both vacuums run: Prefect's own, with the server's
settings, and ours, a look of reconcile. What is left is compared with what was there before, both without free space.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from functools import partial

from store.base import Base
from tools.bench.disk_sizes import grow_old, growth, sizes
from tools.bench.figures import Figure
from tools.bench.idle import OF_EVENTS, OF_RUNS
from tools.bench.journeys import travel
from tools.bench.own_work import sweep_paused
from tools.bench.prefect_vacuum import vacuum_prefect
from tools.bench.scene import Scene, until

JOURNEYS = 100
YEARS = timedelta(days=3 * 365)
OURS = frozenset(Base.metadata.tables) - {"connection", "webhook_endpoint", "rate_bucket"}
LOOKS = 8
"""Of reconcile: each takes up to 500 rows of a kind."""
OVER = "state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')"


async def disk_per_request(scene: Scene) -> AsyncIterator[Figure]:
    """Both figures for 100 requests; what a month of 1,000 takes is ten times that."""
    await scene.settled()
    compact = await _both(scene, compact=True)
    before = await _both(scene)
    await travel(scene, JOURNEYS)
    yield Figure("disk.mb_per_100_requests", _sum(scene, "added", before, await _both(scene)))
    await _grow_old(scene)
    await vacuum_prefect(scene.settings)
    await _look_after_own_work(scene)
    yield Figure(
        "disk.mb_left_per_100_requests", _sum(scene, "left", compact, await _both(scene, compact=True))
    )


async def _look_after_own_work(scene: Scene) -> None:
    async with sweep_paused(scene) as sweep:
        for _ in range(LOOKS):
            await until(partial(sweep.is_done, await sweep.order()))


async def _both(scene: Scene, *, compact: bool = False) -> dict[str, int]:
    """Bytes by table of both databases."""
    urls = {"": scene.settings.store_url, "prefect.": scene.settings.prefect_store_url}
    return {
        f"{prefix}{name}": size
        for prefix, url in urls.items()
        for name, size in (await sizes(url, compact=compact)).items()
    }


async def _grow_old(scene: Scene) -> None:
    await grow_old(scene.settings.store_url, OURS, YEARS)
    await grow_old(scene.settings.prefect_store_url, {"flow_run"}, YEARS, OVER)
    await grow_old(scene.settings.prefect_store_url, (OF_RUNS | OF_EVENTS) - {"flow_run"}, YEARS)


def _sum(scene: Scene, what: str, before: Mapping[str, int], after: Mapping[str, int]) -> float:
    grown = growth(dict(before), dict(after))
    for name, mb in grown.items():
        scene.tell(f"{JOURNEYS} journeys, {what}: {name} {mb:.2f} MB")
    return sum(grown.values()) * 100 / JOURNEYS
