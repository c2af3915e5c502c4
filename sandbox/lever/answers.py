"""How the API answers: one object, a list, nothing, or an error, as Lever's JSON. See lever.md 3 to 5."""

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from sandbox.lever.asking import lever_of, limit_of
from sandbox.lever.errors import LeverError, bad_request, no_such_path
from sandbox.lever.expand import expansions, reduced_to_choose_from
from sandbox.lever.filters import several
from sandbox.lever.lists import Page, page_as_given

T = TypeVar("T")


class LeverResponse(JSONResponse):
    """JSON with the content type and region header that recordings show."""

    media_type = "application/json; charset=utf-8"

    def __init__(self, content: Any, status_code: int = 200) -> None:  # noqa: ANN401
        super().__init__(content, status_code, headers={"x-lever-region": "global"})


def data(content: Any, status: int = 200) -> LeverResponse:  # noqa: ANN401
    """`{"data": content}`."""
    return LeverResponse({"data": content}, status)


def shown(request: Request, shape: dict[str, Any]) -> LeverResponse:
    """`{"data": shape}`, as `include` and `expand` ask for it."""
    return data(_as_asked(request, shape))


def listed(page: Page[T], shape: Callable[[T], Any]) -> LeverResponse:
    """`{"data": [...], "hasNext": bool, "next"?: token}`."""
    body: dict[str, Any] = {"data": [shape(row) for row in page.rows], "hasNext": page.next is not None}
    return LeverResponse(body | ({"next": page.next} if page.next is not None else {}))


def listed_as_given(request: Request, rows: list[Any]) -> LeverResponse:
    """A page of a short list that is already in order and in shape."""
    page = page_as_given(rows, limit_of(request), request.query_params.get("offset"))
    return listed(page, lambda row: _as_asked(request, row))


def _as_asked(request: Request, shape: dict[str, Any]) -> dict[str, Any]:
    lever, query = lever_of(request), request.query_params
    expanded = expansions(lever.account, shape, several(query, "expand"), lever.options.base_url)
    return reduced_to_choose_from(shape, expanded, several(query, "include"))


def deleted() -> Response:
    """204 with an empty body, the answer to every DELETE."""
    return Response(status_code=204)


def refused(error: LeverError) -> LeverResponse:
    """The error envelope."""
    return LeverResponse({"code": error.code, "message": error.message}, error.status)


async def on_lever_error(request: Request, error: Exception) -> Response:
    """Starlette's handler for LeverError, on pages in plain text."""
    assert isinstance(error, LeverError)  # noqa: S101 - registered for this class only
    if request.url.path.startswith(("/v1", "/sandbox")):
        return refused(error)
    return PlainTextResponse(error.message, error.status)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Starlette's handler for paths and methods that no route has, and for forms it cannot read."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    if request.url.path.startswith("/v1"):
        unread = error.status_code == 400
        return refused(bad_request(error.detail) if unread else no_such_path(request.url.path))
    return PlainTextResponse(error.detail, error.status_code, headers=error.headers)
