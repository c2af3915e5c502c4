"""The finished report: may its link be shown, and its PDF. Links from a vendor's answer are used only where trusted."""

from dataclasses import dataclass
from datetime import timedelta

from crosschq.models import ReferenceRequest
from outbound.download import LinkRefused, NotYetAReport, fetch_pdf
from outbound.links import check_link
from tasks.case import Case, connection_of
from tasks.step import step
from wiring import current_parts

PDF_PATIENCE = timedelta(hours=1)
"""How long a host that gives no whole PDF may hold back the summary; then the report is shown without it."""


@dataclass(frozen=True)
class ReportPart:
    """`problem` says, for people, why there is no value."""

    link: str | None = None
    pdf: bytes | None = None
    problem: str | None = None


async def report_link(case: Case, news: ReferenceRequest) -> ReportPart:
    """The link to show on the profile."""
    link = news.report_url or ""
    try:
        check_link(link, await _trusted(case))
    except LinkRefused as error:
        return ReportPart(problem=error.reason)
    return ReportPart(link=link)


@step
async def fetch_report_pdf(case: Case, news: ReferenceRequest) -> ReportPart:
    """The PDF to attach. Raises NotYetAReport while its host may be waited for."""
    link = news.report_full_pdf or news.report_summary_pdf
    if link is None:
        return ReportPart(problem="Crosschq gave none.")
    parts = current_parts()
    try:
        return ReportPart(pdf=await fetch_pdf(parts.web, link, await _trusted(case)))
    except LinkRefused as error:
        return ReportPart(problem=error.reason)
    except NotYetAReport as error:
        if parts.now() < case.first_attempt_at + PDF_PATIENCE:
            raise
        return ReportPart(problem=f"for an hour its host {error.seen}. Open the link instead.")


async def _trusted(case: Case) -> frozenset[str]:
    return frozenset((await connection_of(case)).trusted_origins)
