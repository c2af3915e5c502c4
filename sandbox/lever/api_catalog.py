"""The API of stages, archive reasons, tags, sources and contacts. See lever.md 5, 7 and 8."""

from typing import TypeVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever import acts
from sandbox.lever.answers import data, listed_as_given, shown
from sandbox.lever.asking import actor_of, body_of, lever_of
from sandbox.lever.candidacy import Contact, Phone
from sandbox.lever.catalog import ArchiveReason, Stage
from sandbox.lever.errors import bad_request, not_found
from sandbox.lever.record import Record

Shape = dict[str, object]
Found = TypeVar("Found", bound=Record)


class ContactWanted(Record):
    """Body of PUT contacts: what is left out stays as it is. Location is a plain string here."""

    name: str | None = None
    headline: str | None = None
    location: str | None = None
    emails: list[str] | None = None
    phones: list[Phone] | None = Field(default=None)


def stage_shape(stage: Stage) -> Shape:
    """`{id, text}`; rank and pipeline are shown by disposition_stages only."""
    return {"id": stage.id, "text": stage.text}


def find(held: dict[str, Found], kind: str, wanted: str) -> Found:
    """The record of this id. LeverError 404."""
    if wanted not in held:
        raise not_found(kind, wanted)
    return held[wanted]


async def list_stages(request: Request) -> Response:
    return listed_as_given(
        request, [stage_shape(stage) for stage in lever_of(request).account.stages.values()]
    )


async def get_stage(request: Request) -> Response:
    return shown(
        request, stage_shape(find(lever_of(request).account.stages, "stages", request.path_params["id"]))
    )


async def get_disposition_stages(request: Request) -> Response:
    account = lever_of(request).account
    reasons = [_disposition_reason(reason) for reason in account.archive_reasons.values()]
    return data({"stages": [stage.shape() for stage in account.stages.values()], "archiveReasons": reasons})


async def list_archive_reasons(request: Request) -> Response:
    wanted = request.query_params.get("type")
    if wanted not in (None, "hired", "non-hired"):
        raise bad_request(f"type must be hired or non-hired, not {wanted!r}")
    reasons = lever_of(request).account.archive_reasons.values()
    return listed_as_given(request, [one.shape() for one in reasons if wanted in (None, one.type)])


async def get_archive_reason(request: Request) -> Response:
    reasons = lever_of(request).account.archive_reasons
    return shown(request, find(reasons, "archive_reasons", request.path_params["id"]).shape())


async def list_tags(request: Request) -> Response:
    return listed_as_given(request, lever_of(request).account.counted(lambda row: row.tags))


async def list_sources(request: Request) -> Response:
    return listed_as_given(request, lever_of(request).account.counted(lambda row: row.sources))


async def get_contact(request: Request) -> Response:
    return shown(request, _contact(request).shape())


async def put_contact(request: Request) -> Response:
    contact = _contact(request)
    if contact.is_anonymized:
        raise bad_request("An anonymized contact cannot be updated")
    wanted = await body_of(request, ContactWanted)
    for name in wanted.model_fields_set:
        if getattr(wanted, name) is not None:
            setattr(contact, name, getattr(wanted, name))
    lever_of(request).account.keep_contact(contact)
    acts.touch_contact(lever_of(request), contact.id, actor_of(request))
    return data(contact.shape())


def _contact(request: Request) -> Contact:
    return find(lever_of(request).account.contacts, "contacts", request.path_params["id"])


def _disposition_reason(reason: ArchiveReason) -> Shape:
    # Here, and only here, the type of an ordinary reason is null.
    return {**reason.shape(), "type": reason.type if reason.type == "hired" else None}


routes: list[BaseRoute] = [
    Route("/v1/stages", list_stages, methods=["GET"]),
    Route("/v1/stages/{id}", get_stage, methods=["GET"]),
    Route("/v1/disposition_stages", get_disposition_stages, methods=["GET"]),
    Route("/v1/archive_reasons", list_archive_reasons, methods=["GET"]),
    Route("/v1/archive_reasons/{id}", get_archive_reason, methods=["GET"]),
    Route("/v1/tags", list_tags, methods=["GET"]),
    Route("/v1/sources", list_sources, methods=["GET"]),
    Route("/v1/contacts/{id}", get_contact, methods=["GET"]),
    Route("/v1/contacts/{id}", put_contact, methods=["PUT"]),
]
