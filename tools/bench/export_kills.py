"""What a backfill loses or doubles when it is killed ten times: a campaign on a stack of its own, beside this one."""

from collections.abc import AsyncIterator

from tools.bench.figures import Figure, NotMeasured
from tools.bench.scene import Scene
from tools.chaos.exports import ExportCampaign
from tools.chaos.trouble import Amount

PROSPECTS = 300
KILLS = 10
SEED = 1


async def killed_export(scene: Scene) -> AsyncIterator[Figure]:
    """Raises NotMeasured when something else than doubled or lost leads is not in order at the end."""
    verdict = await ExportCampaign(SEED, PROSPECTS, Amount(KILLS), scene.tell).run()
    yield Figure("export.doubled", verdict.doubled)
    yield Figure("export.lost", verdict.lost)
    if not verdict.is_clean:
        raise NotMeasured("; ".join(verdict.wrong[:5]))
