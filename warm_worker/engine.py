"""Prefect's flow engine, awaited in our process: as it is, but for what assumes a process per run.

Pinned to prefect/flow_engine.py of 3.9.1, class AsyncFlowRunEngine; tests/warm_worker holds each of these.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from anyio import CancelScope
from prefect._flow_run_suspension import FlowRunSuspensionRequest
from prefect.client.schemas.objects import FlowRun
from prefect.flow_engine import AsyncFlowRunEngine
from prefect.flows import Flow
from prefect.states import Crashed
from prefect.utilities.callables import get_call_parameters, parameters_to_args_kwargs

from warm_worker.job import Job, Why

HANDED_BACK = "HandedBack"
"""The name of the Crashed state of a run that the worker's end cut short; its flow's hooks give back its case."""


@dataclass
class WarmEngine(AsyncFlowRunEngine[Any, Any]):
    """One run of one flow, which its job may tell to stop."""

    job: Job = field(kw_only=True)

    @contextmanager
    def setup_flow_run_suspension_request(self) -> Iterator[FlowRunSuspensionRequest]:
        """Without the observer: a thread, a loop, a websocket and a client for each run, and joined on our loop.

        Our flows never suspend (docs/decisions/07).
        """
        yield self._get_flow_run_suspension_request()

    async def handle_crash(self, exc: BaseException) -> None:
        """The engine takes any cancellation of its task for a crash: a control channel tells it of intentions, and
        there is one to a process."""
        match self.job.told:
            case Why.CANCELLED:
                await self.handle_cancellation(exc)
            case Why.HANDED_BACK:
                await self._hand_back(exc)
            case None:
                await super().handle_crash(exc)

    async def _hand_back(self, exc: BaseException) -> None:
        """Crashed, so that `on_crashed` puts the case down: a delivery gets its next attempt from the dispatcher.

        Not back to Scheduled: the attempt is taken up already, and a run that began twice would be two.
        """
        with CancelScope(shield=True):
            message = "The worker was stopped before this run ended; what it worked on is handed back."
            self.logger.warning(message)
            await self.set_state(Crashed(name=HANDED_BACK, message=message), force=True)
            self._raised = exc  # type: ignore[assignment]


async def run_flow(flow: Flow[..., Any], flow_run: FlowRun, job: Job) -> WarmEngine:
    """As `run_flow_async` of flow_engine.py; what the flow returned or raised is in the run's state."""
    args, kwargs = parameters_to_args_kwargs(flow.fn, flow_run.parameters)
    engine = WarmEngine(
        flow=flow, flow_run=flow_run, parameters=get_call_parameters(flow.fn, args, kwargs), job=job
    )
    async with engine.start():
        while engine.is_running():
            async with engine.run_context():
                await engine.call_flow_fn()  # type: ignore[unused-coroutine]
    return engine
