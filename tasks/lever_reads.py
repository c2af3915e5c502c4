"""Reads from Lever what a webhook only hinted at."""

from hiring.candidacy import Candidacy
from hiring.traces import Trace, tells_of_question, trace_in_note, trace_of_file
from lever.applied_posting import posting_of
from lever.by_email import by_email
from lever.candidacy import candidacy_of
from outbound.errors import AccessDenied
from tasks.case import Case, connection_of, lever_of
from tasks.step import step
from wiring import current_parts


@step
async def read_candidacy(case: Case, opportunity_id: str) -> Candidacy:
    """The opportunity with owner, stage and tags; with its posting where the stage is a trigger stage."""
    connection = await connection_of(case)
    lever = current_parts().kept_lever(connection)
    opportunity = await lever.opportunity(opportunity_id)
    matters = opportunity.stage_id in connection.trigger_stages
    posting = await posting_of(lever, opportunity) if matters else None
    return candidacy_of(opportunity, posting)


@step
async def read_traces(case: Case, opportunity_id: str) -> tuple[Trace, ...]:
    """What notes say of requests; files are asked only where no note names one in Crosschq."""
    async with lever_of(case) as (lever, _):
        try:
            told = [trace_in_note(note.value, note.created_at) async for note in lever.notes(opportunity_id)]
            notes = [trace for trace in told if trace]
            if any(trace.crosschq_id for trace in notes):
                return tuple(notes)
            seen = [trace_of_file(one.name, one.uploaded_at) async for one in lever.files(opportunity_id)]
            return (*notes, *(trace for trace in seen if trace))
        except AccessDenied:
            # The key may not read them: the status tag alone counts.
            return ()


@step
async def was_asked(case: Case, crosschq_id: str, mark: str | None) -> bool:
    """Whether a note says so that the question about this request went out; `mark`: at this step of it."""
    async with lever_of(case) as (lever, _):
        try:
            async for note in lever.notes(case.subject_id):
                if tells_of_question(note.value, crosschq_id, mark):
                    return True
        except AccessDenied:
            # The key may not read them: our own rows count alone.
            return False
    return False


@step
async def read_profile(case: Case, opportunity_id: str) -> Candidacy:
    """The opportunity without its posting, in one call: enough to show news on its profile."""
    async with lever_of(case) as (lever, _):
        return candidacy_of(await lever.opportunity(opportunity_id), None)


@step
async def read_profiles_of(case: Case, email: str) -> tuple[Candidacy, ...]:
    """All opportunities of people with this address, archived ones as well; none where the key may not look."""
    async with lever_of(case) as (lever, _):
        try:
            return tuple(candidacy_of(one, None) for one in (await by_email(lever, [email])).found)
        except AccessDenied:
            return ()
