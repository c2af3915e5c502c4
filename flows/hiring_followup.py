"""Hired or not: at once when Lever or Crosschq says so, otherwise by asking the owner two weeks after the report."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.casework import give_back, set_aside, work_on
from flows.follow_up import follow_up
from flows.lever_profile import link_run_to
from flows.outcome_said import say_outcome
from flows.outcome_shown import show_outcome
from flows.question_again import send_question_again
from flows.withdrawal import withdraw_open_requests
from hiring.outcomes import Outcome as HiringOutcome
from outbound.errors import AccessDenied, NotFound
from store.due_follow_ups import FOLLOW_UP_EVENT, TimeHasCome
from store.outcomes import OUTCOME_EVENT
from store.question_again import QUESTION_AGAIN_EVENT
from tasks.case import Case
from tasks.deleted_opportunities import GONE, note_missing
from tasks.follow_up_records import take_from_prefect
from tasks.outcome import Outcome
from tasks.outcome_records import known_outcome, record_seen, request_in_crosschq
from tasks.outcome_steps import outcome_in_crosschq, read_outcome
from tasks.shadow import is_in_shadow
from tasks.unshown_outcomes import remember_nothing_to_show
from wiring import open_parts

_TOO_EARLY = "This worker's clock is ahead: the follow-up is taken up when its time has come."
_NO_MORE = "The follow-up has ended, was postponed, or another run has it."
_LATER = "Something else about the opportunity is in hand: another run takes the follow-up up right after it."


@flow(
    name="hiring-followup",
    persist_result=False,
    on_failure=[give_back],
    on_crashed=[give_back],
    on_cancellation=[set_aside],
)
async def hiring_followup(follow_up_id: int, generation: int) -> State[None]:
    """The wait is over: asks the candidate's owner whether they were hired, unless somebody has said so already.

    Scheduled when the report is complete. Parameters are opaque ids: a follow-up, and which scheduling of it this is.
    """
    async with open_parts():
        taken = await take_from_prefect(follow_up_id, generation)
        if taken is TimeHasCome.NOT_YET:
            return Completed(name="TooEarly", message=_TOO_EARLY)
        if isinstance(taken, TimeHasCome):
            return Completed(name="Superseded", message=_NO_MORE)
        if taken is None:
            return Completed(name="HandedOver", message=_LATER)
        return await work_on(taken.delivery_id, taken.number, _tell)


@flow(
    name="hiring-outcome",
    persist_result=False,
    on_failure=[give_back],
    on_crashed=[give_back],
    on_cancellation=[set_aside],
)
async def hiring_outcome(delivery_id: int, attempt: int) -> State[None]:
    """Lever or Crosschq says hired or not: the other one follows. Also takes up follow-ups again that did not work out.

    Parameters are opaque ids: a delivery of the inbox, and which attempt at it this run is.
    """
    return await work_on(delivery_id, attempt, _tell)


async def _tell(case: Case) -> Outcome:
    if case.event == QUESTION_AGAIN_EVENT:
        return await send_question_again(case)
    return await follow_up(case) if case.event == FOLLOW_UP_EVENT else await hear_of_outcome(case)


async def hear_of_outcome(case: Case) -> Outcome:
    """Both events of one hire come here, in any order, and Crosschq's word: what counts is what they say now."""
    opportunity_id = case.subject_id
    crosschq_id = await request_in_crosschq(case, opportunity_id)
    if crosschq_id is None:
        return Outcome.ignored("no reference request about this opportunity is in Crosschq.")
    try:
        candidacy, seen = await read_outcome(case, opportunity_id)
    except NotFound:
        await note_missing(case, opportunity_id)
        return Outcome.done("PutOff", GONE)
    except AccessDenied:
        return Outcome.ignored("this API key may not see the opportunity.")
    if candidacy.is_anonymised:
        await remember_nothing_to_show(case, opportunity_id)
        return Outcome.ignored("the candidate was anonymised in Lever.")
    await link_run_to(candidacy)
    said = await outcome_in_crosschq(case, crosschq_id) if case.event == OUTCOME_EVENT else None
    words = [seen, said] if said else [seen]
    if await is_in_shadow(case):
        return await say_outcome(case, candidacy, words)
    for word in words:
        await record_seen(case, opportunity_id, word)
    if candidacy.is_archived and seen.outcome is not HiringOutcome.HIRED:
        await withdraw_open_requests(case, candidacy)
    if not await show_outcome(case, candidacy):
        return Outcome.done("NothingNew", "Both systems show this outcome already.")
    outcome = await known_outcome(case, opportunity_id)
    return Outcome.done("OutcomeShown", f"Both systems show: {outcome.words}.")
