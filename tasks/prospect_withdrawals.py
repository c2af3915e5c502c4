"""Takes a prospect who has withdrawn in Crosschq out of Lever again, where nobody but us has touched the lead."""

from hiring.prospects import OnWithdrawal
from outbound.errors import CredentialsRefused, NotFound, Refused
from store.effect_keys import withdrawal_key
from store.effects import Effects
from store.prospect_tables import KnownProspect
from store.prospects import Prospects
from store.tables import EffectState
from tasks.case import Case
from tasks.effects import repeatable
from tasks.leads import Desk, desk_of, why_not_ours_alone
from tasks.leads_in_doubt import NotToBeTold, TooEarly, look_for_lead, put_back
from tasks.lever_writes import add_note
from tasks.prospect_wishes import Wishes
from tasks.step import step
from wiring import current_parts

LEFT_NOTE = "This person has withdrawn in Crosschq, and does not want to hear of jobs from it any more."
LOOK_BY_HAND = (
    "Withdrawn in Crosschq; whether a lead was made cannot be told any more: look for it in Lever by hand."
)
AT_ONCE = 10
"""Then whoever calls looks around: at the switches, at who waits."""


async def show_some_withdrawals(case: Case, wishes: Wishes) -> bool:
    """Whether there were any; each is looked at in Lever before anything is done."""
    async with current_parts().database.transaction() as session:
        rows = await Prospects(session, case.connection_id).leaving(AT_ONCE)
    for row in rows:
        await show_withdrawal(case, wishes, row)
    return bool(rows)


@step
async def show_withdrawal(case: Case, wishes: Wishes, row: KnownProspect) -> None:
    """Archives or tags the lead; one that somebody works with gets a note, and stays theirs."""
    desk = await desk_of(case)
    if row.opportunity_id is None:
        await _end_doubt(desk, wishes, row)
        return
    try:
        reason = await _show(desk, wishes, row)
    except NotFound:
        reason = "Withdrawn; its lead is gone from Lever."
    except CredentialsRefused:
        raise
    except Refused as error:
        # One that Lever does not let us take out stops nobody else.
        reason = f"Withdrawn, but Lever refused to show it ({error.status}): take the lead out there by hand."
    await _end(case, row, reason)


async def _end(case: Case, row: KnownProspect, reason: str) -> None:
    async with current_parts().database.transaction() as session:
        await Prospects(session, case.connection_id).withdrawn(row.id, reason)


async def _end_doubt(desk: Desk, wishes: Wishes, row: KnownProspect) -> None:
    """An attempt that was cut off may have made the lead: found, it is the next to be shown."""
    try:
        made = await look_for_lead(desk, wishes.policy, row)
    except TooEarly as early:
        await put_back(desk.case, row, early.until)
        return
    except NotToBeTold:
        await _end(desk.case, row, LOOK_BY_HAND)
        return
    async with current_parts().database.transaction() as session:
        prospects = Prospects(session, desk.case.connection_id)
        if made is None:
            await prospects.withdrawn(row.id, "Withdrawn in Crosschq before a lead was made.")
        else:
            await prospects.linked(row.id, made.opportunity_id, made.tags)


async def _show(desk: Desk, wishes: Wishes, row: KnownProspect) -> str:
    opportunity_id, key = row.opportunity_id or "", withdrawal_key(row.crosschq_id, row.generation)
    # Perhaps done by an attempt that was cut off, our own change would look like somebody's.
    perhaps_done = await _is_perhaps_done(desk.case, key)
    touched = None if perhaps_done else await why_not_ours_alone(desk, opportunity_id, row.tags_given)
    if touched:
        await add_note(desk.case, opportunity_id, LEFT_NOTE, key.replace("/", "-"), look_first=True)
        return f"Withdrawn. {touched} It stays, with a note."
    await repeatable(desk.case, key, lambda: _take_out(desk, wishes, opportunity_id))
    archived = wishes.on_withdrawal is OnWithdrawal.ARCHIVE
    return "Withdrawn; its lead was archived." if archived else "Withdrawn; its lead was tagged."


async def _is_perhaps_done(case: Case, key: str) -> bool:
    async with current_parts().database.transaction() as session:
        before = await Effects(session).known(case.connection_id, key)
    return before is not None and before.state is not EffectState.REFUSED


async def _take_out(desk: Desk, wishes: Wishes, opportunity_id: str) -> str:
    if wishes.on_withdrawal is OnWithdrawal.ARCHIVE:
        await desk.lever.archive(opportunity_id, wishes.withdrawal_reason, desk.perform_as)
    else:
        await desk.lever.add_tags(opportunity_id, [wishes.withdrawal_tag], desk.perform_as)
    return opportunity_id
