"""The API of users. See lever.md 5, 7, 8: active ones by default, newest first, PUT replaces the whole object."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever import acts
from sandbox.lever.account import new_id
from sandbox.lever.answers import data, listed, shown
from sandbox.lever.api_catalog import find
from sandbox.lever.asking import body_of, lever_of, limit_of
from sandbox.lever.catalog import User
from sandbox.lever.expand import reduced_to_choose_from
from sandbox.lever.filters import Filters, flag, several
from sandbox.lever.lists import NEWEST_USER, page
from sandbox.lever.record import Record

USER_FILTERS: Filters[User] = Filters(
    values={
        "email": lambda row: [row.email],
        "accessRole": lambda row: [row.access_role],
        "external_directory_id": lambda row: [row.external_directory_id],
    },
    moments={},
    canonical=frozenset({"email"}),
)


class NewUser(Record):
    """Body of POST users."""

    name: str
    email: str
    access_role: str = "interviewer"
    external_directory_id: str | None = None
    job_title: str | None = None
    manager_id: str | None = None


class WholeUser(NewUser):
    """Body of PUT users: what is left out is wiped, and the role must be there."""

    access_role: str


async def list_users(request: Request) -> Response:
    query = request.query_params
    everybody = flag(query, "includeDeactivated") or False
    users = [u for u in lever_of(request).account.users.values() if everybody or u.deactivated_at is None]
    answer = page(USER_FILTERS.apply(users, query), NEWEST_USER, limit_of(request), query.get("offset"))
    return listed(answer, lambda user: reduced_to_choose_from(user.shape(), {}, several(query, "include")))


async def get_user(request: Request) -> Response:
    return shown(request, _user(request).shape())


async def create_user(request: Request) -> Response:
    lever, wanted = lever_of(request), await body_of(request, NewUser)
    user = User(
        id=new_id(),
        username=wanted.email.partition("@")[0],
        created_at=lever.now(),
        **wanted.model_dump(),
    )
    lever.account.users[user.id] = user
    return data(user.shape(), 201)


async def put_user(request: Request) -> Response:
    user = _user(request)
    wanted = await body_of(request, WholeUser)
    for name in WholeUser.model_fields:
        setattr(user, name, getattr(wanted, name))
    return data(user.shape())


async def deactivate_user(request: Request) -> Response:
    user = _user(request)
    acts.deactivate(lever_of(request), user)
    return data(user.shape())


async def reactivate_user(request: Request) -> Response:
    user = _user(request)
    acts.reactivate(user)
    return data(user.shape())


def _user(request: Request) -> User:
    return find(lever_of(request).account.users, "users", request.path_params["id"])


routes: list[BaseRoute] = [
    Route("/v1/users", list_users, methods=["GET"]),
    Route("/v1/users", create_user, methods=["POST"]),
    Route("/v1/users/{id}", get_user, methods=["GET"]),
    Route("/v1/users/{id}", put_user, methods=["PUT"]),
    Route("/v1/users/{id}/deactivate", deactivate_user, methods=["POST"]),
    Route("/v1/users/{id}/reactivate", reactivate_user, methods=["POST"]),
]
