"""Stage change -> reference request -> status -> report on the Lever profile: the story a recruiter would tell."""

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State

from crosschq.models import ReferenceRequest as News
from flows.casework import give_back, set_aside, work_on
from flows.lever_profile import deliver_report, explain, explain_unconfirmed, link_run_to, show_status
from hiring import in_shadow, notes, status_tags
from hiring.candidacy import Candidacy
from hiring.decisions import (
    CannotSend,
    Decision,
    Ignore,
    Mention,
    Send,
    Unexplained,
    decide,
    may_be_lost,
)
from hiring.notes import move_mark
from hiring.progress import Progress, Stage
from outbound.errors import AccessDenied, CredentialsRefused, NotFound, Refused
from tasks.begun_requests import Begun, begun_request, release
from tasks.case import Case
from tasks.crosschq_steps import progress_of, read_request, send_request
from tasks.deleted_opportunities import GONE, ProfileMissing, may_come_back, note_missing
from tasks.effects import StaysUnknown
from tasks.lever_reads import read_candidacy, read_profile
from tasks.lever_writes import add_note
from tasks.lost_requests import adopt_lost_request, adopt_request_with_news, note_unexplained
from tasks.outcome import Outcome
from tasks.outcome_records import pass_on_outcome
from tasks.request_records import (
    policy_of,
    previous_request,
    remember_failed,
    remember_progress,
    remember_sent,
    remember_unknown,
    request_behind,
    reserve,
)
from tasks.shadow import is_in_shadow
from wiring import current_parts


@flow(
    name="reference-request",
    persist_result=False,
    on_failure=[give_back],
    on_crashed=[give_back],
    on_cancellation=[set_aside],
)
async def reference_request(delivery_id: int, attempt: int) -> State[None]:
    """Asks for a candidate's references when a recruiter moves them, and brings Crosschq's news back to Lever.

    Parameters are opaque ids: a delivery of the inbox, and which attempt at it this run is.
    """
    return await work_on(delivery_id, attempt, _tell)


async def _tell(case: Case) -> Outcome:
    return await bring_news(case) if case.is_crosschq_news else await ask_for_references(case)


async def ask_for_references(case: Case) -> Outcome:
    """A recruiter has moved a candidate: read what Lever says now, decide, and act on the decision."""
    opportunity_id = case.subject_id
    try:
        candidacy = await read_candidacy(case, opportunity_id)
    except NotFound:
        if await may_come_back(case):
            raise ProfileMissing(GONE) from None
        return Outcome.ignored("the opportunity does not exist in Lever any more.")
    except AccessDenied:
        if await is_in_shadow(case):
            return Outcome.only_said(in_shadow.cannot_send(notes.NO_ACCESS), after_shadow=False)
        return await explain(case, opportunity_id, (), notes.NO_ACCESS)
    try:
        return await _act_on(case, candidacy)
    finally:
        # Last, so that nobody's request waits for the link.
        await link_run_to(candidacy)


async def _act_on(case: Case, candidacy: Candidacy) -> Outcome:
    opportunity_id, only_says = candidacy.opportunity_id, await is_in_shadow(case)
    if begun := await begun_request(case, opportunity_id):
        return Outcome.only_said(in_shadow.BEGUN) if only_says else await _finish(case, candidacy, begun)
    decision = await _decide(case, candidacy, may_adopt=not only_says)
    get_run_logger().info("Decided: %s.", type(decision).__name__)
    if only_says or not isinstance(decision, Send):
        await release(case, opportunity_id)
    if only_says and not isinstance(decision, Ignore):
        return Outcome.only_said(in_shadow.move(decision, candidacy), after_shadow=False)
    match decision:
        case Ignore(reason):
            return Outcome.ignored(reason)
        case Mention(text):
            mark = move_mark(case.happened_at, candidacy.stage_since)
            await add_note(case, opportunity_id, text, mark, look_first=True)
            return Outcome.done("NotedOnly", text)
        case Unexplained():
            return await _ask_a_person(case, candidacy, decision)
        case CannotSend(problem):
            return await explain(
                case, opportunity_id, candidacy.tags, problem, moved_at=candidacy.stage_since
            )
        case Send():
            return await _send(case, candidacy, decision)


async def _decide(case: Case, candidacy: Candidacy, *, may_adopt: bool) -> Decision:
    """Read the profile's notes only where they may name a request that we do not know."""
    previous = await previous_request(case, candidacy.opportunity_id)
    policy, now = await policy_of(case), current_parts().now()
    decision = decide(candidacy, policy, previous, case.happened_at, now)
    if not may_adopt or not may_be_lost(decision, candidacy, previous):
        return decision
    asked_at = await adopt_lost_request(case, candidacy)
    previous = await previous_request(case, candidacy.opportunity_id)
    return decide(candidacy, policy, previous, case.happened_at, now, asked_at)


