"""The report: online page, summary PDF, full PDF. No sign-in, as crosschq.md 1.6 infers; may expire.

The report-kind knob makes the PDF links serve something else, to test what a client does then.
"""

from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from sandbox.crosschq.organization import Organization, ReportKind
from sandbox.crosschq.pages import message, page
from sandbox.crosschq.reference_request import ReferenceRequest
from sandbox.crosschq.report import Report

PDF = "application/pdf"
MIB = 1024 * 1024
HUGE_MIB = 31


def routes(organization: Organization) -> list[BaseRoute]:
    """`/reports/{id}` and its two files."""
    pages = _Reports(organization)
    return [
        Route("/reports/{id}", pages.show),
        Route("/reports/{id}/summary.pdf", pages.summary),
        Route("/reports/{id}/full.pdf", pages.full),
    ]


class _Reports:
    def __init__(self, organization: Organization) -> None:
        self.organization = organization

    async def show(self, request: Request) -> Response:
        found = self._find(request)
        if self._is_expired(found):
            return _expired()
        return page("report.html", report=self._report(found), id=found.id)

    async def summary(self, request: Request) -> Response:
        found = self._find(request)
        return self._file(request, found, self._report(found).summary_pdf())

    async def full(self, request: Request) -> Response:
        found = self._find(request)
        return self._file(request, found, self._report(found).full_pdf())

    def _file(self, request: Request, found: ReferenceRequest, pdf: bytes) -> Response:
        if self._is_expired(found):
            return _expired()
        match self.organization.report_kind:
            case ReportKind.HTML:
                return HTMLResponse("<!doctype html><title>Sign in</title><p>Please sign in to read this.")
            case ReportKind.DOWN:
                return Response(status_code=503)
            case ReportKind.HUGE:
                return StreamingResponse(_huge(pdf), media_type=PDF)
            case ReportKind.REDIRECT if "moved" not in request.query_params:
                return RedirectResponse(f"{request.url.path}?moved=1", 302)
            case _:
                return Response(pdf, media_type=PDF)

    def _report(self, found: ReferenceRequest) -> Report:
        return Report.from_request(found, self.organization.surveys[found.order.jobrole].name)

    def _is_expired(self, found: ReferenceRequest) -> bool:
        lifetime, ready_on = self.organization.options.report_expires_after, found.report_ready_on
        return (
            lifetime is not None
            and ready_on is not None
            and self.organization.options.clock() > ready_on + lifetime
        )

    def _find(self, request: Request) -> ReferenceRequest:
        found = self.organization.requests.get(request.path_params["id"])
        if found is None or not found.has_report:
            raise HTTPException(404)
        return found


def _expired() -> Response:
    return message("This link has expired", "Open the report from Crosschq again.", 410)


async def _huge(pdf: bytes) -> AsyncIterator[bytes]:
    """A PDF and then comment lines until it is 31 MiB; sent without a Content-Length, so it must be counted."""
    yield pdf
    for _ in range(HUGE_MIB):
        yield b"%" + b"-" * (MIB - 2) + b"\n"
