"""What an API call asks for: the account, the object of the path, who performs it, the body. See lever.md 4, 5, 8.

Reads requests and raises LeverError; changes nothing.
"""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from sandbox.lever.candidacy import Opportunity
from sandbox.lever.errors import LeverError, bad_request, forbidden, not_found
from sandbox.lever.filters import whole_number
from sandbox.lever.lists import LARGEST
from sandbox.lever.multipart import is_form, nested
from sandbox.lever.stand_in import Lever
from sandbox.lever.webhooks import Actor

Body = TypeVar("Body", bound=BaseModel)


def lever_of(request: Request) -> Lever:
    """The stand-in that this app serves."""
    lever: Lever = request.app.state.lever
    return lever


def opportunity_of(request: Request) -> Opportunity:
    """The opportunity of the path. 404 when there is none, 403 when it is confidential and the key has no grant."""
    account, wanted = lever_of(request).account, request.path_params["opportunity"]
    opportunity = account.opportunities.get(wanted)
    if opportunity is None:
        raise not_found("opportunities", wanted)
    if opportunity.confidentiality == "confidential" and not account.confidential_access:
        raise forbidden("This API key has no access to confidential data.")
    return opportunity


def actor_of(request: Request, *, required: bool = False) -> Actor:
    """Who performs the call: `perform_as`, a user's id. 400 when it is required and missing, or names nobody."""
    user = request.query_params.get("perform_as")
    if required and not user:
        raise bad_request("Missing perform_as parameter. Please specify a user for which to perform this.")
    if user and user not in lever_of(request).account.users:
        raise bad_request(f"perform_as must be the id of a user, and {user!r} is not")
    return Actor(user or None, through_api=True)


def limit_of(request: Request) -> int:
    """`limit`, 1 to 100, by default 100. 400 for anything else (lever.md 13: a choice)."""
    given = request.query_params.get("limit", str(LARGEST))
    limit = whole_number(given)
    if limit is None or not 1 <= limit <= LARGEST:
        raise bad_request(f"limit must be a number from 1 to {LARGEST}, not {given!r}")
    return limit


async def body_of(request: Request, model: type[Body]) -> Body:
    """The body, JSON or a form, as `model`; an empty one as `{}`. 400 says what is wrong with it."""
    body = await request.body()
    if is_form(request) and not body.lstrip().startswith(b"{"):
        async with request.form() as form:
            return checked(nested(form), model)
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise _first_of(error) from error


def checked(given: object, model: type[Body]) -> Body:
    """The fields of a form as `model`. 400 says which one is wrong."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise _first_of(error) from error


def _first_of(error: ValidationError) -> LeverError:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "body"
    return bad_request(f"{field}: {first['msg']}")
