"""What people do in Lever, as one admin call each: move, archive, hire, delete, anonymise, deactivate a user.

For tests and demos: no authentication, no rate limit, not in the ledger. Each fires the webhooks a click would.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.lever import acts
from sandbox.lever.account import Account, stage_by_id_or_name
from sandbox.lever.admin import member
from sandbox.lever.api_catalog import find
from sandbox.lever.asking import body_of, lever_of
from sandbox.lever.catalog import User
from sandbox.lever.errors import not_found
from sandbox.lever.people import named_actor, named_opportunity
from sandbox.lever.record import Record


class Act(Record):
    """On whom, and by whom: by id or name in the cast. Nobody named: the opportunity's owner."""

    opportunity: str
    as_user: str | None = None


class Move(Act):
    """`times` is how often the opportunity enters the stage; between two entries it goes back to where it came from."""

    stage: str
    times: int = 1


class Archive(Act):
    """`reason` by id, text or type; null unarchives. `requisition` by id or name in the cast."""

    reason: str | None = "Not a fit"
    requisition: str | None = None


class Somebody(Record):
    """A user by id or name in the cast."""

    user: str


async def move(request: Request) -> Response:
    lever, wanted = lever_of(request), await body_of(request, Move)
    opportunity = named_opportunity(lever, wanted.opportunity)
    actor = named_actor(lever, opportunity, wanted.as_user)
    stage, before = stage_by_id_or_name(lever.account, wanted.stage), opportunity.stage
    for time in range(wanted.times):
        if time:
            acts.move(lever, opportunity, before, actor)
        acts.move(lever, opportunity, stage.id, actor)
    return JSONResponse(member(lever.account, opportunity))


async def archive(request: Request) -> Response:
    lever, wanted = lever_of(request), await body_of(request, Archive)
    account, opportunity = lever.account, named_opportunity(lever, wanted.opportunity)
    reason = reason_id(account, wanted.reason) if wanted.reason is not None else None
    requisition = None
    if wanted.requisition is not None:
        named = account.cast["requisitions"].get(wanted.requisition, wanted.requisition)
        requisition = find(account.requisitions, "requisitions", named)
        requisition.require_open()
    acts.archive(lever, opportunity, reason, named_actor(lever, opportunity, wanted.as_user), requisition)
    return JSONResponse(member(account, opportunity))


async def delete(request: Request) -> Response:
    lever, wanted = lever_of(request), await body_of(request, Act)
    opportunity = named_opportunity(lever, wanted.opportunity)
    acts.delete(lever, opportunity, named_actor(lever, opportunity, wanted.as_user))
    return JSONResponse({"id": opportunity.id})


async def anonymise(request: Request) -> Response:
    lever, wanted = lever_of(request), await body_of(request, Act)
    opportunity = named_opportunity(lever, wanted.opportunity)
    acts.anonymise(lever, opportunity, named_actor(lever, opportunity, wanted.as_user))
    return JSONResponse(member(lever.account, opportunity))


async def deactivate(request: Request) -> Response:
    user = await _user(request)
    acts.deactivate(lever_of(request), user)
    return JSONResponse(user.shape())


async def reactivate(request: Request) -> Response:
    user = await _user(request)
    acts.reactivate(user)
    return JSONResponse(user.shape())


def reason_id(account: Account, wanted: str) -> str:
    """An archive reason by id, by text, or by its type `hired`. LeverError 404."""
    for reason in account.archive_reasons.values():
        if wanted in (reason.id, reason.text) or wanted == reason.type == "hired":
            return reason.id
    raise not_found("archive_reasons", wanted)


async def _user(request: Request) -> User:
    account, named = lever_of(request).account, (await body_of(request, Somebody)).user
    return find(account.users, "users", account.cast["users"].get(named, named))


routes: list[BaseRoute] = [
    Route("/sandbox/move", move, methods=["POST"]),
    Route("/sandbox/archive", archive, methods=["POST"]),
    Route("/sandbox/delete", delete, methods=["POST"]),
    Route("/sandbox/anonymise", anonymise, methods=["POST"]),
    Route("/sandbox/deactivate", deactivate, methods=["POST"]),
    Route("/sandbox/reactivate", reactivate, methods=["POST"]),
]
