"""How long one idle move takes until Crosschq is asked, and how often Lever is asked for it.

One event after the other, with a pause in between whose length varies, so that moves meet the worker's polls at any
point. Crosschq's first webhook, which it may send at the creation, is held back by the sandbox, so that no second run
is at work beside the measured one.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random

from hiring.status_tags import SENT
from tools.bench.figures import Figure, NotMeasured, percentile
from tools.bench.scene import Scene, until

EVENTS = 20
PAUSE_SECONDS = (0.5, 1.5)


@dataclass(frozen=True)
class Moved:
    """`seconds` from the webhook's arrival to the create call's; `lever_calls` until the tag stood."""

    seconds: float
    lever_calls: int


async def request_figures(scene: Scene) -> AsyncIterator[Figure]:
    """On the warm worker."""
    moves = await idle_moves(scene, EVENTS)
    seconds = [move.seconds for move in moves]
    yield Figure("request.latency_p50", percentile(seconds, 50))
    yield Figure("request.latency_p95", percentile(seconds, 95))
    yield Figure("request.lever_calls", sum(move.lever_calls for move in moves) / len(moves))


async def stock_latency(scene: Scene) -> AsyncIterator[Figure]:
    """On the stock worker, after the warm one in the same run."""
    await scene.to_stock()
    moves = await idle_moves(scene, EVENTS)
    yield Figure("request.latency_p50_stock", percentile([move.seconds for move in moves], 50))


async def idle_moves(scene: Scene, events: int) -> list[Moved]:
    """One move after the other; a first one, which fills caches, is not counted. Raises NotMeasured."""
    await scene.crosschq.set_knobs(lose_webhooks=events + 1)
    dice = Random(events)  # noqa: S311 - to be repeated
    moves = [await _move(scene, dice.uniform(*PAUSE_SECONDS)) for _ in range(events + 1)][1:]
    await scene.crosschq.behave()
    scene.tell(f"{events} moves took {', '.join(f'{move.seconds:.2f}' for move in moves)} s")
    return moves


async def _move(scene: Scene, pause: float) -> Moved:
    candidate = await scene.lever.meet_candidate()
    await asyncio.sleep(pause)
    await scene.forget_calls()
    await scene.lever.move(candidate["id"])
    await until(lambda: scene.inbox.has_ended(candidate["id"]))
    arrived = await scene.inbox.moved_at(candidate["id"])
    asked = creations(await scene.calls(scene.crosschq.url), {candidate["email"]})
    if len(asked) != 1:
        outcomes = await scene.inbox.outcomes([candidate["id"]])
        raise NotMeasured(f"a move led to {len(asked)} requests in Crosschq: {outcomes}")
    return Moved(asked[0] - arrived.timestamp(), lever_calls(await scene.calls(scene.lever.url)))


def creations(calls: list[dict[str, object]], emails: set[str]) -> list[float]:
    """When Crosschq was asked to create requests for these people, in epoch seconds."""
    asked = [(call["at"], json.dumps(call["body"], ensure_ascii=False)) for call in calls if _creates(call)]
    return [float(str(at)) for at, body in asked if any(f'"{email}"' in body for email in emails)]


def _creates(call: dict[str, object]) -> bool:
    return call["method"] == "POST" and bool(call["executed"])


def lever_calls(calls: list[dict[str, object]]) -> int:
    """How many until the tag for a sent request stands, that call included. Raises NotMeasured without one."""
    for number, call in enumerate(calls, start=1):
        if str(call["path"]).endswith("/addTags") and SENT in json.dumps(call["body"]):
            return number
    raise NotMeasured(f"no status tag was set in {len(calls)} calls to Lever")
