"""Asks Crosschq for references, reads how far they are, fetches the report."""

from dataclasses import dataclass

from crosschq.models import ReferenceRequest
from crosschq.new_request import Candidate, HiringManager, NewReferenceRequest
from hiring.candidacy import Person
from hiring.decisions import Send
from hiring.names import split_name
from hiring.progress import Progress, Stage
from outbound.download import LinkRefused, fetch_pdf
from outbound.links import check_link
from tasks.case import Case, connection_of, crosschq_of
from tasks.effects import once
from tasks.step import step
from wiring import current_parts


@step
async def send_request(case: Case, request_id: int, order: Send) -> str:
    """Crosschq's id of the request. Crosschq cannot be asked whether it has one: StaysUnknown after a time-out."""
    async with crosschq_of(case) as crosschq:

        async def act() -> str:
            return await crosschq.request_references(_new_request(order))

        return await once(case, creation_key(request_id), act)


def creation_key(request_id: int) -> str:
    """The key of the effect that makes our request in Crosschq."""
    return f"crosschq-request/{request_id}"


@step
async def read_request(case: Case, crosschq_id: str) -> ReferenceRequest:
    async with crosschq_of(case) as crosschq:
        return await crosschq.reference_request(crosschq_id)


@dataclass(frozen=True)
class Report:
    """What of a finished report may be shown; the problems say, for people, why something is missing."""

    url: str | None
    pdf: bytes | None
    link_problem: str | None
    file_problem: str | None


@step
async def fetch_report(case: Case, news: ReferenceRequest) -> Report:
    """Links from a vendor's answer are only used when they lead to the connection's trusted origins."""
    trusted = frozenset((await connection_of(case)).trusted_origins)
    url, pdf, link_problem, file_problem = news.report_url, None, None, None
    try:
        check_link(news.report_url or "", trusted)
    except LinkRefused as error:
        url, link_problem = None, str(error)
    pdf_url = news.report_full_pdf or news.report_summary_pdf
    try:
        pdf = await fetch_pdf(current_parts().web, pdf_url, trusted) if pdf_url else None
        file_problem = None if pdf_url else "Crosschq gave none."
    except LinkRefused as error:
        file_problem = str(error)
    return Report(url, pdf, link_problem, file_problem)


def progress_of(news: ReferenceRequest) -> Progress:
    """Crosschq's state of a request in our words."""
    stage = (
        Stage.COMPLETE
        if news.is_complete
        else Stage.ENDED
        if news.is_over_without_report
        else Stage.UNDER_WAY
    )
    return Progress(stage, news.answered, news.asked, news.updated_on)


def _new_request(order: Send) -> NewReferenceRequest:
    return NewReferenceRequest(
        candidate=Candidate(
            first_name=order.first_name,
            last_name=order.last_name,
            email=order.email,
            mobile_phone=order.phone,
        ),
        survey=order.template.survey,
        counts=order.template.counts,
        requestor=order.requestor.email,
        job_position=order.job_position,
        hiring_manager=_hiring_manager(order.hiring_manager) if order.hiring_manager else None,
        use_sms=order.phone is not None,
    )


def _hiring_manager(person: Person) -> HiringManager:
    first_name, last_name = split_name(person.name)
    return HiringManager(first_name=first_name, last_name=last_name, email=person.email or "")
