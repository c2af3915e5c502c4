"""Small flows for the warm worker's tests: what a flow may do well or badly. They tell what happened in a file."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from prefect import Flow, flow, get_run_logger, runtime, task
from prefect.client.schemas.objects import FlowRun, State


def tell(word: str, run_id: object = None) -> None:
    """A line in the file that the test reads: the run's id, the process and the word."""
    with Path(os.environ["TOLD_IN"]).open("a") as file:
        file.write(f"{run_id or runtime.flow_run.id} {os.getpid()} {word}\n")


@task(persist_result=False)
async def step(number: int) -> int:
    await asyncio.sleep(0)
    return number + 1


@flow(persist_result=False)
async def two_steps(number: int = 1) -> int:
    """Does what the product's flows do, without the vendors."""
    tell("began")
    return await step(await step(number))


async def told_of_cancel(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    tell("on_cancellation", flow_run.id)


async def told_of_crash(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    tell(f"on_crashed {state.name}", flow_run.id)


@flow(persist_result=False, on_cancellation=[told_of_cancel], on_crashed=[told_of_crash])
async def waits(seconds: float) -> None:
    """Awaits, as everything here should."""
    tell("began")
    await asyncio.sleep(seconds)
    tell("ended")


@flow(persist_result=False)
async def blocks(seconds: float) -> None:
    """The mistake: a blocking call."""
    tell("began")
    time.sleep(seconds)  # noqa: ASYNC251 - the very mistake
    tell("ended")


@flow(persist_result=False)
async def raises() -> None:
    get_run_logger().info("About to fail.")
    raise ValueError("an error of the flow's own")


@flow(persist_result=False)
def is_not_async() -> None:
    tell("began")
