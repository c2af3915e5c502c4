"""How Crosschq's story is shown on a candidate's Lever profile: status tag, notes, link and PDF. Decides nothing."""

from collections.abc import Sequence
from datetime import datetime

from prefect.artifacts import acreate_link_artifact

from crosschq.models import ReferenceRequest
from hiring import notes, status_tags
from hiring.candidacy import Candidacy
from hiring.progress import Progress
from hiring.traces import report_file
from outbound.errors import AccessDenied, VendorError
from store.due import MOVE_EVENT, SNAPSHOT_EVENT
from store.effect_keys import report_note_mark
from store.tombstones import DELETED_EVENT
from tasks.case import Case
from tasks.effects import StaysUnknown, Superseded
from tasks.lever_writes import add_note, add_report_file, add_report_link, add_status_tag, remove_status_tags
from tasks.outcome import Outcome
from tasks.report_steps import fetch_report_pdf, report_link
from wiring import current_parts


async def link_run_to(candidacy: Candidacy) -> None:
    """Lets ops jump from the run to the profile; never to the report, which may open without a sign-in."""
    if candidacy.profile_url:
        await acreate_link_artifact(candidacy.profile_url, "Profile in Lever", key="lever-profile")


async def show_status(case: Case, opportunity_id: str, tags: Sequence[str], tag: str) -> None:
    """`tags` are those on the opportunity now: the new status comes first, so that there is never none."""
    if tag not in tags:
        await add_status_tag(case, opportunity_id, tag)
    if outdated := status_tags.outdated(tags, tag):
        await remove_status_tags(case, opportunity_id, outdated)


async def explain(
    case: Case,
    opportunity_id: str,
    tags: Sequence[str],
    problem: str,
    words: str | None = None,
    moved_at: datetime | None = None,
) -> Outcome:
    """Says on the opportunity why no request went out, and what the recruiter can do.

    `words` are the inbox's, where the problem quotes what may name people. `moved_at`: when it came into its stage.
    """
    is_shown = status_tags.NOT_SENT in tags
    try:
        await show_status(case, opportunity_id, tags, status_tags.NOT_SENT)
        mark = notes.move_mark(case.happened_at, moved_at)
        await add_note(case, opportunity_id, notes.not_sent(problem), mark, look_first=is_shown)
    except AccessDenied:
        return Outcome.done(
            "NotSent", f"Not sent: {words or problem} Lever refused the tag and note as well."
        )
    return Outcome.done("NotSent", f"Not sent: {words or problem}")


async def tell_given_up(case: Case) -> None:
    """Says on the opportunity that its matter was given up; where Lever is what failed, only the inbox says it."""
    if case.opportunity_id is None or (text := _given_up(case)) is None:
        return
    mark = f"delivery-{case.attempt.delivery_id}-given-up"
    try:
        await add_note(case, case.opportunity_id, text, mark)
        if case.event == MOVE_EVENT:
            await add_status_tag(case, case.opportunity_id, status_tags.NOT_SENT)
    except (VendorError, Superseded):
        return


def _given_up(case: Case) -> str | None:
    match case.event:
        case event if event == MOVE_EVENT:
            return notes.request_given_up()
        case event if event == SNAPSHOT_EVENT:
            return notes.news_given_up()
        case event if event == DELETED_EVENT:
            # Nothing is to be written about somebody who is to be forgotten.
            return None
        case _:
            return notes.outcome_given_up()


async def explain_unconfirmed(case: Case, candidacy: Candidacy, request_id: int) -> Outcome:
    """Crosschq never answered: says so, and that nothing is sent twice."""
    await show_status(case, candidacy.opportunity_id, candidacy.tags, status_tags.UNCONFIRMED)
    await add_note(case, candidacy.opportunity_id, notes.unconfirmed(), f"request-{request_id}-unconfirmed")
    return Outcome.done(
        "Unconfirmed",
        f"Unknown whether Crosschq has request {request_id}: it is adopted with Crosschq's first webhook about it, or "
        "a person looks.",
    )


async def deliver_report(
    case: Case,
    candidacy: Candidacy,
    request_id: int,
    news: ReferenceRequest,
    progress: Progress,
    *,
    look_first: bool,
) -> str:
    """Link on the profile, PDF on the opportunity, summary as a note; returns what ops should know of the note.

    `look_first`: they may be there already, without our knowing.
    """
    link = await report_link(case, news)
    if link.link:
        await add_report_link(case, candidacy, link.link)
    file = await fetch_report_pdf(case, news)
    if file.pdf:
        name = report_file(news.id)
        await add_report_file(case, candidacy.opportunity_id, name, file.pdf, look_first=look_first)
    text = notes.complete(progress, link.problem, file.problem)
    mark, secret = report_note_mark(request_id), current_parts().settings.report_notes == "secret"
    try:
        await add_note(
            case,
            candidacy.opportunity_id,
            text,
            mark,
            news.id,
            secret=secret,
            look_first=look_first,
            is_shown=progress.tag in candidacy.tags,
        )
    except StaysUnknown:
        return (
            " Whether the note with the report was written is unknown: it is secret, and this API key has not been "
            "seen to read secret notes. It is not written again; look on the profile."
        )
    except AccessDenied:
        if not secret:
            raise
        text, mark = notes.complete_without_summary(), f"{mark}-open"
        await add_note(case, candidacy.opportunity_id, text, mark, news.id, look_first=look_first)
        return " Lever refused the secret note with the report; an open one without what references said is there."
    return ""
