"""What a test or a demo does to prospects, under /sandbox: list, add many, one opt-in now, withdraw, change.

No authentication: a stand-in listens on loopback. None of this exists at the vendor.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.admin import json_object, refused
from sandbox.crosschq.organization import Organization
from sandbox.crosschq.prospect_batch import Batch, add_batch, new_id
from sandbox.crosschq.prospects import Prospect
from sandbox.crosschq.reference_request import NotAllowed


class Change(BaseModel):
    """Fields of a prospect to set; those not given stay, null and empty ones are taken as they are."""

    model_config = ConfigDict(extra="forbid")

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    mobile_phone: str | None = None
    headline: str | None = None
    company: str | None = None
    title: str | None = None
    location: str | None = None
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    job_function: str | None = None

    def given(self) -> dict[str, Any]:
        """Only what was said."""
        return self.model_dump(exclude_unset=True)


def routes(organization: Organization) -> list[BaseRoute]:
    """Routes to add beside the other controls."""
    controls = _ProspectControls(organization)
    return [
        Route("/sandbox/prospects", controls.show, methods=["GET"]),
        Route("/sandbox/prospects", controls.add, methods=["POST"]),
        Route("/sandbox/prospects/opt-in", controls.opt_in, methods=["POST"]),
        Route("/sandbox/prospects/{id}/act", controls.act, methods=["POST"]),
    ]


class _ProspectControls:
    def __init__(self, organization: Organization) -> None:
        self.organization = organization

    async def show(self, _: Request) -> Response:
        return JSONResponse({"prospects": [one.as_json() for one in self.organization.prospects.in_order()]})

    async def add(self, request: Request) -> Response:
        try:
            batch = Batch.model_validate(await json_object(request))
        except ValueError as error:
            return refused(error)
        flawed = add_batch(self.organization.prospects, batch)
        return JSONResponse({"count": batch.count, "flawed": flawed}, 201)

    async def opt_in(self, request: Request) -> Response:
        try:
            given = Change.model_validate(await json_object(request)).given()
        except ValueError as error:
            return refused(error)
        prospects = self.organization.prospects
        person = replace(self.organization.inventor.somebody(len(prospects) + 1), **given)
        added = prospects.add(new_id(), person, "managers", f"rq_{uuid4().hex}")
        return JSONResponse(added.as_json(), 201)

    async def act(self, request: Request) -> Response:
        prospect_id = request.path_params["id"]
        if prospect_id not in self.organization.prospects:
            return refused(LookupError("no prospect has this id"), 404)
        try:
            body = await json_object(request)
            act = self._acts().get(str(body.pop("act", None)))
            if act is None:
                raise ValueError(f"act must be one of {', '.join(self._acts())}")
            changed = act(prospect_id, Change.model_validate(body).given())
        except NotAllowed as error:
            return refused(error, 409)
        except ValueError as error:
            return refused(error)
        return JSONResponse(changed.as_json())

    def _acts(self) -> dict[str, Callable[[str, dict[str, Any]], Prospect]]:
        organization = self.organization
        return {
            "withdraw": lambda prospect_id, _: organization.withdraw(prospect_id),
            "change": lambda prospect_id, given: organization.prospects.change(prospect_id, **given),
            "opt_in_again": lambda prospect_id, _: organization.opt_in_again(prospect_id),
        }
