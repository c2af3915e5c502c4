"""Documented read endpoints of things this account has none of: an empty list, and 404 for any single one.

So that any Lever client can run against the stand-in. See lever.md 2 (scopes), 7 and 8.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever.answers import data, listed_as_given
from sandbox.lever.api_opportunities import OPPORTUNITY
from sandbox.lever.asking import opportunity_of
from sandbox.lever.errors import not_found
from sandbox.lever.filters import moment

OF_AN_OPPORTUNITY = ("file_actions", "offers", "referrals")
OF_THE_ACCOUNT = (
    "audit_events",
    "diversity_surveys",
    "eeo/responses",
    "groups",
    "permissions",
    "roles",
    "tasks",
)
MOMENTS = ("deleted_at", "occurred_at", "created_at", "updated_at")


async def list_none(request: Request) -> Response:
    for name in MOMENTS:
        moment(request.query_params, f"{name}_start")
        moment(request.query_params, f"{name}_end")
    return listed_as_given(request, [])


async def list_none_of_opportunity(request: Request) -> Response:
    opportunity_of(request)
    return await list_none(request)


async def get_none(request: Request) -> Response:
    kind = request.url.path.split("/")[-2]
    raise not_found(kind, request.path_params["id"])


async def get_none_of_opportunity(request: Request) -> Response:
    opportunity_of(request)
    return await get_none(request)


async def get_diversity_survey(_: Request) -> Response:
    return data({"text": "", "description": "", "instructions": "", "fields": []})


def _of_opportunity(name: str) -> list[BaseRoute]:
    path = f"{OPPORTUNITY}/{name}"
    return [
        Route(path, list_none_of_opportunity, methods=["GET"]),
        Route(f"{path}/{{id}}", get_none_of_opportunity, methods=["GET"]),
    ]


def _of_account(name: str) -> list[BaseRoute]:
    path = f"/v1/{name}"
    return [Route(path, list_none, methods=["GET"]), Route(f"{path}/{{id}}", get_none, methods=["GET"])]


routes: list[BaseRoute] = [
    Route("/v1/postings/deleted", list_none, methods=["GET"]),
    Route("/v1/applications/deleted", list_none, methods=["GET"]),
    Route("/v1/eeo/responses/pii", list_none, methods=["GET"]),
    Route("/v1/surveys/diversity/{posting}", get_diversity_survey, methods=["GET"]),
    *(route for name in OF_AN_OPPORTUNITY for route in _of_opportunity(name)),
    *(route for name in OF_THE_ACCOUNT for route in _of_account(name)),
]
