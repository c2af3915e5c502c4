"""Making, changing and deleting requisitions. See lever.md 8: PUT takes the whole, both answer another shape."""

from typing import Any

from pydantic import Field, field_validator

from sandbox.lever.account import new_id
from sandbox.lever.errors import bad_request, not_found
from sandbox.lever.record import Milliseconds, Record
from sandbox.lever.requisitions import Headcount, Requisition, Status
from sandbox.lever.stand_in import Lever
from sandbox.lever.webhooks import Actor

SERVICE = "data-api"
"""Recorded as who set the status."""


class RequisitionWanted(Record):
    """Body of POST and PUT. `posting_ids` is another name for `postings`, which a widespread connector sends."""

    requisition_code: str = Field(min_length=1)
    name: str | None = None
    headcount_total: Headcount
    status: Status = "open"
    backfill: bool = False
    owner: str | None = None
    hiring_manager: str | None = None
    internal_notes: str = ""
    compensation_band: dict[str, Any] | None = None
    employment_status: str | None = None
    location: str | None = None
    team: str | None = None
    department: str | None = None
    postings: list[str] = Field(default_factory=list)
    posting_ids: list[str] = Field(default_factory=list)
    custom_fields: dict[str, Any] = Field(default_factory=dict)
    created_at: Milliseconds | None = None

    @field_validator("headcount_total")
    @classmethod
    def _counts(cls, headcount: Headcount) -> Headcount:
        if headcount != "unlimited" and headcount < 0:
            raise ValueError('must be a number from 0, or "unlimited"')
        return headcount

    def posted(self) -> list[str]:
        return list(dict.fromkeys([*self.postings, *self.posting_ids]))


_AS_GIVEN = RequisitionWanted.model_fields.keys() - {"name", "postings", "posting_ids", "created_at"}


def add(lever: Lever, wanted: RequisitionWanted, actor: Actor) -> Requisition:
    """LeverError 400 without a name, 404 for a user or a posting that is none."""
    if not wanted.name:
        raise bad_request("name is required")
    now = lever.now()
    requisition = Requisition(
        id=new_id(),
        requisition_code=wanted.requisition_code,
        name=wanted.name,
        creator=actor.user,
        created_at=now if wanted.created_at is None else wanted.created_at,
        updated_at=now,
    )
    change(lever, requisition, wanted)
    lever.account.requisitions[requisition.id] = requisition
    return requisition


def change(lever: Lever, requisition: Requisition, wanted: RequisitionWanted) -> None:
    """What is left out is wiped, but a name and when it was created."""
    account, posted = lever.account, wanted.posted()
    for user in filter(None, (wanted.owner, wanted.hiring_manager)):
        if user not in account.users:
            raise not_found("users", user)
    for posting in posted:
        if posting not in account.postings:
            raise not_found("postings", posting)
    _untie(lever, requisition)
    for name in _AS_GIVEN:
        setattr(requisition, name, getattr(wanted, name))
    requisition.name = wanted.name or requisition.name
    requisition.headcount_infinite = wanted.headcount_total == "unlimited"
    requisition.postings = posted
    for posting in posted:
        account.postings[posting].requisition_codes.append(requisition.requisition_code)
    requisition.updated_at = lever.now()
    closed = requisition.closed_at or requisition.updated_at
    requisition.closed_at = closed if requisition.status == "closed" else None


def remove(lever: Lever, requisition: Requisition) -> None:
    _untie(lever, requisition)
    del lever.account.requisitions[requisition.id]


def written_shape(requisition: Requisition) -> dict[str, Any]:
    """What POST and PUT answer, as recorded: Lever's inner names, and only what is set."""
    shape = requisition.shape()
    inner = {
        "creatorUserId": shape.pop("creator"),
        "ownerUserId": shape.pop("owner"),
        "postingIds": shape.pop("postings"),
        "reservedOfferIds": shape.pop("offerIds"),
        "hasConfidentialPosting": shape.pop("confidentiality") == "confidential",
        "stateHistory": [_state(requisition)],
        "search": {"nameCodeTokens": requisition.name.lower().split()},
    }
    return {name: value for name, value in shape.items() if value is not None} | inner


def _state(requisition: Requisition) -> dict[str, Any]:
    since = requisition.closed_at or requisition.created_at
    attribution = {"timestamp": since, "service": SERVICE}
    return {"beginAt": since, "status": requisition.status, "attribution": attribution}


def _untie(lever: Lever, requisition: Requisition) -> None:
    for posting in requisition.postings:
        codes = lever.account.postings[posting].requisition_codes
        codes[:] = [code for code in codes if code != requisition.requisition_code]
