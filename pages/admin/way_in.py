"""The way to the sign-in page and on from there, without losing the page that somebody wanted. Signs nobody in."""

from datetime import timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from pages.admin.rendering import LONGEST_PATH, own_path, page, see_other
from pages.admin.sessions import POLLS, Sessions
from store.people import ABSOLUTE, IDLE

NEXT, LOST = "next", "lost"
"""Of the sign-in page's address: what follows, and that a form was sent which nobody took."""
HERE = "here"
"""Marks an address that a page of ours has led to, so that none leads there twice."""

WAS_LOST = (
    f"You were signed out: that happens after {IDLE // timedelta(minutes=1)} minutes without a click, and after "
    f"{ABSOLUTE // timedelta(hours=1)} hours in any case. What you sent was not stored: sign in, and do it once more."
)


def to_sign_in(request: Request, following: str, *, is_lost: bool = False) -> Response:
    """The whole page goes there, also where htmx asked for a part of it."""
    path = _sign_in(following, LOST if is_lost else "")
    if len(path) > LONGEST_PATH:
        path = _sign_in(following.partition("?")[0], LOST if is_lost else "")
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": path})
    return see_other(path)


def page_asked_for(request: Request, sessions: Sessions) -> str:
    """With its query: a list's filters, whom a preview is about."""
    if POLLS in request.headers:
        # The page's own address: the one that it polls answers nothing to who has seen all.
        return page_stood_on(request, sessions)
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def page_stood_on(request: Request, sessions: Sessions) -> str:
    """Where the form was that was sent, say; the first page if the browser does not tell, or the address is no page."""
    scheme, _, rest = request.headers.get("referer", "").partition("://")
    host, _, path = rest.partition("/")
    stood_on = own_path(f"/{path}")
    is_known = sessions.is_ours(request, f"{scheme}://{host}") and _is_page(request, stood_on)
    return stood_on if is_known else "/"


def by_way_of_here(request: Request) -> Response | None:
    """For who comes by a link from another site: the browser kept the strict cookie back, and sends it on a way that
    begins on a page of ours. None: they come from nowhere else, or were led already.
    """
    if request.headers.get("sec-fetch-site") != "cross-site" or HERE in request.query_params:
        return None
    lost = LOST if LOST in request.query_params else ""
    again = _sign_in(own_path(request.query_params.get(NEXT, "/")), lost, HERE)
    return page("going_on.html", None, title="Sign in", following=again)


def _sign_in(following: str, *marks: str) -> str:
    return "&".join([f"/sign-in?{NEXT}={quote(following)}", *(f"{one}=yes" for one in marks if one)])


def _is_page(request: Request, path: str) -> bool:
    """What is shown after a form was refused stands at the form's own address, which often only takes forms."""
    asked = {"type": "http", "method": "GET", "path": path.partition("?")[0], "headers": []}
    return any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)
