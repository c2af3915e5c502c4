"""Deleted in Lever, so erased here: what we and Prefect keep of a candidate's opportunity, once Lever confirms it.

What is still to come of it goes on with another opportunity of the same contact, where Lever has one: then this one was
merged away, or was a double.
"""

from prefect import flow
from prefect.client.schemas.objects import State

from flows.casework import give_back, set_aside, work_on
from tasks.case import Case
from tasks.deleted_opportunities import MISSING_FOR, Presence, presence
from tasks.effects import Superseded
from tasks.erasure_in_prefect import erase_in_prefect, is_prefect_ours
from tasks.erasure_steps import LATE_ORDERS, close_door, erase_kept
from tasks.inbox import next_attempt, put_off
from tasks.merged_away import Moved, go_on_elsewhere
from tasks.outcome import Outcome
from wiring import current_parts

IN_CROSSCHQ = "Crosschq has no call for an erasure that we know of: a person asks for it there."
EVENTS_STAY = "Prefect's server is not ours: its events about the runs go with its own retention."


@flow(
    name="candidate-erasure",
    persist_result=False,
    on_failure=[give_back],
    on_crashed=[give_back],
    on_cancellation=[set_aside],
)
async def candidate_erasure(delivery_id: int, attempt: int) -> State[None]:
    """Erases what is kept of an opportunity that was deleted in Lever, in our store and in Prefect.

    Parameters are opaque ids: a delivery of the inbox, and which attempt at it this run is. Nothing in this run names
    the opportunity, as the run is what remains.
    """
    return await work_on(delivery_id, attempt, _tell)


async def _tell(case: Case) -> Outcome:
    """Prefect first, and again until nothing is left there; then our store, as only it knows what to look for."""
    if case.opportunity_id is None:
        return _erased("by an earlier attempt, which was cut off before it could say so")
    present = await presence(case)
    if present is Presence.THERE:
        return Outcome.ignored("Lever still has it.")
    if present is Presence.MISSING and current_parts().now() < case.first_attempt_at + MISSING_FOR:
        return await _look_again(case, "Lever answers 404 for it, but does not list it as deleted.")
    if await go_on_elsewhere(case) is Moved.IN_HAND:
        return await _look_again(case, "a run about it is at work.")
    door = await close_door(case)
    found = await erase_in_prefect(door.kept)
    is_early = door.kept.is_anything and current_parts().now() < door.opens_again_at
    if found or is_early:
        return await _look_again(
            case, f"Prefect had {found} traces of it; a later look finds what comes late."
        )
    if not await erase_kept(case, _what_stays()):
        return await _look_again(case, "a run about it is at work.")
    return _erased(door.kept.in_words)


async def _look_again(case: Case, why: str) -> Outcome:
    """Ends this attempt; nothing has failed, and the next one does the same once more."""
    until = next_attempt(case)
    if until is None:
        return Outcome.dead(
            f"Not erased wholly: {why} Look at its runs in Prefect, then resolve this delivery."
        )
    until = max(until, current_parts().now() + LATE_ORDERS)
    await put_off(case, until, why)
    raise Superseded(f"Erasing goes on at {until:%H:%M:%S} UTC: {why}")


def _erased(what: str) -> Outcome:
    return Outcome.done("Erased", f"Erased: {what}. {_what_stays()}")


def _what_stays() -> str:
    return IN_CROSSCHQ if is_prefect_ours() else f"{IN_CROSSCHQ} {EVENTS_STAY}"
