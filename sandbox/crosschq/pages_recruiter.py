"""The recruiter's pages: the dashboard, one request with conclude and cancel."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.crosschq.organization import Organization
from sandbox.crosschq.pages import page
from sandbox.crosschq.reference_request import ReferenceRequest

SHOWN = 100


def routes(organization: Organization) -> list[BaseRoute]:
    """`/` and `/requests/{id}`."""
    pages = _Recruiter(organization)
    return [
        Route("/", pages.dashboard),
        Route("/requests/{id}", pages.show),
        Route("/requests/{id}/conclude", pages.conclude, methods=["POST"]),
        Route("/requests/{id}/cancel", pages.cancel, methods=["POST"]),
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
        return page("request.html", request=found, survey=survey)

    async def conclude(self, request: Request) -> Response:
        found = self._find(request)
        self.organization.conclude(found)
        return RedirectResponse(f"/requests/{found.id}", 303)

    async def cancel(self, request: Request) -> Response:
        found = self._find(request)
        self.organization.cancel(found)
        return RedirectResponse(f"/requests/{found.id}", 303)

    def _find(self, request: Request) -> ReferenceRequest:
        found = self.organization.requests.get(request.path_params["id"])
        if found is None:
            raise HTTPException(404)
        return found
