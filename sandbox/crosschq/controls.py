"""Crosschq's own routes under /sandbox: webhook settings, report knobs, requests with their tokens, acts.

No authentication: a stand-in listens on loopback. None of this exists at the vendor.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.admin import json_object, refused
from sandbox.crosschq import snapshots
from sandbox.crosschq.acts import Actors
from sandbox.crosschq.organization import Organization, ReportKind
from sandbox.crosschq.reference_request import NotAllowed, ReferenceRequest
from sandbox.crosschq.webhook_settings import WebhookSettings


def routes(organization: Organization, actors: Actors) -> list[BaseRoute]:
    """Routes to add beside the shared admin's."""
    controls = _Controls(organization, actors)
    return [
        Route("/sandbox/webhook", controls.webhook, methods=["GET", "PUT"]),
        Route("/sandbox/report-host", controls.report_host, methods=["PUT"]),
        Route("/sandbox/report-kind", controls.report_kind, methods=["PUT"]),
        Route("/sandbox/requests", controls.requests, methods=["GET"]),
        Route("/sandbox/requests/{id}", controls.one_request, methods=["GET"]),
        Route("/sandbox/requests/{id}/act", controls.act, methods=["POST"]),
        Route("/sandbox/outcomes", controls.outcomes, methods=["GET", "DELETE"]),
    ]


class _Controls:
    def __init__(self, organization: Organization, actors: Actors) -> None:
        self.organization, self.actors = organization, actors

    async def webhook(self, request: Request) -> Response:
        if request.method == "PUT":
            try:
                self.organization.webhook = WebhookSettings.model_validate(await json_object(request))
            except ValueError as error:
                return refused(error)
        return JSONResponse(self.organization.webhook.model_dump())

    async def report_host(self, request: Request) -> Response:
        try:
            base = (await json_object(request)).get("base")
        except ValueError as error:
            return refused(error)
        self.organization.report_base = str(base or self.organization.options.base_url).rstrip("/")
        return JSONResponse({"base": self.organization.report_base})

    async def report_kind(self, request: Request) -> Response:
        try:
            self.organization.report_kind = ReportKind(str((await json_object(request)).get("kind")))
        except ValueError as error:
            return refused(error)
        return JSONResponse({"kind": self.organization.report_kind.value})

    async def requests(self, _: Request) -> Response:
        newest_first = reversed(self.organization.requests.values())
        return JSONResponse({"requests": [self._shown(one) for one in newest_first]})

    async def one_request(self, request: Request) -> Response:
        found = self.organization.requests.get(request.path_params["id"])
        return JSONResponse(self._shown(found)) if found else _unknown()

    async def act(self, request: Request) -> Response:
        found = self.organization.requests.get(request.path_params["id"])
        if found is None:
            return _unknown()
        try:
            act = self.actors.acts.get(str((await json_object(request)).get("act")))
        except ValueError as error:
            return refused(error)
        if act is None:
            return refused(ValueError(f"act must be one of {', '.join(self.actors.acts)}"))
        try:
            act(found)
        except NotAllowed as error:
            return refused(error, 409)
        return JSONResponse(self._shown(found))

    async def outcomes(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.organization.outcomes_set.clear()
        return JSONResponse({"outcomes": [one.as_json() for one in self.organization.outcomes_set]})

    def _shown(self, found: ReferenceRequest) -> dict[str, Any]:
        """The GET answer, and what only the sandbox tells: tokens, pages, and what was ordered."""
        base, order = self.organization.options.base_url, found.order
        shown = snapshots.get_answer(found, self.organization.report_base)
        for reference, one in zip(shown["references"], found.references, strict=True):
            reference |= {"relationship": one.relationship, "token": one.token}
            reference["url"] = f"{base}/reference/{one.token}"
        return shown | {
            "candidate_token": found.candidate_token,
            "candidate_url": f"{base}/candidate/{found.candidate_token}",
            "jobrole": order.jobrole,
            "requestor": order.requestor,
            "config_params": order.demanded,
            "hiring_manager": order.hiring_manager.as_json() if order.hiring_manager else None,
            "candidate_message": order.candidate_message,
            "missing": found.missing(),
            "can_be_concluded": found.can_be_concluded,
        }


def _unknown() -> Response:
    return refused(LookupError("no reference request has this id"), 404)
