"""How many flow runs a second are done when many candidates are moved at once.

From the first move until Crosschq's ledger has the last request. Lever's limit of 10 calls a second for each key stays
in force, on both sides: the sandbox refuses more (10 a second, bursts of 20) and our shared limiter asks for no more
(10 a second, bursts of 10). So it bounds the rate at 10 divided by the Lever calls of one run, the note's among them.
Crosschq's first webhook about each request is held back by the sandbox: its run would be a second one for each
candidate, with Lever calls of its own.
"""

import asyncio
import time
from collections.abc import AsyncIterator

from tools.bench.figures import Figure, NotMeasured
from tools.bench.latency import creations
from tools.bench.scene import Scene, until

CANDIDATES = 200
CANDIDATES_ON_STOCK = 20


async def burst_rate(scene: Scene) -> AsyncIterator[Figure]:
    """On the warm worker."""
    scene.measured["burst.runs_per_s"] = await _burst(scene, CANDIDATES)
    yield Figure("burst.runs_per_s", scene.measured["burst.runs_per_s"])


async def burst_ratio(scene: Scene) -> AsyncIterator[Figure]:
    """On the stock worker, against the warm one's rate in the same run. Raises NotMeasured without that."""
    if "burst.runs_per_s" not in scene.measured:
        raise NotMeasured("the burst on the warm worker was not measured")
    await scene.to_stock()
    yield Figure(
        "burst.ratio_to_stock",
        scene.measured["burst.runs_per_s"] / await _burst(scene, CANDIDATES_ON_STOCK),
    )


async def _burst(scene: Scene, count: int) -> float:
    candidates = [await scene.lever.meet_candidate() for _ in range(count)]
    ids = [candidate["id"] for candidate in candidates]
    await scene.crosschq.set_knobs(lose_webhooks=count)
    await scene.quiet()
    await scene.forget_calls()
    began = time.time()
    await asyncio.gather(*(scene.lever.move(one) for one in ids))

    async def all_sent() -> bool:
        return await scene.inbox.sent(ids) == count

    await until(all_sent)
    await scene.crosschq.behave()
    calls = await scene.calls(scene.crosschq.url)
    asked = creations(calls, {candidate["email"] for candidate in candidates})
    if len(asked) != count:
        raise NotMeasured(f"{count} moves led to {len(asked)} requests in Crosschq")
    scene.tell(f"{count} requests after {max(asked) - began:.1f} s")
    return count / (max(asked) - began)
