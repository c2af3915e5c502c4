"""The one retry rule of our steps, as a decorator."""

from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import TaskRun
from prefect.client.schemas.objects import State

from outbound.errors import OutcomeUnknown

P = ParamSpec("P")
R = TypeVar("R")

# Seconds, never minutes: Prefect keeps a retry delay in the process, and a killed one never comes back. What lasts
# longer ends the run, and the dispatcher starts the next attempt (docs/decisions/02).
RETRY_DELAYS = [1, 3]


def looking_helps(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """It is unknown what the vendor did: the step repeated looks first (see tasks.effects).

    What the vendor surely did not do was repeated by its client already (see outbound.http).
    """
    return isinstance(state.data, OutcomeUnknown)


def step(function: Callable[P, Coroutine[Any, Any, R]]) -> Task[P, Coroutine[Any, Any, R]]:
    """A Prefect task that repeats what is harmless, and keeps neither results nor anything personal."""
    decorate = task(
        name=function.__name__.replace("_", " "),
        retries=len(RETRY_DELAYS),
        retry_delay_seconds=list(RETRY_DELAYS),
        retry_jitter_factor=0.5,
        retry_condition_fn=looking_helps,
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    return decorate(function)
