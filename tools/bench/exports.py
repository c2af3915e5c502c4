"""How fast prospects become leads within Lever's limit, and how often Lever is called for each.

Lever's ledger is what counts. While one of these exports is at work nobody else uses the product's key, and those who
look use another; what the product does beside it, such as its regular looks, counts among the calls.
"""

from collections.abc import AsyncIterator, Sequence

from hiring.prospects import IfInLever
from tools.bench.backfill import Backfill
from tools.bench.figures import Figure, NotMeasured
from tools.bench.scene import Scene

MANY = 2_000
FEW = 100
Calls = Sequence[dict[str, object]]


async def export_rate(scene: Scene) -> AsyncIterator[Figure]:
    """With the check by e-mail off: a call for each lead, and one for twenty to find those whose rows were lost."""
    calls = await _export(scene, MANY, IfInLever.CREATE)
    made = creations(calls)
    if len(made) != MANY:
        raise NotMeasured(f"{MANY} prospects led to {len(made)} leads")
    scene.tell(f"{MANY} leads within {made[-1] - made[0]:.1f} s, by {len(calls)} calls to Lever")
    yield Figure("export.lever_per_s", (len(made) - 1) / (made[-1] - made[0]))
    yield Figure("export.refused_429", refused(calls))


async def calls_new(scene: Scene) -> AsyncIterator[Figure]:
    """Calls for each new person who is made even if Lever knows them by another lead than ours."""
    yield Figure("export.lever_calls_new", len(await _export(scene, FEW, IfInLever.CREATE)) / FEW)


async def calls_checked(scene: Scene) -> AsyncIterator[Figure]:
    """Calls for each new person with that look."""
    yield Figure("export.lever_calls_checked", len(await _export(scene, FEW, IfInLever.SKIP)) / FEW)


async def _export(scene: Scene, count: int, if_in_lever: IfInLever) -> Calls:
    backfill = Backfill(scene)
    await backfill.people_opt_in(count, seed=count)
    await backfill.run(if_in_lever)
    return await scene.calls(scene.lever.url)


def creations(calls: Calls) -> list[float]:
    """When opportunities were made, in epoch seconds, in order."""
    made = [call for call in calls if call["method"] == "POST" and call["path"] == "/v1/opportunities"]
    return sorted(float(str(call["at"])) for call in made if call["executed"])


def refused(calls: Calls) -> int:
    """How many calls Lever refused as too many, from the first creation on."""
    first = min(creations(calls), default=0.0)
    return sum(call["status"] == 429 and float(str(call["at"])) >= first for call in calls)
