"""The candidate locker: the self-reference survey, and naming references (crosschq.md 1.7)."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.crosschq.organization import Organization
from sandbox.crosschq.pages import page
from sandbox.crosschq.people import Person, Reference
from sandbox.crosschq.questions import read_answers
from sandbox.crosschq.reference_request import NotAllowed, ReferenceRequest
from sandbox.crosschq.validation import is_email

FIELDS = ("first_name", "last_name", "email", "mobile_phone")


def routes(organization: Organization) -> list[BaseRoute]:
    """`/candidate/{token}` and its two forms."""
    pages = _Candidate(organization)
    return [
        Route("/candidate/{token}", pages.show),
        Route("/candidate/{token}/self-reference", pages.self_reference, methods=["POST"]),
        Route("/candidate/{token}/references", pages.references, methods=["POST"]),
    ]


class _Candidate:
    def __init__(self, organization: Organization) -> None:
        self.organization = organization

    async def show(self, request: Request) -> Response:
        found = self._find(request)
        self.organization.open(found)
        return page("candidate.html", request=found)

    async def self_reference(self, request: Request) -> Response:
        found = self._find(request)
        self.organization.answer_self_reference(found, read_answers(await request.form()))
        return RedirectResponse(f"/candidate/{found.candidate_token}", 303)

    async def references(self, request: Request) -> Response:
        found = self._find(request)
        self.organization.add_references(found, read_references(await request.form()))
        return RedirectResponse(f"/candidate/{found.candidate_token}", 303)

    def _find(self, request: Request) -> ReferenceRequest:
        try:
            return self.organization.for_candidate(request.path_params["token"])
        except KeyError:
            raise HTTPException(404) from None


def read_references(form: FormData) -> list[Reference]:
    """The people in the form's rows; empty rows are skipped. Raises NotAllowed for a row filled by half."""
    columns = [[str(value).strip() for value in form.getlist(name)] for name in ("relationship", *FIELDS)]
    references = []
    for relationship, first_name, last_name, email, mobile_phone in zip(*columns, strict=False):
        if not any((first_name, last_name, email, mobile_phone)):
            continue
        if not (first_name and last_name):
            raise NotAllowed("Please give first and last name of each reference.")
        if not is_email(email):
            raise NotAllowed(f"Please give a valid e-mail address for {first_name} {last_name}.")
        references.append(Reference(Person(first_name, last_name, email, mobile_phone or None), relationship))
    return references
