"""The API of applications, and applying to a posting as a candidate does. See lever.md 7 and 8."""

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever.answers import data, listed_as_given, shown
from sandbox.lever.api_opportunities import OPPORTUNITY
from sandbox.lever.api_postings import posting_of
from sandbox.lever.asking import actor_of, body_of, lever_of, opportunity_of
from sandbox.lever.candidacy import Phone
from sandbox.lever.creation import NewOpportunity, create
from sandbox.lever.errors import bad_request, not_found
from sandbox.lever.paperwork import StoredFile
from sandbox.lever.record import Record
from sandbox.lever.shapes import application_shape

PERSONAL = [
    {"name": name, "text": text, "type": kind, "required": name in ("fullName", "email"), "value": None}
    for name, text, kind in (
        ("fullName", "Full name", "text"),
        ("email", "Email", "text"),
        ("currentCompany", "Current company", "text"),
        ("currentLocation", "Current location", "text"),
        ("phone", "Phone", "text"),
        ("resume", "Resume", "file-upload"),
        ("additionalInformation", "Additional information", "textarea"),
    )
]


class Answer(Record):
    """One answered question of the form."""

    name: str
    value: str | None = None


class Applying(Record):
    """Body of POST apply."""

    personal_information: list[Answer] = Field(default_factory=list)
    urls: list[Answer] = Field(default_factory=list)


async def list_applications(request: Request) -> Response:
    account, opportunity = lever_of(request).account, opportunity_of(request)
    application = opportunity.application
    rows = [application_shape(account, opportunity, application)] if application else []
    return listed_as_given(request, rows)


async def get_application(request: Request) -> Response:
    account, opportunity = lever_of(request).account, opportunity_of(request)
    wanted, application = request.path_params["application"], opportunity.application
    if application is None or application.id != wanted:
        raise not_found("applications", wanted)
    return shown(request, application_shape(account, opportunity, application))


async def get_form(request: Request) -> Response:
    posting = posting_of(request)
    return data(
        {
            "id": posting.id,
            "text": posting.text,
            "personalInformation": PERSONAL,
            "customQuestions": [],
            "eeoQuestions": None,
            "urls": [],
            "consentDisclosures": [],
        }
    )


async def apply(request: Request) -> Response:
    posting, given = posting_of(request), await body_of(request, Applying)
    answers = {answer.name: answer.value for answer in given.personal_information if answer.value}
    if "fullName" not in answers or "email" not in answers:
        raise bad_request("personalInformation must answer fullName and email")
    resume = _uploaded(request, answers.get("resume"))
    wanted = NewOpportunity(
        name=answers["fullName"],
        emails=[answers["email"]],
        phones=[Phone(value=answers["phone"])] if "phone" in answers else [],
        headline=answers.get("currentCompany", ""),
        location=answers.get("currentLocation", ""),
        links=[one.value for one in given.urls if one.value],
        stage="applicant-new",
        origin="applied",
        owner=posting.owner,
        postings=[posting.id],
    )
    opportunity = create(lever_of(request), wanted, actor_of(request)).opportunity
    assert opportunity.application is not None  # noqa: S101 - created on a posting
    opportunity.application.type = "posting"
    opportunity.application.comments = answers.get("additionalInformation")
    lever_of(request).account.resumes[opportunity.id].extend([resume] if resume else [])
    return data({"applicationId": opportunity.application.id}, 201)


def _uploaded(request: Request, uri: str | None) -> StoredFile | None:
    """What POST /uploads took. LeverError 400 for what it did not."""
    uploads = lever_of(request).account.uploads
    if uri is not None and uri not in uploads:
        raise bad_request("resume must be the uri of an upload")
    return uploads[uri] if uri else None


routes: list[BaseRoute] = [
    Route(f"{OPPORTUNITY}/applications", list_applications, methods=["GET"]),
    Route(f"{OPPORTUNITY}/applications/{{application}}", get_application, methods=["GET"]),
    Route("/v1/postings/{id}/apply", get_form, methods=["GET"]),
    Route("/v1/postings/{id}/apply", apply, methods=["POST"]),
]
