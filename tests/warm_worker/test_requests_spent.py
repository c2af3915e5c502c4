"""What a run costs Prefect's server, counted on the wire."""

import time
from collections import Counter
from pathlib import Path

import pytest

from settings import Settings
from tests.warm_worker.conftest import with_pool
from tests.warm_worker.workers import Trial, started
from tools.bench.counting import counting_door

pytestmark = pytest.mark.stack


async def test_a_run_costs_three_requests_and_its_log(warm: Settings, told: Path, trial: Trial) -> None:
    seen: Counter[str] = Counter()
    async with counting_door(warm.prefect_port, seen) as port:
        through = with_pool(warm, prefect_api_url=f"http://127.0.0.1:{port}/api")
        async with started(through, told, "counted"):
            await trial.end(await trial.start("two-steps"))
            seen.clear()
            began = time.monotonic()
            for _ in range(10):
                await trial.end(await trial.start("two-steps"))
            took = time.monotonic() - began
            polls = seen.pop(f"POST /api/work_pools/{warm.work_pool}/get_scheduled_flow_runs")
            logs = seen.pop("POST /api/logs/", 0)
            tokens = seen.pop(
                "GET /api/csrf-token?client=ID", 0
            )  # the log's, the watch for cancels': once an hour
    # Once for each lane, whose client remembers it: a run may begin while the lane before still sends its log.
    read = [seen.pop(f"GET /api/{kind}/ID", 0) for kind in ("deployments", "flows", "work_queues")]
    assert max(read) <= 2
    # Runs that take longer than a second, as on a busy machine, are looked at once a second, all in one request.
    looks = seen.pop("POST /api/flow_runs/filter", 0)
    assert looks <= took + 1
    assert seen == {"POST /api/flow_runs/ID/set_state": 30}
    assert polls <= 40
    assert logs <= 10
    assert tokens <= 2
