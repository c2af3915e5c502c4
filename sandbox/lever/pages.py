"""The pages a recruiter sees: the pipeline and a candidate's profile. Plain forms, no JavaScript.

Who clicks is the opportunity's owner, and every click fires the webhooks a click in Lever would.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.lever import acts, notes
from sandbox.lever.api_catalog import find
from sandbox.lever.api_files import as_download
from sandbox.lever.asking import checked, lever_of
from sandbox.lever.board import Wish, card_of, columns
from sandbox.lever.candidacy import Opportunity
from sandbox.lever.errors import not_found
from sandbox.lever.page_tools import HERE, back_to, form_of, render, required
from sandbox.lever.people import named_opportunity, owner_or_admin


async def pipeline(request: Request) -> Response:
    wish = Wish.from_query(request.query_params)
    return render(request, "pipeline.html", wish=wish, columns=columns(lever_of(request).account, wish))


async def profile(request: Request) -> Response:
    account, opportunity = lever_of(request).account, _opportunity(request)
    others = [
        card_of(account, other)
        for other in account.opportunities_of(opportunity.contact)
        if other is not opportunity
    ]
    return render(
        request,
        "profile.html",
        card=card_of(account, opportunity),
        others=others,
        notes=list(reversed(account.notes[opportunity.id])),
        files=[*account.files[opportunity.id], *account.resumes[opportunity.id]],
    )


async def move(request: Request) -> Response:
    lever, opportunity, form = lever_of(request), _opportunity(request), await form_of(request)
    stage = required(form, "stage", {**lever.account.stages}, "stages")
    acts.move(lever, opportunity, stage, owner_or_admin(lever, opportunity))
    return back_to(form.get("back") or _address(opportunity))


async def archive(request: Request) -> Response:
    lever, opportunity, form = lever_of(request), _opportunity(request), await form_of(request)
    reason = required(form, "reason", {**lever.account.archive_reasons}, "archive_reasons")
    acts.archive(lever, opportunity, reason, owner_or_admin(lever, opportunity))
    return back_to(_address(opportunity))


async def hire(request: Request) -> Response:
    lever, opportunity = lever_of(request), _opportunity(request)
    acts.archive(lever, opportunity, lever.account.hired_reason().id, owner_or_admin(lever, opportunity))
    return back_to(_address(opportunity))


async def unarchive(request: Request) -> Response:
    lever, opportunity = lever_of(request), _opportunity(request)
    acts.archive(lever, opportunity, None, owner_or_admin(lever, opportunity))
    return back_to(_address(opportunity))


async def delete(request: Request) -> Response:
    lever, opportunity = lever_of(request), _opportunity(request)
    acts.delete(lever, opportunity, owner_or_admin(lever, opportunity))
    return back_to("/")


async def anonymise(request: Request) -> Response:
    lever, opportunity = lever_of(request), _opportunity(request)
    acts.anonymise(lever, opportunity, owner_or_admin(lever, opportunity))
    return back_to(_address(opportunity))


async def switch_user(request: Request) -> Response:
    lever, form = lever_of(request), await form_of(request)
    user = find(lever.account.users, "users", request.path_params["user"])
    if user.deactivated_at is None:
        acts.deactivate(lever, user)
    else:
        acts.reactivate(user)
    return back_to(form.get("back") or "/")


async def write_note(request: Request) -> Response:
    lever, opportunity, form = lever_of(request), _opportunity(request), await form_of(request)
    new = checked({"value": form.get("value", "")}, notes.NewNote)
    notes.write(lever, opportunity, new, owner_or_admin(lever, opportunity))
    return back_to(_address(opportunity))


async def download(request: Request) -> Response:
    account, opportunity = lever_of(request).account, _opportunity(request)
    for file in [*account.files[opportunity.id], *account.resumes[opportunity.id]]:
        if file.id == request.path_params["file"]:
            return as_download(file)
    raise not_found("files", request.path_params["file"])


def _opportunity(request: Request) -> Opportunity:
    return named_opportunity(lever_of(request), request.path_params["opportunity"])


def _address(opportunity: Opportunity) -> str:
    return f"/candidates/{opportunity.id}"


CANDIDATE = "/candidates/{opportunity}"
routes: list[BaseRoute] = [
    Route("/", pipeline, methods=["GET"]),
    Route("/candidates", pipeline, methods=["GET"]),
    Route(CANDIDATE, profile, methods=["GET"]),
    Route(f"{CANDIDATE}/stage", move, methods=["POST"]),
    Route(f"{CANDIDATE}/archive", archive, methods=["POST"]),
    Route(f"{CANDIDATE}/hire", hire, methods=["POST"]),
    Route(f"{CANDIDATE}/unarchive", unarchive, methods=["POST"]),
    Route(f"{CANDIDATE}/delete", delete, methods=["POST"]),
    Route(f"{CANDIDATE}/anonymise", anonymise, methods=["POST"]),
    Route("/users/{user}/switch", switch_user, methods=["POST"]),
    Route(f"{CANDIDATE}/notes", write_note, methods=["POST"]),
    Route(f"{CANDIDATE}/files/{{file}}", download, methods=["GET"]),
    Mount("/static", StaticFiles(directory=HERE / "static")),
]
