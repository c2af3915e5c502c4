"""The same prefect.yaml on Prefect's stock process worker, by the pool's type and name alone."""

from pathlib import Path

import httpx
import pytest

from deployments.prefect_api import PrefectApiError
from deployments.work_pool import ensure_work_pool
from settings import STOCK, Settings
from tests.warm_worker.conftest import move_to, with_pool
from tests.warm_worker.workers import Trial, started

pytestmark = pytest.mark.stack


async def test_runs_end_completed_in_processes_of_their_own(warm: Settings, told: Path, trial: Trial) -> None:
    stock = with_pool(warm, work_pool=f"{warm.work_pool}-stock", work_pool_type=STOCK)
    await move_to(stock)
    async with started(stock, told, "stock", module="prefect") as worker:
        run = await trial.start("two-steps")
        assert await trial.end(run, seconds=90) == ("COMPLETED", "Completed")
        assert str(worker.process.pid) not in trial.processes()


async def test_a_pool_of_another_type_is_refused_naming_the_setting(
    warm: Settings, api: httpx.AsyncClient
) -> None:
    with pytest.raises(PrefectApiError, match="CROSSCHQ_LEVER_WORK_POOL"):
        await ensure_work_pool(api, warm.work_pool, STOCK)
