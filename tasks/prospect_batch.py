"""Makes leads of a batch of prospects: each once, each with its own end. One bad prospect stops nobody else."""

import asyncio
from collections.abc import Awaitable, Sequence

from hiring.prospects import IfInLever, ProspectPolicy
from lever.models import Opportunity
from outbound.errors import InvalidRequest, NotExecuted, NotFound, OutcomeUnknown, Refused
from store.begun_prospects import BegunProspects
from store.prospect_tables import KnownProspect
from store.prospects import Prospects
from tasks.case import Case
from tasks.leads import (
    NO_ADDRESS_FOR_LEVER,
    Desk,
    InLever,
    desk_of,
    is_lost_lead,
    lost_leads,
    make_lead,
    people_in_lever,
    tag_known_person,
)
from tasks.leads_in_doubt import TooEarly, look_for_lead, put_back
from tasks.prospect_candidates import Candidate, candidates_of, fail, find_there
from tasks.prospect_wishes import Wishes
from tasks.step import step
from wiring import current_parts

BATCH = 20
"""Prospects, and e-mail addresses asked for in one call."""
AT_ONCE = 6
"""Calls to Lever under way at a time: more than ten a second are not allowed, and each takes a few tenths."""


@step
async def export_batch(case: Case, wishes: Wishes, rows: Sequence[KnownProspect]) -> None:
    """Every row ends, or is to be tried again. Raises what concerns all of them: Lever away, the key refused."""
    desk = await desk_of(case)
    ready = await candidates_of(desk, wishes, rows)
    in_lever = await _in_lever(desk, wishes.policy, ready)
    gate = asyncio.Semaphore(AT_ONCE)

    async def export(candidate: Candidate) -> None:
        async with gate:
            if candidate.email in in_lever.refused:
                await fail(desk.case, candidate.row, NO_ADDRESS_FOR_LEVER)
            else:
                await _export(desk, wishes.policy, candidate, in_lever.found.get(candidate.email))

    await all_to_their_end([export(one) for one in ready])


async def all_to_their_end(works: Sequence[Awaitable[None]]) -> None:
    """Runs all, and raises the first error only when none is under way any more: a cut-off write would be unknown."""
    ended = await asyncio.gather(*works, return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException):
            raise error


async def _in_lever(desk: Desk, policy: ProspectPolicy, candidates: Sequence[Candidate]) -> InLever:
    """Who is in Lever by e-mail address, in one call for all; where all are made anew, only by a lead of ours."""
    asked = [one for one in candidates if not one.begun]
    if not asked:
        return InLever()
    if policy.if_in_lever is not IfInLever.CREATE:
        return await people_in_lever(desk.lever, [one.email for one in asked])
    known = await lost_leads(desk.lever, desk.case.connection_id, [one.lead for one in asked])
    return known.without({one.email for one in asked if not one.is_first})


async def _export(desk: Desk, policy: ProspectPolicy, one: Candidate, there: Opportunity | None) -> None:
    try:
        if there is None:
            await _make(desk, policy, one)
        elif one.is_first and await is_lost_lead(desk.case.connection_id, one.lead, there):
            await _adopt(desk.case, one, there)
        else:
            await _leave_there(desk, policy, one, there)
    except InvalidRequest as error:
        await fail(
            desk.case, one.row, f"Lever refused it as invalid ({error.status}): correct it, then retry."
        )
    except NotFound:
        if one.lead.posting_id is None and there is None:
            raise
        await _without_what_is_gone(desk.case, one, there)
    except OutcomeUnknown:
        await put_back(desk.case, one.row)


async def _adopt(case: Case, one: Candidate, there: Opportunity) -> None:
    """A lead of ours whose row is lost. What else it wears, somebody may have given it."""
    async with current_parts().database.transaction() as session:
        prospects = Prospects(session, case.connection_id)
        if await prospects.is_as_met(one.row):
            await prospects.linked(one.row.id, there.id, one.lead.tags)


async def _without_what_is_gone(case: Case, one: Candidate, there: Opportunity | None) -> None:
    if there is None:
        reason = f"Lever has no posting {one.lead.posting_id} any more: correct the rule that names it, then retry."
        await fail(case, one.row, reason)
    else:
        await put_back(case, one.row)


async def _make(desk: Desk, policy: ProspectPolicy, one: Candidate) -> None:
    try:
        found = await look_for_lead(desk, policy, one.row) if one.begun else None
    except TooEarly as early:
        await put_back(desk.case, one.row, early.until)
        return
    # Changed, withdrawn or settled since the batch was read, it is the next batch's.
    if not await _begin(desk.case, one):
        return
    try:
        made = await make_lead(desk, one.key, one.lead, found)
    except (NotExecuted, Refused):
        await _end_if_in_vain(desk.case, one)
        raise
    async with current_parts().database.transaction() as session:
        prospects, remark = Prospects(session, desk.case.connection_id), " ".join(one.lead.remarks) or None
        await prospects.linked(one.row.id, made.opportunity_id, made.tags, remark)


async def _begin(case: Case, one: Candidate) -> bool:
    """From now on a look at Crosschq, which runs beside this, leaves what the lead is found by as it is."""
    async with current_parts().database.transaction() as session:
        if not await Prospects(session, case.connection_id).is_as_met(one.row):
            return False
        await BegunProspects(session, case.connection_id).begin(one.row.id, one.lead.sources)
        return True


async def _end_if_in_vain(case: Case, one: Candidate) -> None:
    async with current_parts().database.transaction() as session:
        await BegunProspects(session, case.connection_id).not_made_if_refused(one.row.id)


async def _leave_there(desk: Desk, policy: ProspectPolicy, one: Candidate, there: Opportunity) -> None:
    reason = "The person was in Lever already."
    if policy.if_in_lever is IfInLever.TAG:
        await tag_known_person(desk, f"{one.key}/tag", there.id, one.lead.tags)
        reason = "The person was in Lever already: the opportunity was tagged."
    await find_there(desk.case, one, there.id, reason)
