"""Requests that a profile in Lever tells of and our rows do not know: a backup was restored, or another installation
sent them. They are adopted where a note or a file names them and Crosschq knows them.
"""

from contextlib import suppress
from datetime import datetime

from crosschq.models import ReferenceRequest as News
from hiring import status_tags
from hiring.candidacy import Candidacy
from hiring.decisions import Unexplained
from hiring.traces import Trace, unknown_traces
from outbound.errors import AccessDenied, NotFound
from store.requests import NewRequest, Requests
from store.tables import ReferenceRequest
from tasks.begun_requests import release
from tasks.case import Case
from tasks.crosschq_steps import progress_of, read_request
from tasks.lever_reads import read_profiles_of, read_traces
from tasks.request_records import remember_progress
from wiring import current_parts

MOST_READ = 5
"""So many of the requests that a profile names are looked up in Crosschq, the newest first."""
_NOT_KNOWN = "not known"
"""In the place of a template's name."""


async def adopt_lost_request(case: Case, candidacy: Candidacy) -> datetime | None:
    """Make the newest request that the profile names, and that is ours, one of our rows.

    Returns when the newest note was written of one that could not be adopted; None without one.
    """
    traces = await _unknown(case, candidacy, await read_traces(case, candidacy.opportunity_id))
    named = dict.fromkeys(trace.crosschq_id for trace in traces if trace.crosschq_id)
    for crosschq_id in list(named)[:MOST_READ]:
        news = await _read(case, crosschq_id)
        if news is not None and await _adopt(case, candidacy, news):
            return None
    return max((one.left_at for one in traces if one.left_at and one.request_id is not None), default=None)


async def adopt_request_with_news(case: Case, news: News) -> ReferenceRequest | None:
    """Make a request of which Crosschq has news one of our rows where a profile in Lever names it; None: none does."""
    parts = current_parts()
    for candidacy in await read_profiles_of(case, news.candidate.email):
        if not status_tags.current(candidacy.tags):
            continue
        traces = await read_traces(case, candidacy.opportunity_id)
        if news.id not in {trace.crosschq_id for trace in traces}:
            continue
        await _end_earlier(case, candidacy)
        if not await _adopt(case, candidacy, news):
            continue
        async with parts.database.transaction() as session:
            return await Requests(session).by_crosschq_id(case.connection_id, news.id)
    return None


async def _end_earlier(case: Case, candidacy: Candidacy) -> None:
    """Nobody is asked again before the end of an earlier request was shown: only our row of it is older."""
    async with current_parts().database.transaction() as session:
        earlier = await Requests(session).latest(case.connection_id, candidacy.opportunity_id)
    if earlier is None or earlier.crosschq_id is None or earlier.ended_at:
        return
    if news := await _read(case, earlier.crosschq_id):
        await remember_progress(earlier.id, progress_of(news))


async def note_unexplained(case: Case, candidacy: Candidacy, found: Unexplained) -> int | None:
    """The number of the request that a person must look for; None: another run has just reserved one."""
    await release(case, candidacy.opportunity_id)
    new = _new(case, candidacy, found.email, found.job_position)
    problem = (
        f"The profile's tag '{found.tag}' says that the candidate was asked, and this request was not known."
    )
    async with current_parts().database.transaction() as session:
        requests = Requests(session)
        added = await requests.add_found(new, found.tag, problem)
        latest = added or await requests.latest(case.connection_id, candidacy.opportunity_id)
    return latest.id if latest and latest.found_tag else None


async def _unknown(case: Case, candidacy: Candidacy, traces: tuple[Trace, ...]) -> list[Trace]:
    async with current_parts().database.transaction() as session:
        known = await Requests(session).of_opportunity(case.connection_id, candidacy.opportunity_id)
    return unknown_traces(
        traces, [one.id for one in known], [one.crosschq_id for one in known if one.crosschq_id]
    )


async def _read(case: Case, crosschq_id: str) -> News | None:
    # Another organization's, or deleted.
    with suppress(NotFound, AccessDenied):
        return await read_request(case, crosschq_id)
    return None


async def _adopt(case: Case, candidacy: Candidacy, news: News) -> bool:
    """False where it is about somebody else: whoever writes notes in Lever could name any request."""
    parts = current_parts()
    if not {*parts.vault.blind_indexes(news.candidate.email)} & {
        *map(parts.vault.blind_index, candidacy.emails)
    }:
        return False
    await release(case, candidacy.opportunity_id)
    new = _new(case, candidacy, news.candidate.email, news.job)
    async with parts.database.transaction() as session:
        requests = Requests(session)
        if await requests.by_crosschq_id(case.connection_id, news.id) is not None:
            return False
        return await requests.adopt(new, news.id, news.created_at or parts.now()) is not None


def _new(case: Case, candidacy: Candidacy, email: str, job_position: str) -> NewRequest:
    return NewRequest(
        connection_id=case.connection_id,
        delivery_id=case.attempt.delivery_id,
        opportunity_id=candidacy.opportunity_id,
        contact_id=candidacy.contact_id,
        template=_NOT_KNOWN,
        job_position=job_position,
        candidate_index=current_parts().vault.blind_index(email),
    )
