"""The partner API, as far as crosschq.md 1.3, 1.4, 1.8 and 9 know it.

Trailing slashes are mandatory. Reads and writes go through `Organization`; nothing here sends a webhook.
"""

import json
from collections.abc import Awaitable, Callable
from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.crosschq import snapshots, surveys
from sandbox.crosschq.api_prospects import ProspectCalls
from sandbox.crosschq.knobs import CrosschqKnobs
from sandbox.crosschq.options import CrosschqOptions
from sandbox.crosschq.organization import Organization
from sandbox.crosschq.outcome_body import read_outcome
from sandbox.crosschq.reference_request import NotAllowed, ReferenceRequest
from sandbox.crosschq.statuses import RequestStatus
from sandbox.crosschq.validation import Invalid, read_order

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""All reach `_guarded`, because a wrong key is told before a wrong verb."""
PREFIXES = ("/partners", "/api/")
Endpoint = Callable[[Request], Awaitable[Response]]


class NotJson(ValueError):  # noqa: N818 - what the body is
    """The body cannot be parsed."""


def routes(organization: Organization, knobs: CrosschqKnobs) -> list[BaseRoute]:
    """Every API route, the last ones taking what no other took. Some exist only while `knobs` says so."""
    api, options = _Api(organization), organization.options
    known: list[tuple[str, str, Endpoint]] = [
        ("GET", "/partners/config/", api.config),
        ("GET", "/partners/jobroles/", api.jobroles_v1),
        ("GET", "/api/v2/settings/jobrole/", api.jobroles_v2),
        ("GET", "/partners/reference-request/{id}/", api.read),
        ("POST", "/partners/reference-request/", api.create),
    ]
    nowhere, one = _NotFound(options), "/partners/reference-request/{id}"

    def inferred(path: str, endpoint: Endpoint, method: str, is_on: Callable[[], bool]) -> BaseRoute:
        # Ours: the operations exist inside Crosschq (sections 1.8 and 4), their paths are not known.
        return Route(path, _while_on(is_on, _guarded(endpoint, method, options), nowhere), methods=VERBS)

    prospects = ProspectCalls(organization)
    return [
        inferred(f"{one}/cancel/", api.cancel, "POST", lambda: knobs.cancel_call),
        inferred(f"{one}/outcome/", api.set_outcome, "PUT", lambda: knobs.outcome_call),
        inferred("/partners/prospects/", prospects.list, "GET", lambda: knobs.prospects_call),
        inferred("/partners/prospects/{id}/", prospects.read, "GET", lambda: knobs.prospects_call),
        *(
            Route(path, _guarded(endpoint, method, options), methods=VERBS)
            for method, path, endpoint in known
        ),
        Route("/partners{rest:path}", nowhere.answer, methods=VERBS),
        Route("/api/{rest:path}", nowhere.answer, methods=VERBS),
    ]


def _guarded(endpoint: Endpoint, method: str, options: CrosschqOptions) -> Endpoint:
    """Checks key and verb, in that order, as the API's framework does, and says what is wrong with a body."""
    expected = f"{options.token_prefix}{options.api_key}".encode()

    async def guarded(request: Request) -> Response:
        given = request.headers.get("authorization")
        if given is None:
            return _detail(401, "Authentication credentials were not provided.")
        if not compare_digest(given.encode(), expected):
            return _detail(401, "Invalid token.")
        if {"HEAD": "GET"}.get(request.method, request.method) != method:
            return _detail(405, f'Method "{request.method}" not allowed.')
        try:
            return await endpoint(request)
        except NotJson as error:
            return _detail(400, str(error))
        except Invalid as invalid:
            return JSONResponse({"errors": invalid.errors}, 400)

    return guarded


class _NotFound:
    def __init__(self, options: CrosschqOptions) -> None:
        self.options = options

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        if self.options.redirect_missing_slash and not path.endswith("/"):
            return RedirectResponse(f"{path}/", 301)
        return _detail(404, "Not found.")


def _while_on(is_on: Callable[[], bool], endpoint: Endpoint, nowhere: _NotFound) -> Endpoint:
    """The endpoint, or what any path answers that this Crosschq does not have."""

    async def answer(request: Request) -> Response:
        return await (endpoint if is_on() else nowhere.answer)(request)

    return answer


class _Api:
    def __init__(self, organization: Organization) -> None:
        self.organization = organization

    async def config(self, _: Request) -> Response:
        return JSONResponse(surveys.account_config())

    async def jobroles_v1(self, _: Request) -> Response:
        return JSONResponse([one.v1() for one in self.organization.surveys.values() if one.enabled])

    async def jobroles_v2(self, _: Request) -> Response:
        return JSONResponse([one.v2() for one in self.organization.surveys.values() if one.enabled])

    async def create(self, request: Request) -> Response:
        order = read_order(await _json(request), self.organization.rules)
        return JSONResponse({"request_id": self.organization.create(order).id}, 201)

    async def read(self, request: Request) -> Response:
        found = self._find(request)
        return self._shown(found) if found else _detail(404, "Not found.")

    async def cancel(self, request: Request) -> Response:
        found = self._find(request)
        if found is None:
            return _detail(404, "Not found.")
        if found.status is not RequestStatus.CANCELLED:
            try:
                self.organization.cancel(found)
            except NotAllowed as error:
                return _detail(409, str(error))
        return self._shown(found)

    async def set_outcome(self, request: Request) -> Response:
        found = self._find(request)
        if found is None:
            return _detail(404, "Not found.")
        self.organization.set_outcome(found, read_outcome(await _json(request)), "api")
        return self._shown(found)

    def _find(self, request: Request) -> ReferenceRequest | None:
        return self.organization.requests.get(request.path_params["id"])

    def _shown(self, found: ReferenceRequest) -> Response:
        return JSONResponse(snapshots.get_answer(found, self.organization.report_base))


async def _json(request: Request) -> object:
    """The parsed body. Raises NotJson."""
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise NotJson(f"JSON parse error - {error}") from error


def _detail(status: int, detail: str) -> Response:
    return JSONResponse({"detail": detail}, status)
