"""`prefect worker start --type crosschq-lever-warm`: Prefect's worker, which keeps its flow runs in its own process.

Puts the parts together; how a run goes is `carrying_out`'s. Of `BaseWorker` (workers/base.py of 3.9.1) the pool, the
heartbeats and the polling loop are used; its submission, with ten requests for each run that describe infrastructure,
is not.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import anyio.abc
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import WorkerFlowRunResponse
from prefect.exceptions import ObjectNotFound
from prefect.logging import get_logger
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult
from pydantic import TypeAdapter

from deployments.code_version import code_version
from settings import WARM, Settings, load_settings
from warm_worker.admission import Admission, Refused
from warm_worker.carrying_out import carry_out
from warm_worker.client import current_client, frugal_clients
from warm_worker.crew import CarryOut, Crew
from warm_worker.hearing import hear_of_orders
from warm_worker.job import Job
from warm_worker.lane import Home
from warm_worker.metrics import Metrics
from warm_worker.polling import Polls
from warm_worker.stopping import stop_on_signals
from warm_worker.watching import watch_for_blocks, watch_for_cancels
from wiring import open_parts

log = get_logger("warm_worker")

RUNS_AT_ONCE = 16
"""Without `--limit`."""

CLOSE_SECONDS = 5.0

_OFFERS = TypeAdapter(list[WorkerFlowRunResponse])


class WarmWorker(BaseWorker[BaseJobConfiguration, BaseVariables, BaseWorkerResult]):
    """A run starts in milliseconds here, where the process worker starts an interpreter for each."""

    type = WARM
    _description = "Runs the flows of Crosschq for Lever inside the worker's own process."

    async def start(
        self, run_once: bool = False, with_healthcheck: bool = False, printer: Callable[..., None] = print
    ) -> None:
        """Until SIGTERM or SIGINT, which let runs end first; a second one hands them back at once."""
        serving = asyncio.ensure_future(super().start(run_once, with_healthcheck, printer))
        with stop_on_signals(serving, lambda: self._crew.hurry.set()):
            await serving

    async def setup(self) -> None:
        """Opens the first lane before the first poll; raises SettingsError."""
        self._settings = load_settings()
        await super().setup()
        self._metrics, self._admission = Metrics(), Admission(code_version())
        self._crew = Crew(self._limit or RUNS_AT_ONCE, _carry_out(self._admission), _home(self._settings))
        await self._crew.open()
        self._polls = Polls(self._due, self._crew)
        self._watches = [
            asyncio.ensure_future(hear_of_orders(self._settings.store_url, self._polls.tell)),
            asyncio.ensure_future(self._polls.when_told()),
            asyncio.ensure_future(watch_for_cancels(self._crew)),
            asyncio.ensure_future(watch_for_blocks(self._crew, self._admission, self._metrics)),
        ]
        for watch in self._watches:
            watch.add_done_callback(_tell_of_its_end)
        if self._settings.worker_metrics_port:
            self._metrics.serve(self._settings.worker_metrics_port)

    async def teardown(self, *exc_info: object) -> None:
        """Lets runs end for `worker_grace`, hands the rest back, then leaves as every worker does."""
        await self._crew.finish(self._settings.worker_grace.total_seconds())
        for watch in self._watches:
            watch.cancel()
        # Else the loop's end cuts off the closing of their connections, with a traceback at each stop.
        await asyncio.wait(self._watches, timeout=CLOSE_SECONDS)
        await super().teardown(*exc_info)

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """One poll of the polling loop; what it is told of does not wait for the next."""
        self._last_polled_time = datetime.now(UTC)  # the health check of `--with-healthcheck` looks at it
        return await self._polls.once()

    async def _due(self, limit: int) -> list[FlowRun]:
        """As Prefect's client asks, but for no more than fit: it has no word for `limit` and reads 200 runs a time."""
        until = datetime.now(UTC) + timedelta(seconds=self._prefetch_seconds)
        wanted = {
            "limit": limit,
            "scheduled_before": until.isoformat(),
            "work_queue_names": [*self._work_queues],
        }
        try:
            answer = await self.client.request(
                "POST",
                "/work_pools/{name}/get_scheduled_flow_runs",
                path_params={"name": self._work_pool_name},
                json=wanted,
            )
        except ObjectNotFound:
            return []
        return [offer.flow_run for offer in _OFFERS.validate_python(answer.json())]

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> BaseWorkerResult:
        """Where `BaseWorker.submit` ends, which runs code that somebody uploads: never here."""
        raise Refused("This worker runs deployments of our own flows only.")


def _tell_of_its_end(watch: asyncio.Task[None]) -> None:
    if not watch.cancelled() and (error := watch.exception()):
        log.error("A watch of the worker has ended: restart the worker.", exc_info=error)


def _carry_out(admission: Admission) -> CarryOut:
    async def carry(job: Job) -> None:
        await carry_out(job, current_client(), admission)

    return carry


def _home(settings: Settings) -> Home:
    @asynccontextmanager
    async def home() -> AsyncIterator[None]:
        async with frugal_clients(), open_parts(settings):
            yield

    return home
