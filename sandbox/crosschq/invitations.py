"""The mails Crosschq writes: to the candidate, to each reference, to the requestor. Composes only; pure."""

from email.message import EmailMessage
from html import escape

from sandbox.crosschq.people import Reference
from sandbox.crosschq.reference_request import ReferenceRequest

SENDER = "Crosschq sandbox <no-reply@crosschq.test>"


def to_candidate(request: ReferenceRequest, base_url: str) -> EmailMessage:
    """The request itself, with the recruiter's own words."""
    order = request.order
    lines = [
        f"Hello {order.candidate.first_name},",
        f"{order.requestor} asks you for references for the position {order.job_position or 'you applied for'}.",
        f"You will answer a short survey about yourself and name {request.demanded_count} people.",
        order.candidate_message,
    ]
    url = f"{base_url}/candidate/{request.candidate_token}"
    return _compose(order.candidate.email, "Your reference request", lines, url, "Open your request")


def to_reference(request: ReferenceRequest, reference: Reference, base_url: str) -> EmailMessage:
    """The invitation to answer about the candidate."""
    candidate = request.order.candidate.name
    lines = [
        f"Hello {reference.person.first_name},",
        f"{candidate} named you as a reference. Five questions, five minutes; you may also decline.",
    ]
    url = f"{base_url}/reference/{reference.token}"
    return _compose(reference.person.email, f"A reference for {candidate}", lines, url, "Give a reference")


def report_ready(request: ReferenceRequest, report_url: str) -> EmailMessage:
    """What `send_completed_notification` asks for."""
    candidate = request.order.candidate.name
    lines = [f"The reference report about {candidate} is ready."]
    return _compose(
        request.order.requestor, f"Report ready: {candidate}", lines, report_url, "Read the report"
    )


def _compose(to: str, subject: str, lines: list[str], url: str, call: str) -> EmailMessage:
    said = [line for line in lines if line]
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, to, subject
    message.set_content("\n\n".join([*said, f"{call}: {url}"]) + "\n")
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in said)
    link = f'<p><a href="{escape(url)}">{escape(call)}</a></p>'
    message.add_alternative(f"<html><body>{paragraphs}{link}</body></html>", subtype="html")
    return message
