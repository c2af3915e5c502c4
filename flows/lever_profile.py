"""How Crosschq's story is shown on a candidate's Lever profile: status tag, notes, link and PDF. Decides nothing."""

from collections.abc import Sequence

from prefect.artifacts import acreate_link_artifact

from crosschq.models import ReferenceRequest
from hiring import notes, status_tags
from hiring.candidacy import Candidacy
from hiring.progress import Progress
from outbound.errors import AccessDenied
from tasks.case import Case
from tasks.crosschq_steps import fetch_report
from tasks.lever_writes import add_note, add_report_file, add_report_link, add_status_tag, remove_status_tags
from tasks.outcome import Outcome


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


async def explain(case: Case, opportunity_id: str, tags: Sequence[str], problem: str) -> Outcome:
    """Says on the opportunity why no request went out, and what the recruiter can do."""
    try:
        await show_status(case, opportunity_id, tags, status_tags.NOT_SENT)
        await add_note(case, opportunity_id, notes.not_sent(problem), f"delivery-{case.attempt.delivery_id}")
    except AccessDenied:
        return Outcome.done("NotSent", f"Not sent: {problem} Lever refused the tag and note as well.")
    return Outcome.done("NotSent", f"Not sent: {problem}")


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
    case: Case, candidacy: Candidacy, request_id: int, news: ReferenceRequest, progress: Progress
) -> None:
    """Link on the profile, PDF on the opportunity, summary as a note."""
    report = await fetch_report(case, news)
    if report.url:
        await add_report_link(case, candidacy, report.url)
    if report.pdf:
        await add_report_file(case, candidacy.opportunity_id, f"crosschq-report-{news.id}.pdf", report.pdf)
    text = notes.complete(progress, report.link_problem, report.file_problem)
    await add_note(case, candidacy.opportunity_id, text, f"request-{request_id}-complete")