async def _ask_a_person(case: Case, candidacy: Candidacy, found: Unexplained) -> Outcome:
    """Whoever was asked before is not asked again: a person looks, or Crosschq tells of the request."""
    request_id = await note_unexplained(case, candidacy, found)
    if request_id is None:
        return Outcome.ignored("another run has just made a reference request for this opportunity.")
    mark = move_mark(case.happened_at, candidacy.stage_since)
    await add_note(case, candidacy.opportunity_id, notes.unexplained(found.tag), mark, look_first=True)
    return Outcome.done(
        "Unconfirmed",
        f"Needs a person: nothing was sent, as the profile has the tag '{found.tag}' and the request behind it is not "
        f"known. Look in Crosschq, then settle request {request_id} under Requests and follow-ups, or with "
        f"`crosschq-lever resolve request {request_id}`.",
    )


async def _send(case: Case, candidacy: Candidacy, order: Send) -> Outcome:
    opportunity_id = candidacy.opportunity_id
    request_id = await reserve(case, candidacy, order)
    if request_id is None:
        return Outcome.ignored("a reference request was already made for this move.")
    try:
        crosschq_id = await send_request(case, request_id, order)
    except StaysUnknown:
        await remember_unknown(request_id)
        return await explain_unconfirmed(case, candidacy, request_id)
    except CredentialsRefused:
        # Says nothing of this request: the connection is paused, and it is sent when the key is replaced.
        raise
    except Refused as error:
        await remember_failed(request_id, str(error))
        problem = notes.refused_by_crosschq(error.reason)
        words = "Crosschq refused it; its reason is in the note."
        return await explain(case, opportunity_id, candidacy.tags, problem, words, candidacy.stage_since)
    await remember_sent(request_id, crosschq_id)
    await show_status(case, opportunity_id, candidacy.tags, status_tags.SENT)
    await add_note(case, opportunity_id, notes.sent(order), f"request-{request_id}-sent", crosschq_id)
    return Outcome.done("RequestSent", f"Reference request {request_id} sent.")


async def _finish(case: Case, candidacy: Candidacy, begun: Begun) -> Outcome:
    """An earlier attempt was cut off when Crosschq may have had the request: tell what is known, ask nothing twice."""
    if begun.crosschq_id is None:
        await remember_unknown(begun.request_id)
        return await explain_unconfirmed(case, candidacy, begun.request_id)
    await remember_sent(begun.request_id, begun.crosschq_id)
    if not begun.has_news:
        await show_status(case, candidacy.opportunity_id, candidacy.tags, status_tags.SENT)
    note = notes.sent_before(begun.template)
    mark = f"request-{begun.request_id}-sent"
    await add_note(case, candidacy.opportunity_id, note, mark, begun.crosschq_id)
    return Outcome.done(
        "RequestSent", f"Reference request {begun.request_id} was sent by an earlier attempt."
    )


async def bring_news(case: Case) -> Outcome:
    """Crosschq has news of a request: read it there by id, then show it on the Lever profile."""
    try:
        news = await read_request(case, case.subject_id)
    except NotFound:
        return Outcome.ignored("Crosschq does not know this request.")
    request = await request_behind(case, news)
    if request is None and not await is_in_shadow(case):
        request = await adopt_request_with_news(case, news)
    if request is None:
        return Outcome.ignored("this request was not started from Lever by this connection.")
    progress = progress_of(news)
    if progress.is_older_than(request.crosschq_updated_on):
        return Outcome.ignored("Lever shows a newer state of this request already.")
    if await pass_on_outcome(case, request, news) and request.ended_at:
        return Outcome.done(
            "OutcomePassedOn", "Crosschq says how it ended; the opportunity's own run shows it."
        )
    if request.ended_at:
        return Outcome.ignored("Lever shows this state of the request already.")
    candidacy = await _profile(case, request.opportunity_id)
    if await is_in_shadow(case):
        return Outcome.only_said(in_shadow.news(progress, has_profile=candidacy is not None))
    if candidacy is None:
        await note_missing(case, request.opportunity_id)
        raise ProfileMissing(GONE)
    return await _show_news(case, candidacy, request.id, news, progress)


async def _profile(case: Case, opportunity_id: str) -> Candidacy | None:
    """None: it is gone from Lever."""
    try:
        candidacy = await read_profile(case, opportunity_id)
    except NotFound:
        return None
    await link_run_to(candidacy)
    return candidacy


async def _show_news(
    case: Case, candidacy: Candidacy, request_id: int, news: News, progress: Progress
) -> Outcome:
    # After a backup was restored the profile shows what our row does not say, and that is not written again.
    may_be_shown, remark = case.is_found_by_asking or progress.tag in candidacy.tags, ""
    if progress.stage is Stage.COMPLETE:
        remark = await deliver_report(case, candidacy, request_id, news, progress, look_first=may_be_shown)
    elif progress.stage is Stage.ENDED:
        mark = f"request-{request_id}-ended"
        text = notes.ended(progress)
        await add_note(case, candidacy.opportunity_id, text, mark, news.id, look_first=may_be_shown)
    await show_status(case, candidacy.opportunity_id, candidacy.tags, progress.tag)
    await remember_progress(request_id, progress)
    return Outcome.done("NewsShown", f"Lever shows '{progress.tag}'.{remark}")
