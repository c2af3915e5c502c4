"""What a reference request looks like from outside: the GET answer and the webhook body.

crosschq.md 1.3 and 1.6, with the naming trap kept: `job_position` in GET, `job_role` in webhooks; and
`created_at` beside `updated_on`. `hiring_status` and `hired_on` are ours, inferred. Pure.
"""

from datetime import UTC, datetime
from typing import Any

from sandbox.crosschq.reference_request import ReferenceRequest


def stamp(at: datetime) -> str:
    """RFC 3339 in whole seconds with Z, as in the contract's example."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def get_answer(request: ReferenceRequest, report_base: str) -> dict[str, Any]:
    """The answer of `GET /partners/reference-request/{id}/`."""
    return {"job_position": request.order.job_position, **_common(request, report_base)}


def webhook_body(request: ReferenceRequest, report_base: str) -> dict[str, Any]:
    """The body of a webhook: the whole request as it is now, no event type."""
    return {"job_role": request.order.jobrole, **_common(request, report_base)}


def report_urls(request: ReferenceRequest, report_base: str) -> dict[str, str | None]:
    """The three links, null until the report is ready."""
    if not request.has_report:
        return {"report_url": None, "report_summary_pdf": None, "report_full_pdf": None}
    url = f"{report_base}/reports/{request.id}"
    return {
        "report_url": url,
        "report_summary_pdf": f"{url}/summary.pdf",
        "report_full_pdf": f"{url}/full.pdf",
    }


def _common(request: ReferenceRequest, report_base: str) -> dict[str, Any]:
    return {
        "id": request.id,
        "candidate": request.order.candidate.as_json(),
        "status": request.status.value,
        "status_updated_on": stamp(request.status_updated_on),
        "progress": request.progress,
        "references": [reference.as_json() for reference in request.references],
        **report_urls(request, report_base),
        **request.outcome.as_json(),
        "created_at": stamp(request.created_at),
        "updated_on": stamp(request.updated_on),
    }
