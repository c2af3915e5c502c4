"""How long a genuine webhook waits while 3,000 connections send nothing, or heads or bodies byte by byte.

Genuine ones come at a steady rate, each on a fresh connection from an address of its own, which no proxy's exemption
covers; each is timed from when it was due. One that is not answered 202 within 10 s counts as infinitely late.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from math import inf
from urllib.parse import urlsplit

import psutil

from deployments.environment import ROOT, inherited
from outbound.transport import NoAnswer
from tools.bench.figures import Figure, NotMeasured, percentile
from tools.bench.gateway import OTHER_STAGE, RATE
from tools.bench.line import Line
from tools.bench.scene import Scene
from tools.bench.webhooks import Sender, http_request

KINDS = ("idle", "head", "body")
STRANGERS = 3000
SECONDS = 60
PATIENCE = 10.0
ADDRESS = "127.200.0.1"
"""Whence the genuine ones come."""


async def gateway_p99_under_siege(scene: Scene) -> AsyncIterator[Figure]:
    """Over all three kinds together."""
    await scene.quiet()
    sender = await Sender.of(scene)
    gateway = psutil.Process(scene.stack.supervisor.pid_of("gateway"))
    waited: list[float] = []
    for kind in KINDS:
        async with _strangers(kind, sender):
            one_kind, refused = await asyncio.gather(_genuine(sender), _private_port(scene))
        p50, p99 = (1000 * percentile(one_kind, percent) for percent in (50, 99))
        scene.tell(
            f"{kind}: p50 {p50:.0f} ms, p99 {p99:.0f} ms, {one_kind.count(inf)} failed; private port not ready"
            f" {refused} times; {_use(gateway)}"
        )
        waited += one_kind
    await asyncio.sleep(PATIENCE)
    scene.tell(f"after the siege: {_use(gateway)}")
    yield Figure("gateway.p99_ms_under_siege", 1000 * percentile(waited, 99))


def _use(process: psutil.Process) -> str:
    times = process.cpu_times()
    return (
        f"gateway with {process.memory_info().rss / 1e6:.0f} MB, {process.num_fds()} descriptors,"
        f" {times.user + times.system:.0f} s of CPU"
    )


async def _genuine(sender: Sender) -> list[float]:
    began = time.perf_counter()
    return await asyncio.gather(*(_one(sender, began + number / RATE) for number in range(RATE * SECONDS)))


async def _one(sender: Sender, due: float) -> float:
    await asyncio.sleep(due - time.perf_counter())
    place = urlsplit(sender.url)
    try:
        async with asyncio.timeout(PATIENCE):
            line = Line(*await asyncio.open_connection(place.hostname, place.port, local_addr=(ADDRESS, 0)))
            try:
                await line.post(http_request(sender.url, sender.stage_change(OTHER_STAGE)))
            finally:
                line.writer.close()
    except (OSError, EOFError, NotMeasured):
        return inf
    return time.perf_counter() - due


async def _private_port(scene: Scene) -> int:
    """How often it was not ready in time, of 12."""
    url, refused = f"http://127.0.0.1:{scene.settings.private_port}/ready", 0
    for _ in range(SECONDS // 5):
        try:
            answer = await scene.http.get(url, timeout=PATIENCE)
            refused += not answer.is_success
        except NoAnswer:
            refused += 1
        await asyncio.sleep(5)
    return refused


@asynccontextmanager
async def _strangers(kind: str, sender: Sender) -> AsyncIterator[None]:
    """In a process of their own; half of those that send bodies know the webhook's address."""
    place = urlsplit(sender.url)
    argv = [sys.executable, "-m", "tools.bench.strangers", kind, str(STRANGERS), str(place.port)]
    # Not in the command line: the path is a secret.
    environment = inherited() | {"BENCH_PATHS": f"{place.path} /webhooks/lever/guess"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*argv, stdin=pipe, env=environment, cwd=ROOT)
    try:
        yield
        if process.returncode is not None:
            raise NotMeasured(f"the strangers ended with {process.returncode}")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
