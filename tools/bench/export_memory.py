"""The most memory that a worker takes for a whole export: the list is streamed, so its length must not matter.

The worker is started for it, and everything it takes counts, from its first moment on: the largest resident set the
kernel has seen (VmHWM, Linux only), in millions of bytes. The walk is whole; of those that it meets all but a hundred
are known already, as another backfill of tens of thousands would take more than an hour within Lever's limit.
"""

from collections.abc import AsyncIterator
from pathlib import Path

from deployments import lineup
from hiring.prospects import IfInLever
from tools.bench.backfill import Backfill
from tools.bench.exports import creations
from tools.bench.figures import Figure, NotMeasured
from tools.bench.scene import Scene

NEW = 100


async def export_rss_1k(scene: Scene) -> AsyncIterator[Figure]:
    """Measured before other exports: the sandbox forgets nobody."""
    yield Figure("export.rss_mb_1k", await _peak(scene, 1_000))


async def export_rss_50k(scene: Scene) -> AsyncIterator[Figure]:
    yield Figure("export.rss_mb_50k", await _peak(scene, 50_000))


async def _peak(scene: Scene, listed: int) -> float:
    """Raises NotMeasured."""
    await scene.quiet()
    backfill, there = Backfill(scene), len(await scene.crosschq.prospects())
    if there + NEW > listed:
        raise NotMeasured(f"Crosschq has {there} prospects already: for {listed} nothing may come before it")
    await backfill.people_opt_in(listed - there, seed=listed)
    await backfill.people_are_known(but=NEW)
    await scene.exchange(lineup.worker(scene.settings))
    await backfill.run(IfInLever.SKIP)
    if (made := len(creations(await scene.calls(scene.lever.url)))) != NEW:
        raise NotMeasured(f"{made} leads were made instead of {NEW}")
    return peak_mb(scene.stack.supervisor.pid_of("worker"))


def peak_mb(pid: int) -> float:
    """The largest resident set of a process so far. Raises NotMeasured where the kernel does not tell it."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    except (FileNotFoundError, ValueError):
        raise NotMeasured(f"the kernel says nothing of the peak memory of process {pid}") from None
    return int(line.split()[1]) * 1024 / 1e6
