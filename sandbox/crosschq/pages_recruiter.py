"""The recruiter's pages: the dashboard, one request with conclude, cancel and what became of the candidate."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.crosschq.organization import Organization
from sandbox.crosschq.outcome_body import read_outcome
from sandbox.crosschq.pages import message, page
from sandbox.crosschq.reference_request import ReferenceRequest
from sandbox.crosschq.validation import Invalid

SHOWN = 100


def routes(organization: Organization) -> list[BaseRoute]:
    """`/` and `/requests/{id}`."""
    pages = _Recruiter(organization)
    return [
        Route("/", pages.dashboard),
        Route("/requests/{id}", pages.show),
        Route("/requests/{id}/conclude", pages.conclude, methods=["POST"]),
        Route("/requests/{id}/cancel", pages.cancel, methods=["POST"]),
        Route("/requests/{id}/outcome", pages.outcome, methods=["POST"]),
    ]


class _Recruiter:
    def __init__(self, organization: Organization) -> None:
        self.organization = organization

    async def dashboard(self, _: Request) -> Response:
        requests = list(self.organization.requests.values())
        return page("dashboard.html", requests=requests[: -SHOWN - 1 : -1], total=len(requests))

    async def show(self, request: Request) -> Response:
        found = self._find(request)
        survey = self.organization.surveys[found.order.jobrole]
        today = self.organization.options.clock().date().isoformat()
        return page("request.html", request=found, survey=survey, today=today)

    async def conclude(self, request: Request) -> Response:
        found = self._find(request)
        self.organization.conclude(found)
        return RedirectResponse(f"/requests/{found.id}", 303)

    async def cancel(self, request: Request) -> Response:
        found = self._find(request)
        self.organization.cancel(found)
        return RedirectResponse(f"/requests/{found.id}", 303)

    async def outcome(self, request: Request) -> Response:
        found = self._find(request)
        try:
            outcome = read_outcome(dict(await request.form()))
        except Invalid as invalid:
            wrong = " ".join(" ".join(each) for each in invalid.errors.values())
            return message("That did not work", wrong, 400)
        self.organization.set_outcome(found, outcome, "page")
        return RedirectResponse(f"/requests/{found.id}#outcome", 303)

    def _find(self, request: Request) -> ReferenceRequest:
        found = self.organization.requests.get(request.path_params["id"])
        if found is None:
            raise HTTPException(404)
        return found
