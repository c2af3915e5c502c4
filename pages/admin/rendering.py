"""Makes the HTML of the admin pages, with headers that let it load nothing but our own. Decides nothing."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.admin.navigation import PLACES
from pages.admin.sessions import FIELD, Visitor

HERE = Path(__file__).parent

SAFE = {
    "Cache-Control": "no-store",
    # Not no-referrer as for the owners' pages: our forms' Origin is checked, and these addresses are no secrets.
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

LONGEST_PATH = 1000

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
STATIC = frozenset(one.name for one in (HERE / "static").iterdir() if one.suffix in _TYPES)
"""No name that was asked for is looked up on the disk."""

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def moment(at: datetime | None) -> str:
    """To the second, in UTC, as the logs have it."""
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else "never"


_templates.filters.update(moment=moment)


def page(
    template: str,
    visitor: Visitor | None,
    status: int = 200,
    /,
    **context: object,
) -> Response:
    """`visitor` is None on the pages for who is not signed in."""
    shown: Mapping[str, object] = {"visitor": visitor, "form_field": FIELD, "places": PLACES, **context}
    return HTMLResponse(_templates.get_template(template).render(shown), status)


def own_path(path: str) -> str:
    """The path, or that of the first page: browsers read a backslash as a slash and overlook tabs and line ends."""
    is_ours = path.startswith("/") and not path.startswith("//") and len(path) <= LONGEST_PATH
    return path if is_ours and "\\" not in path and path.isprintable() else "/"


def see_other(path: str) -> Response:
    """After a POST that was done, and to the sign-in page: always a path of ours."""
    return RedirectResponse(own_path(path), 303)


async def static_file(request: Request) -> Response:
    """A style sheet, script or picture of ours."""
    name = request.path_params["name"]
    if name not in STATIC:
        return Response("not found", 404)
    file = HERE / "static" / name
    # What is looked for again when it has changed is read anew; it is small.
    return Response(file.read_bytes(), media_type=_TYPES[file.suffix], headers={"Cache-Control": "no-cache"})


async def _not_here(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("Not Found", 404)


WRONG_METHOD: Mapping[int, Callable[[Request, Exception], Awaitable[Response]]] = {
    HTTPStatus.METHOD_NOT_ALLOWED: _not_here
}
"""For Starlette's `exception_handlers`: answered as an address that is none, so that strangers learn of no form."""


class SafeHeaders:
    """Gives every answer SAFE, also an error's; what an answer says itself counts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_answered = False

        async def with_headers(message: Message) -> None:
            nonlocal is_answered
            is_answered = True
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFE.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        finally:
            # Starlette's own answer to an error of ours is given outside of here, and would have none of these.
            if scope["type"] == "http" and not is_answered:
                broken = Response("Something is broken here; our log says what.", 500)
                await broken(scope, receive, with_headers)
