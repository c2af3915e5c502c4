"""One follow-up, and a person's word on it: ask now, send again, postpone, cancel. Acts on nothing unseen."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pages.admin.access import Door
from pages.admin.done import done, done_in
from pages.admin.forms import Fields
from pages.admin.links import flow_run_page, id_in, not_found
from pages.admin.persons_word import NoReason, word_of
from pages.admin.rendering import page
from pages.admin.sessions import Visitor
from pages.admin.waiting_words import FollowUpTold
from store.audits import PersonsWord
from store.follow_up_changes import (
    NoSuchFollowUp,
    NotNow,
    as_seen,
    ask_now,
    cancel,
    demand_unchanged,
    postpone,
    send_again,
)
from store.waiting import one_follow_up
from wiring import Parts

MOST_DAYS = 3650

Act = Callable[[AsyncSession, int, PersonsWord], Awaitable[str]]


class NoDays(Exception):  # noqa: N818 - says what is missing
    """The message says what to write."""


@dataclass(frozen=True)
class FollowUpPage:
    parts: Parts

    def routes(self, door: Door) -> list[BaseRoute]:
        path = "/follow-ups/{id:int}"
        return [
            Route(path, door.shows(self.show), methods=["GET"]),
            Route(f"{path}/ask-now", door.changes(self.ask_now), methods=["POST"]),
            Route(f"{path}/send-again", door.changes(self.send_again), methods=["POST"]),
            Route(f"{path}/postpone", door.changes(self.postpone), methods=["POST"]),
            Route(f"{path}/cancel", door.changes(self.cancel), methods=["POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        return await self._page(visitor, id_in(request), None, said=done_in(request))

    async def ask_now(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        now = self.parts.now()
        return await self._change(
            request,
            visitor,
            fields,
            "due-now",
            lambda session, which, word: ask_now(session, which, word, now),
        )

    async def send_again(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        return await self._change(request, visitor, fields, "sent-again", send_again)

    async def postpone(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        async def act(session: AsyncSession, which: int, word: PersonsWord) -> str:
            return await postpone(session, which, _days(fields), word, self.parts.now())

        return await self._change(request, visitor, fields, "postponed", act)

    async def cancel(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        return await self._change(request, visitor, fields, "cancelled", cancel)

    async def _change(
        self, request: Request, visitor: Visitor, fields: Fields, outcome: str, act: Act
    ) -> Response:
        """`outcome`: what the page then says that was done."""
        which = id_in(request)
        try:
            word = word_of(visitor, fields)
            async with self.parts.database.transaction() as session:
                await demand_unchanged(session, which, fields.one("seen"))
                await act(session, which, word)
        except (NoReason, NoDays, NotNow) as error:
            return await self._page(visitor, which, fields, str(error))
        except NoSuchFollowUp as error:
            return not_found(visitor, f"{error}.")
        return done(f"/follow-ups/{which}", outcome)

    async def _page(
        self, visitor: Visitor, which: int, typed: Fields | None, problem: str = "", said: str = ""
    ) -> Response:
        async with self.parts.database.transaction() as session:
            found = await one_follow_up(session, which)
            seen = await as_seen(session, found.follow_up) if found else ""
        if found is None:
            return not_found(visitor, f"There is no follow-up {which} (any more).")
        return page(
            "follow_up.html",
            visitor,
            400 if problem else 200,
            told=FollowUpTold(found),
            one=found.follow_up,
            seen=seen,
            request=found.request,
            connection=found.connection,
            flow_run=flow_run_page(self.parts.settings, found.follow_up.flow_run_id),
            is_without_mail=self.parts.mail_server is None,
            problem=problem,
            done=said,
            why=typed.one("why") if typed else "",
            days=(typed.one("days") if typed else "") or "7",
        )


def _days(fields: Fields) -> timedelta:
    try:
        days = float(fields.one("days"))
    except ValueError:
        days = 0
    # Not the other way round: nothing is smaller or larger than what is not a number.
    if not 0.001 <= days <= MOST_DAYS:
        raise NoDays(f"Say by how many days, from a part of one to {MOST_DAYS}.")
    return timedelta(days=days)
