"""Who may see and do what: signed in for every page, the admin for every change, and each form from a page of ours."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from pages.admin.forms import Fields, TooLarge, read_fields
from pages.admin.rendering import page
from pages.admin.sessions import FIELD, Sessions, Visitor
from pages.admin.way_in import page_asked_for, page_stood_on, to_sign_in
from store.database import DATABASE_ERRORS
from store.outages import why_not_written
from store.vault import VaultError

log = logging.getLogger(__name__)

Show = Callable[[Request, Visitor], Awaitable[Response]]
Change = Callable[[Request, Visitor, Fields], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]

PATIENCE = 60.0
"""Seconds: a self-test asks two vendors, a mail server and Prefect."""
TOO_SLOW = (
    "That took longer than a minute and was broken off: a vendor answers slowly. Look whether it was done, then try "
    "again."
)


@dataclass(frozen=True)
class Door:
    """Makes endpoints of handlers. Everything behind it knows who is there."""

    sessions: Sessions

    def shows(self, show: Show) -> Endpoint:
        """A page for everybody who is signed in."""

        async def endpoint(request: Request) -> Response:
            visitor = await self.sessions.visitor(request)
            if visitor is None:
                return to_sign_in(request, page_asked_for(request, self.sessions))
            return await show(request, visitor)

        return in_time(endpoint)

    def changes(self, change: Change, *, viewers_too: bool = False) -> Endpoint:
        """A form of the admin's, sent from a page of ours."""

        async def endpoint(request: Request) -> Response:
            visitor = await self.sessions.visitor(request)
            if visitor is None:
                return to_sign_in(request, page_stood_on(request, self.sessions), is_lost=True)
            fields = await read_fields(request)
            if why := self.sessions.why_not_own(request, fields.one(FIELD)):
                return _refused(visitor, why)
            if not (visitor.is_admin or viewers_too):
                return _refused(
                    visitor, "You may look at everything here, and change nothing: ask the admin."
                )
            return await change(request, visitor, fields)

        return in_time(endpoint)


def in_time(endpoint: Endpoint) -> Endpoint:
    """Answers in words when the database is away, or all takes too long."""

    async def bounded(request: Request) -> Response:
        try:
            async with asyncio.timeout(PATIENCE) as limit:
                return await endpoint(request)
        except TooLarge:
            return PlainTextResponse("That is more than a form of ours holds.", 413, {"Connection": "close"})
        except ClientDisconnect:
            return PlainTextResponse("incomplete", 400)
        except VaultError as error:
            log.error("A page was answered 503: %s", error)
            return page("told.html", None, 503, title="Not now", told=str(error))
        except DATABASE_ERRORS as error:
            if limit.expired():
                return page("told.html", None, 504, title="Not now", told=TOO_SLOW)
            why = why_not_written(error)
            log.error("A page was answered 503, as our database was of no use: %s.", why)
            told = f"Our database is of no use at present: {why}. See to it, then open this page again."
            return page("told.html", None, 503, title="Not now", told=told)

    return bounded


def _refused(visitor: Visitor, why: str) -> Response:
    return page("told.html", visitor, 403, title="Not done", told=why)
