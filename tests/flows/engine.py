"""Runs a flow in this process without Prefect's engine: its function, its steps' functions, its hooks.

What a flow does is our own code; Prefect's bookkeeping of one run costs more than that. Where Prefect itself is to see
the run, tell of it or undo it, its engine runs it: in tests marked `in_prefect`, in the journeys, in every worker.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from prefect import Flow, Task
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.context import FlowRunContext
from prefect.states import Completed, exception_to_failed_state

from outbound.errors import OutcomeUnknown
from tasks.step import RETRY_DELAYS

Engine = Callable[..., Awaitable[State[Any]]]
"""Runs a flow with its parameters, in their order."""

SOON = 0.01
"""Seconds for one of Prefect's."""


async def run_in_prefect(flow: Flow[..., Any], *args: Any) -> State[Any]:
    """By Prefect's own engine, before the session's real server."""
    return await flow(*args, return_state=True)  # type: ignore[no-any-return]


async def run_plainly(flow: Flow[..., Any], *args: Any) -> State[Any]:
    """The state in which Prefect's engine would have ended the run."""
    run = FlowRun(id=uuid4(), flow_id=uuid4(), name="plain", parameters=flow_parameters(flow, args))
    with _in_run(flow, run):
        try:
            state = await flow.fn(*args) or Completed()
        except Exception as error:  # noqa: BLE001 - as the engine does
            state = await exception_to_failed_state(error)
    if state.type is StateType.FAILED:
        for hook in flow.on_failure_hooks or ():
            await hook(flow, run, state)  # type: ignore[misc]
    return state  # type: ignore[no-any-return]


def flow_parameters(flow: Flow[..., Any], args: tuple[Any, ...]) -> dict[str, Any]:
    """By their names, as Prefect keeps them."""
    return dict(zip(flow.parameters.properties, args, strict=False))


@contextmanager
def _in_run(flow: Flow[..., Any], run: FlowRun) -> Iterator[None]:
    """`prefect.runtime` and the run's logger know the run; its steps are called as what they decorate."""
    context = FlowRunContext.model_construct(flow=flow, flow_run=run, parameters=run.parameters)
    with (
        patch.object(Task, "__call__", _call),
        # Their sender would look the run up, which Prefect does not know.
        patch("prefect.events.utilities.should_emit_events", return_value=False),
        context,
    ):
        yield


async def _call(task: Task[..., Any], *args: Any, **named: Any) -> Any:
    """As `tasks.step` has it repeated."""
    for seconds in RETRY_DELAYS:
        try:
            return await task.fn(*args, **named)
        except OutcomeUnknown:
            await asyncio.sleep(SOON * seconds)
    return await task.fn(*args, **named)
