"""What a hundred whole journeys leave in both databases: at once, and when all of it is past its retention.

For the latter their rows are made three years older by SQL, then both vacuums run: Prefect's own, with the server's
settings, and ours (tasks.retention). What is left is compared with what was there before, both without free space.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

from bench.disk_sizes import grow_old, growth, sizes
from bench.figures import Figure
from bench.idle import OF_EVENTS, OF_RUNS
from bench.journeys import travel
from bench.prefect_vacuum import vacuum_prefect
from bench.scene import Scene
from store.base import Base
from tasks.looks import Look
from tasks.retention import purge_expired_history
from wiring import use_parts

JOURNEYS = 100
YEARS = timedelta(days=3 * 365)
OURS = frozenset(Base.metadata.tables) - {"connection", "webhook_endpoint", "rate_bucket"}
PURGES = 10
"""Looks of reconcile: each takes up to 20 batches of a kind."""
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
    with use_parts(scene.parts):
        for _ in range(PURGES):
            await purge_expired_history(Look("retention"))
    yield Figure(
        "disk.mb_left_per_100_requests", _sum(scene, "left", compact, await _both(scene, compact=True))
    )


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
