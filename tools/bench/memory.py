"""How much the warm worker's process grows between its 500th and its 1,000th flow run.

What was measured before counts among the runs. The others are the cheapest there are: moves of an opportunity that
Lever does not know, which end Ignored after one call. Memory is the resident set, in millions of bytes.
"""

from collections.abc import AsyncIterator

import psutil

from tools.bench.figures import Figure, NotMeasured
from tools.bench.line import as_fast_as_answered, lines
from tools.bench.scene import Scene
from tools.bench.webhooks import Sender, http_request

FIRST_LOOK = 500
RUNS = 500


async def worker_growth(scene: Scene) -> AsyncIterator[Figure]:
    """Raises NotMeasured when the worker is no longer the one that was started with the stack."""
    process = psutil.Process(scene.stack.supervisor.pid_of("worker"))
    await scene.quiet()
    first = max(FIRST_LOOK, await scene.inbox.runs())
    before = await _after(scene, first, process)
    after = await _after(scene, first + RUNS, process)
    scene.tell(f"the worker has {before:.1f} MB after {first} runs and {after:.1f} MB after {RUNS} more")
    yield Figure("memory.worker_mb_growth", after - before)


async def _after(scene: Scene, runs: int, process: psutil.Process) -> float:
    sender, stage = await Sender.of(scene), await scene.inbox.trigger_stage()
    missing = runs - await scene.inbox.runs()
    requests = [http_request(sender.url, sender.stage_change(stage)) for _ in range(missing)]
    async with lines(sender.url, 1) as opened:
        await as_fast_as_answered(opened, requests)
    await scene.quiet()
    if not process.is_running():
        raise NotMeasured("the worker has ended")
    return float(process.memory_info().rss) / 1e6
