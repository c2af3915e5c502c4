"""`/answer/{token}`: the page behind the link in the owner's mail. GET and HEAD change nothing; the POST records.

Never logs an address: its path is the link's secret.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from mail.links import AnswerLinks, Link, LinkExpired, NotOurLink
from pages import notices
from pages.addresses import path_at
from pages.answering import AnswerDesk, Question
from pages.form_guard import FIELD, FormGuard
from pages.notices import Notice, not_taken, notice
from pages.rendering import SAFE, Filled, form_page, notice_page, style_sheet
from pages.small_body import TooLarge, read_form
from pages.standing import Open
from store.database import DATABASE_ERRORS, Database
from store.outages import why_not_written
from store.vault import Vault, VaultError

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds: a body or a database that takes longer gets 503."""


def create_answer_routes(
    database: Database, vault: Vault, now: Callable[[], datetime], public_base_url: str
) -> list[Route]:
    """For the public port. `public_base_url` is where people reach it."""
    page = AnswerPage(
        path_at(public_base_url, "answer"),
        database,
        AnswerLinks.from_vault(vault, now),
        FormGuard(vault.signing_keys("answer pages"), public_base_url),
        AnswerDesk(database, now),
    )
    return [
        Route("/answer/static/style.css", style_sheet),
        Route("/answer/{token}", page.respond, methods=["GET", "POST"]),
    ]


@dataclass(frozen=True)
class AnswerPage:
    """What the page works with. `root`: the path of `/answer` as browsers see it."""

    root: str
    database: Database
    links: AnswerLinks
    guard: FormGuard
    desk: AnswerDesk

    async def respond(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(PATIENCE):
                # The keys that signed the links; those of a process that has begun without its database, too.
                await self.database.refresh()
                link = self.links.read(request.path_params["token"])
                return await (self._take if request.method == "POST" else self._show)(request, link)
        except NotOurLink:
            return self._notice(notices.UNKNOWN)
        except LinkExpired:
            return self._notice(notices.EXPIRED)
        except TooLarge:
            response = self._notice(notices.TOO_LARGE, retry=request)
            # What is left of the body would otherwise be read, to find the next request on the connection.
            response.headers["Connection"] = "close"
            return response
        except ClientDisconnect:
            return PlainTextResponse("incomplete", 400)
        except (*DATABASE_ERRORS, VaultError) as error:
            # Not the database's own words: they quote what was to be written.
            why = str(error) if isinstance(error, VaultError) else why_not_written(error)
            log.error("An owner's answer page was answered 503: %s", why)
            return self._notice(notices.UNAVAILABLE, retry=request)

    async def _show(self, request: Request, link: Link) -> Response:
        return self._page(request, link, await self.desk.look(link))

    async def _take(self, request: Request, link: Link) -> Response:
        token, fields = _token(request), await read_form(request)
        if not self.guard.lets_through(request, token, fields.get(FIELD, "")):
            return self._notice(notices.REFUSED, retry=request)
        taken = await self.desk.take(link, fields)
        if taken.is_heard:
            return RedirectResponse(self._address(request), 303, headers=SAFE)
        filled = Filled(fields, taken.problem) if taken.problem else None
        return self._page(request, link, taken.question, filled)

    def _page(
        self, request: Request, link: Link, question: Question, filled: Filled | None = None
    ) -> Response:
        standing, token = question.standing, _token(request)
        if not isinstance(standing, Open):
            told = notice(standing, question.asks_again_after)
            return notice_page(
                self.root, not_taken(told) if request.method == "POST" else told, question=question
            )
        return form_page(self.root, question, standing, self.guard.proof(token), filled)

    def _notice(self, told: Notice, *, retry: Request | None = None) -> Response:
        return notice_page(self.root, told, retry=self._address(retry) if retry else None)

    def _address(self, request: Request) -> str:
        """This page's own."""
        return f"{self.root}/{quote(_token(request), safe='')}"


def _token(request: Request) -> str:
    return str(request.path_params["token"])
