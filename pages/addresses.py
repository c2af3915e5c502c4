"""Every address of ours in each of its forms, answered at once: with needless slashes, blanks, or what nobody sees.

Never by a redirect, as Starlette does: senders of webhooks do not follow one, and behind a proxy that ends TLS it would
lead to http.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from cleaning.text import trimmed


def plain_path(path: str) -> str:
    """The form of a path in which the routes have it."""
    # No paste leaves a NUL: with one it is a guess, and answered and counted as any other.
    parts = (part if "\0" in part else trimmed(part) for part in path.split("/"))
    return "/" + "/".join(part for part in parts if part)


def path_at(base_url: str, path: str) -> str:
    """The path by which a browser reaches ours; `base_url` may have one of its own, of a proxy.

    Without scheme and host, and absolute: right whatever a proxy says of them, and on each form of the page's address.
    """
    return plain_path(f"{urlsplit(base_url).path}/{path}")


class PlainPaths:
    """Lets the routes see the plain path only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": plain_path(scope["path"])}
        await self._app(scope, receive, send)


def make_app(
    routes: Sequence[BaseRoute],
    middleware: Sequence[Middleware] = (),
    exception_handlers: Mapping[Any, Any] | None = None,
) -> Starlette:
    """With these routes, each in all forms of its address."""
    app = Starlette(
        routes=routes, middleware=[Middleware(PlainPaths), *middleware], exception_handlers=exception_handlers
    )
    app.router.redirect_slashes = False
    return app
