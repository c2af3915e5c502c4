"""A reference's pages: answer or decline, then become a prospect or not (crosschq.md 1.7 and 4)."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.crosschq.organization import Organization
from sandbox.crosschq.pages import page
from sandbox.crosschq.people import Reference
from sandbox.crosschq.questions import COMMENT_LIMIT, read_answers
from sandbox.crosschq.reference_request import ReferenceRequest


def routes(organization: Organization) -> list[BaseRoute]:
    """`/reference/{token}` and its three forms."""
    pages = _Reference(organization)
    return [
        Route("/reference/{token}", pages.show),
        Route("/reference/{token}/answer", pages.answer, methods=["POST"]),
        Route("/reference/{token}/decline", pages.decline, methods=["POST"]),
        Route("/reference/{token}/opt-in", pages.opt_in, methods=["POST"]),
    ]


class _Reference:
    def __init__(self, organization: Organization) -> None:
        self.organization = organization

    async def show(self, request: Request) -> Response:
        found, reference = self._find(request)
        asked = self.organization.may_opt_in(found, reference)
        return page("reference.html", request=found, reference=reference, may_opt_in=asked)

    async def answer(self, request: Request) -> Response:
        found, reference = self._find(request)
        self.organization.answer(found, reference, read_answers(await request.form()))
        return _back(reference)

    async def decline(self, request: Request) -> Response:
        found, reference = self._find(request)
        reason = str((await request.form()).get("reason", "")).strip()[:COMMENT_LIMIT]
        self.organization.decline(found, reference, reason)
        return _back(reference)

    async def opt_in(self, request: Request) -> Response:
        found, reference = self._find(request)
        self.organization.opt_in(found, reference)
        return _back(reference)

    def _find(self, request: Request) -> tuple[ReferenceRequest, Reference]:
        try:
            return self.organization.for_reference(request.path_params["token"])
        except KeyError:
            raise HTTPException(404) from None


def _back(reference: Reference) -> Response:
    return RedirectResponse(f"/reference/{reference.token}", 303)
