"""Archived while a reference request is open: nobody should be asked any more about somebody who is out."""

from flows.lever_profile import show_status
from hiring import notes, status_tags
from hiring.candidacy import Candidacy
from tasks.case import Case
from tasks.lever_writes import add_note
from tasks.open_requests import OpenRequest, cancel_in_crosschq, open_requests, remember_withdrawn


async def withdraw_open_requests(case: Case, candidacy: Candidacy) -> None:
    """Cancels them in Crosschq, or says on the opportunity that a person has to."""
    for request in await open_requests(case, candidacy.opportunity_id):
        await _withdraw(case, candidacy, request)


async def _withdraw(case: Case, candidacy: Candidacy, request: OpenRequest) -> None:
    opportunity_id = candidacy.opportunity_id
    # The profile shows what our rows do not say: they are older, and nothing is done twice.
    is_shown = status_tags.ENDED in candidacy.tags
    if await cancel_in_crosschq(case, request, look_first=is_shown):
        await show_status(case, opportunity_id, candidacy.tags, status_tags.ENDED)
        mark = f"request-{request.id}-withdrawn"
        await add_note(
            case, opportunity_id, notes.withdrawn(), mark, request.crosschq_id, look_first=is_shown
        )
        await remember_withdrawn(request)
    else:
        mark = f"request-{request.id}-not-withdrawn"
        await add_note(case, opportunity_id, notes.not_withdrawn(), mark, look_first=True)
