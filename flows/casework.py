"""How every story begins and ends: the case is taken up once, and put down with what came of it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from prefect import Flow, get_run_logger
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Completed

from flows.lever_profile import tell_given_up
from outbound.errors import CredentialsRefused, Refused, VendorError
from store.attempts import Attempt
from tasks.case import Case
from tasks.deleted_opportunities import ProfileMissing
from tasks.effects import StaysUnknown, Superseded
from tasks.inbox import (
    attempt_of_run,
    case_in_hand,
    finish,
    next_attempt,
    put_off,
    take_up,
    wait_for_a_person,
    wait_for_credentials,
)
from tasks.outcome import Outcome
from tasks.request_records import ConnectionPaused, NotAnsweredYet
from tasks.seen_in_prefect import attempt_of
from tasks.signs_of_life import signs_of_life
from wiring import open_parts

Story = Callable[[Case], Awaitable[Outcome]]


async def work_on(delivery_id: int, attempt: int, story: Story) -> State[None]:
    """Tells the story for one attempt at a delivery; the state it returns is the flow run's.

    A failure that may pass ends this run and lets the dispatcher start the next attempt later (docs/decisions/02).
    """
    async with open_parts():
        case = await take_up(Attempt(delivery_id, attempt))
        if case is None:
            return Completed(
                name="Superseded", message="Another attempt has this delivery, or it is finished."
            )
        try:
            async with signs_of_life(case):
                outcome = await story(case)
        except CredentialsRefused as error:
            if not await wait_for_credentials(case, error):
                return failed(
                    "TryingAgain", f"{error} It has been replaced since: the next attempt starts now."
                )
            return failed(
                "CredentialsRefused", f"{error} The connection is paused until its key is replaced."
            )
        except ConnectionPaused as error:
            await wait_for_a_person(case, f"Waiting, as the connection is paused: {error}")
            return failed("ConnectionPaused", str(error))
        except Refused as error:
            await finish(case, Outcome.dead(f"Refused: {error}"))
            return failed("Refused", f"{error} See `crosschq-lever deliveries`.")
        except (VendorError, NotAnsweredYet, ProfileMissing, StaysUnknown) as error:
            return await _put_off(case, str(error))
        except Superseded as error:
            return Completed(name="Superseded", message=str(error))
        return await _put_down(case, outcome)


async def _put_down(case: Case, outcome: Outcome) -> State[None]:
    if not await finish(case, outcome):
        return Completed(name="Superseded", message="Another attempt took this delivery over.")
    get_run_logger().info("Delivery %d: %s.", case.attempt.delivery_id, outcome.name)
    more = f"Delivery {case.attempt.delivery_id}, see its outcome in the inbox."
    return Completed(name=outcome.name, message=outcome.for_prefect or more)


async def _put_off(case: Case, why: str) -> State[None]:
    # As it is by now: a story that got on has begun to count anew.
    until = next_attempt(await case_in_hand(case.attempt) or case)
    if until is None:
        await tell_given_up(case)
    await _end_attempt(case, until, why)
    if until is None:
        return failed("GivenUp", f"{why} Given up: see `crosschq-lever deliveries`.")
    return failed("TryingAgain", f"{why} The next attempt starts at {until:%H:%M:%S} UTC.")


async def _end_attempt(case: Case, until: datetime | None, why: str) -> None:
    if until is None:
        await finish(case, Outcome.dead(f"Given up after attempt {case.attempt.number}: {why}"))
    else:
        await put_off(case, until, why)


async def give_back(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Hook for a run that an error of our own ended, or a worker's end cut short: its delivery is tried again."""
    why = "an error of our own ended the run; its log in Prefect says which."
    if state.name == "HandedBack":  # warm_worker.engine
        why = "the worker was stopped before the run ended."
    async with open_parts():
        case = await _case_of(flow_run)
        if case is not None:
            await _end_attempt(case, next_attempt(case), why)


async def set_aside(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Hook for a run that somebody cancelled in Prefect: its delivery ends with that, and is not tried again."""
    async with open_parts():
        case = await _case_of(flow_run)
        if case is not None:
            await finish(case, Outcome.dead("Cancelled in Prefect. What was under way may have been done."))


async def _case_of(flow_run: FlowRun) -> Case | None:
    """What the run has in hand; a follow-up's run got its delivery only when its time had come."""
    attempt = attempt_of(flow_run) or await attempt_of_run(str(flow_run.id))
    return await case_in_hand(attempt) if attempt else None


def failed(name: str, message: str) -> State[None]:
    return State(type=StateType.FAILED, name=name, message=message)
