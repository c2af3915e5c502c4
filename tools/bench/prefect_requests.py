"""How many requests one run costs Prefect's server: the gateway's order and the worker's, counted on the wire.

Left out is what does not depend on the runs: the worker's polls and heartbeats (`/work_pools/`), and its hourly CSRF
tokens, asked for by the first run. The log counts, and so does the token the gateway fetches for each order.
"""

from collections import Counter
from collections.abc import AsyncIterator

from deployments import lineup
from tools.bench.counting import counting_door
from tools.bench.figures import Figure
from tools.bench.latency import idle_moves
from tools.bench.own_work import sweep_paused
from tools.bench.scene import Scene

RUNS = 10
NOT_OF_A_RUN = "/api/work_pools/"


async def requests_per_run(scene: Scene) -> AsyncIterator[Figure]:
    """Over ten moves that ask for references, one after the other; the sweep is paused meanwhile."""
    await scene.quiet()
    seen: Counter[str] = Counter()
    async with sweep_paused(scene), counting_door(scene.settings.prefect_port, seen) as port:
        through = scene.settings.model_copy(update={"prefect_api_url": f"http://127.0.0.1:{port}/api"})
        await scene.exchange(lineup.gateway(through, scene.http, []))
        await scene.exchange(lineup.worker(through))
        await idle_moves(scene, 1)
        seen.clear()
        moves = await idle_moves(scene, RUNS - 1)
        runs = len(moves) + 1
        counted = {what: count for what, count in seen.items() if NOT_OF_A_RUN not in what}
        await scene.exchange(lineup.gateway(scene.settings, scene.http, []))
        await scene.exchange(lineup.worker(scene.settings))
    scene.tell(f"requests of {runs} runs: {counted}")
    yield Figure("run.prefect_requests", sum(counted.values()) / runs)
