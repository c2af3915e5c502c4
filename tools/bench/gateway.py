"""How many webhooks a second the gateway takes, beside a bare route with one insert, and how long one waits.

Genuine stage changes to a stage that starts nothing, as most of Lever's are: verified, recorded with their outcome and
answered 202; no flow run is asked for. Gateway and bare route take turns, with the same client and PostgreSQL.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

from deployments.environment import ROOT, process_environment
from deployments.ports import pick
from deployments.processes import Process, answers
from tools.bench.bare import PATH
from tools.bench.figures import Figure, percentile
from tools.bench.line import as_fast_as_answered, at_a_steady_rate, lines
from tools.bench.scene import Scene
from tools.bench.webhooks import Sender, http_request

ROUNDS = 3
WEBHOOKS = 800
"""In one round."""
CONNECTIONS = 32
RATE = 100
STEADY_SECONDS = 10
OTHER_STAGE = "bench-other-stage"


async def gateway_rate(scene: Scene) -> AsyncIterator[Figure]:
    """The medians of rounds that alternate; a first round of each, which opens database connections, is left out."""
    await scene.quiet()
    sender = await Sender.of(scene)
    async with _bare(scene) as bare_url:
        urls = {"gateway": sender.url, "bare": bare_url}
        rates: dict[str, list[float]] = {"gateway": [], "bare": []}
        for _ in range(ROUNDS + 1):
            for name, url in urls.items():
                rates[name].append(await _rate(url, _requests(sender, url, WEBHOOKS)))
    ours, bare = (median(rates[name][1:]) for name in ("gateway", "bare"))
    scene.tell(f"webhooks a second: gateway {ours:.0f}, bare {bare:.0f}")
    yield Figure("gateway.accepted_per_s", ours)
    yield Figure("gateway.ratio_to_bare", ours / bare)


async def gateway_p99(scene: Scene) -> AsyncIterator[Figure]:
    """With nothing else to do."""
    await scene.quiet()
    yield Figure("gateway.p99_ms_at_100", await steady_p99_ms(scene))


async def steady_p99_ms(scene: Scene) -> float:
    """At a steady rate that does not wait for answers; each is timed from when it was due."""
    sender = await Sender.of(scene)
    async with lines(sender.url, CONNECTIONS) as opened:
        await at_a_steady_rate(opened, _requests(sender, sender.url, RATE), RATE)
        requests = _requests(sender, sender.url, RATE * STEADY_SECONDS)
        waited = await at_a_steady_rate(opened, requests, RATE)
    return 1000 * percentile(waited, 99)


async def _rate(url: str, requests: list[bytes]) -> float:
    async with lines(url, CONNECTIONS) as opened:
        return len(requests) / await as_fast_as_answered(opened, requests)


def _requests(sender: Sender, url: str, count: int) -> list[bytes]:
    return [http_request(url, sender.stage_change(OTHER_STAGE)) for _ in range(count)]


@asynccontextmanager
async def _bare(scene: Scene) -> AsyncIterator[str]:
    port = pick(8650)
    await scene.stack.supervisor.start(
        [
            Process(
                "bench-bare",
                [sys.executable, "-m", "tools.bench.bare", str(port)],
                process_environment(scene.settings),
                ready=answers(scene.http, f"http://127.0.0.1:{port}/up"),
                directory=ROOT,
            )
        ]
    )
    try:
        yield f"http://127.0.0.1:{port}{PATH}"
    finally:
        await scene.stack.supervisor.kill("bench-bare")
