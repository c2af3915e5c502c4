"""What may become of an opportunity that is merged into another one. Nobody knows what Lever does, so it is asked for.

For tests, as the other admin calls: `first: "delete"` deletes it at once, as a click would; `first: "404"` lets it only
be missing, until a second call deletes it, or brings it back.
"""

from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.lever import acts
from sandbox.lever.admin import member
from sandbox.lever.api_catalog import find
from sandbox.lever.asking import body_of, lever_of
from sandbox.lever.people import named_opportunity, owner_or_admin
from sandbox.lever.record import Record


class Merge(Record):
    """By id or name in the cast. `keeps_paperwork`: notes, files and tags are on the other one afterwards."""

    opportunity: str
    into: str
    first: Literal["delete", "404"] = "delete"
    keeps_paperwork: bool = True


class Missing(Record):
    """One that a merge has let be missing, by id."""

    opportunity: str


async def merge(request: Request) -> Response:
    lever, wanted = lever_of(request), await body_of(request, Merge)
    account = lever.account
    gone, into = named_opportunity(lever, wanted.opportunity), named_opportunity(lever, wanted.into)
    if wanted.keeps_paperwork:
        for paperwork in account.paperwork():
            paperwork[into.id] = [*paperwork.pop(gone.id, []), *paperwork[into.id]]
        acts.add_words(lever, into, "tags", gone.tags)
    acts.touch(lever, into)
    if wanted.first == "delete":
        acts.delete(lever, gone, owner_or_admin(lever, gone))
    else:
        account.drop(gone)
        account.missing[gone.id] = gone
    return JSONResponse(member(account, into))


async def delete_missing(request: Request) -> Response:
    lever, wanted = lever_of(request), await body_of(request, Missing)
    gone = find(lever.account.missing, "missing opportunities", wanted.opportunity)
    await _bring_back(request, wanted.opportunity)
    acts.delete(lever, gone, owner_or_admin(lever, gone))
    return JSONResponse({"id": gone.id})


async def find_missing(request: Request) -> Response:
    wanted = await body_of(request, Missing)
    await _bring_back(request, wanted.opportunity)
    return JSONResponse({"id": wanted.opportunity})


async def _bring_back(request: Request, opportunity_id: str) -> None:
    account = lever_of(request).account
    account.keep(find(account.missing, "missing opportunities", opportunity_id))
    del account.missing[opportunity_id]


routes: list[BaseRoute] = [
    Route("/sandbox/merge", merge, methods=["POST"]),
    Route("/sandbox/merge/delete", delete_missing, methods=["POST"]),
    Route("/sandbox/merge/undo", find_missing, methods=["POST"]),
]
