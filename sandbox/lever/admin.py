"""Lever's own admin routes under /sandbox: the cast, fresh candidates, the key, the event groups.

For tests and demos: no authentication, no rate limit, not in the ledger. What people do is in `admin_acts.py`.
"""

from random import Random
from uuid import uuid4

from pydantic import RootModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.lever.account import Account, new_id
from sandbox.lever.asking import body_of, lever_of
from sandbox.lever.candidacy import Opportunity
from sandbox.lever.cast import KINDS, Maker
from sandbox.lever.errors import not_found
from sandbox.lever.paperwork import SecretNotes
from sandbox.lever.record import Record


class Like(Record):
    like: str


class Key(Record):
    """What the account's key may do; what is not named stays."""

    confidential_access: bool | None = None
    secret_notes: SecretNotes | None = None


class Groups(RootModel[dict[str, bool]]):
    """Event group name to on or off; groups not named stay."""


async def get_cast(request: Request) -> Response:
    account = lever_of(request).account
    return JSONResponse(
        {
            "opportunities": {
                name: member(account, account.opportunities[one])
                for name, one in account.cast["opportunities"].items()
                if one in account.opportunities
            },
            "users": {name: account.users[one].shape() for name, one in account.cast["users"].items()},
            "stages": {
                name: stage.id for stage in account.stages.values() for name in (stage.text, stage.id)
            },
            "postings": {
                name: account.postings[one].shape() for name, one in account.cast["postings"].items()
            },
            "archive_reasons": {reason.text: reason.id for reason in account.archive_reasons.values()},
            "requisitions": account.cast["requisitions"],
        }
    )


async def make_opportunity(request: Request) -> Response:
    lever, like = lever_of(request), (await body_of(request, Like)).like
    if like not in KINDS:
        raise not_found("cast", like)
    chance = Random(uuid4().int)  # noqa: S311 - names people, guards nothing
    maker = Maker(lever.account, new_id, chance, lever.now())
    first = maker.of_kind("plain") if like == "second_of_plain" else None
    contact = lever.account.contact_of(first) if first else None
    return JSONResponse(member(lever.account, maker.of_kind(like, contact)), 201)


async def key(request: Request) -> Response:
    account = lever_of(request).account
    if request.method == "PUT":
        wanted = await body_of(request, Key)
        if wanted.confidential_access is not None:
            account.confidential_access = wanted.confidential_access
        if wanted.secret_notes is not None:
            account.secret_notes = wanted.secret_notes
    return JSONResponse(
        {"confidential_access": account.confidential_access, "secret_notes": account.secret_notes}
    )


async def event_groups(request: Request) -> Response:
    groups = lever_of(request).account.groups_on
    if request.method == "PUT":
        wanted = (await body_of(request, Groups)).root
        for name in wanted:
            if name not in groups:
                raise not_found("event groups", name)
        groups.update(wanted)
    return JSONResponse(groups)


def member(account: Account, opportunity: Opportunity) -> dict[str, str | None]:
    """`{id, contact, name, email, stage}`; `email` is null where there is none."""
    contact = account.contact_of(opportunity)
    return {
        "id": opportunity.id,
        "contact": contact.id,
        "name": contact.name,
        "email": contact.emails[0] if contact.emails else None,
        "stage": opportunity.stage,
    }


routes: list[BaseRoute] = [
    Route("/sandbox/cast", get_cast, methods=["GET"]),
    Route("/sandbox/opportunities", make_opportunity, methods=["POST"]),
    Route("/sandbox/key", key, methods=["GET", "PUT"]),
    Route("/sandbox/event-groups", event_groups, methods=["GET", "PUT"]),
]
