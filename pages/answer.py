"""`/answer/{token}`: the page behind the link in the owner's mail. GET and HEAD change nothing; the POST records.

Never logs an address: its path is the link's secret.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from mail.links import AnswerLinks, Link, LinkExpired, NotOurLink
from pages import notices
from pages.answering import AnswerDesk, Question
from pages.form_guard import FIELD, FormGuard
from pages.notices import not_taken, notice
from pages.rendering import SAFE, Filled, form_page, notice_page, style_sheet
from pages.small_body import TooLarge, read_form
from pages.standing import Open
from store.database import DATABASE_ERRORS, Database
from store.vault import Vault, VaultError

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds: a body or a database that takes longer gets 503."""


def create_answer_routes(
    database: Database, vault: Vault, now: Callable[[], datetime], public_base_url: str
) -> list[Route]:
    """For the public port. `public_base_url` is where people reach it."""
    page = AnswerPage(
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
    """What the page works with."""

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
            return notice_page(notices.UNKNOWN)
        except LinkExpired:
            return notice_page(notices.EXPIRED)
        except TooLarge:
            response = notice_page(notices.TOO_LARGE, retry=_token(request))
            # What is left of the body would otherwise be read, to find the next request on the connection.
            response.headers["Connection"] = "close"
            return response
        except ClientDisconnect:
            return PlainTextResponse("incomplete", 400)
        except (*DATABASE_ERRORS, VaultError) as error:
            # Not the database's own words: they quote what was to be written.
            log.error("An owner's answer page was answered 503: %s", type(error).__name__)
            return notice_page(notices.UNAVAILABLE, retry=_token(request))

    async def _show(self, request: Request, link: Link) -> Response:
        return self._page(request, link, await self.desk.look(link))

    async def _take(self, request: Request, link: Link) -> Response:
        token, fields = _token(request), await read_form(request)
        if not self.guard.lets_through(request, token, fields.get(FIELD, "")):
            return notice_page(notices.REFUSED, retry=token)
        taken = await self.desk.take(link, fields)
        if taken.is_heard:
            return RedirectResponse(token, 303, headers=SAFE)
        filled = Filled(fields, taken.problem) if taken.problem else None
        return self._page(request, link, taken.question, filled)

    def _page(
        self, request: Request, link: Link, question: Question, filled: Filled | None = None
    ) -> Response:
        standing, token = question.standing, _token(request)
        if not isinstance(standing, Open):
            told = notice(standing, question.asks_again_after)
            return notice_page(not_taken(told) if request.method == "POST" else told, question=question)
        return form_page(question, standing, self.guard.proof(token), filled)


def _token(request: Request) -> str:
    """As a relative address it is this page's own."""
    return str(request.path_params["token"])
