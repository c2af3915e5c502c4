"""How many flow runs a second are done when many candidates are moved at once.

From the first move until Crosschq's ledger has the last request. Lever's limit of 10 calls a second for each key stays
in force, on both sides: the sandbox refuses more (10 a second, bursts of 20) and our shared limiter asks for no more
(10 a second, bursts of 10). So it bounds the rate at 10 divided by the Lever calls of one run; also the calls of the
second run, which begins when Crosschq reports the new request, come out of it.
"""

import asyncio
import time
from collections.abc import AsyncIterator

from bench.figures import Figure, NotMeasured
from bench.latency import creations
from bench.scene import Scene, until

CANDIDATES = 200
CANDIDATES_ON_STOCK = 20


async def burst_rate(scene: Scene) -> AsyncIterator[Figure]:
    """On the warm worker; what the burst leaves to do is waited for afterwards."""
    scene.measured["burst.runs_per_s"] = await _burst(scene, CANDIDATES)
    yield Figure("burst.runs_per_s", scene.measured["burst.runs_per_s"])
    await until(lambda: _is_quiet(scene))


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
    await scene.forget_calls()
    began = time.time()
    await asyncio.gather(*(scene.lever.move(one) for one in ids))

    async def all_sent() -> bool:
        return await scene.inbox.sent(ids) == count

    await until(all_sent)
    calls = await scene.calls(scene.crosschq.url)
    asked = creations(calls, {candidate["email"] for candidate in candidates})
    if len(asked) != count:
        raise NotMeasured(f"{count} moves led to {len(asked)} requests in Crosschq")
    scene.tell(f"{count} requests after {max(asked) - began:.1f} s")
    return count / (max(asked) - began)


async def _is_quiet(scene: Scene) -> bool:
    return await scene.inbox.unfinished() == 0
