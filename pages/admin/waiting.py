"""What is waiting: requests of unknown fate, on which it takes a word, those under way, and follow-ups."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pages.admin.access import Door
from pages.admin.done import done, done_in
from pages.admin.forms import Fields
from pages.admin.links import id_in
from pages.admin.persons_word import NoReason, word_of
from pages.admin.rendering import page
from pages.admin.sessions import Visitor
from pages.admin.turning import turn_in, turns_of
from pages.admin.waiting_words import FollowUpTold, RequestTold
from store.resolving import IdTaken, NothingToResolve, resolve_request
from store.waiting import ended_follow_ups, number_unknown, open_follow_ups, open_requests, unknown_requests
from wiring import Parts

MOST = 200
"""Of those that a person must resolve: they are shown on every page, and how many there are besides."""
ASKED = ("ended", *(f"{name}_{way}" for name in ("requests", "follow_ups") for way in ("after", "before")))
LONGEST_ID = 200


@dataclass(frozen=True)
class WaitingList:
    parts: Parts

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            Route("/waiting", door.shows(self.show), methods=["GET"]),
            Route("/requests/{id:int}/resolve", door.changes(self.resolve), methods=["POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        asked = {name: text for name in ASKED if (text := request.query_params.get(name, ""))}
        return await self._page(visitor, asked, said=done_in(request))

    async def resolve(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        request_id = id_in(request)
        try:
            word, crosschq_id = word_of(visitor, fields), _fate(fields)
            async with self.parts.database.transaction() as session:
                await resolve_request(session, request_id, crosschq_id, word)
        except (NoReason, NothingToResolve, IdTaken) as error:
            typed = {name: fields.one(name) for name in ("fate", "crosschq_id", "why")}
            problem = f"{error}".rstrip(".") + "."
            return await self._page(visitor, {}, problem=problem, about=request_id, typed=typed)
        return done("/waiting", "request-sent" if crosschq_id else "request-anew")

    async def _page(
        self,
        visitor: Visitor,
        asked: Mapping[str, str],
        *,
        problem: str = "",
        about: int | None = None,
        typed: Mapping[str, Any] | None = None,
        said: str = "",
    ) -> Response:
        find = ended_follow_ups if "ended" in asked else open_follow_ups
        async with self.parts.database.transaction() as session:
            unknown = await unknown_requests(session, MOST)
            further = await number_unknown(session) - len(unknown)
            requests = await open_requests(session, turn_in(asked, "requests"))
            follow_ups = await find(session, turn_in(asked, "follow_ups"))
        return page(
            "waiting.html",
            visitor,
            400 if problem else 200,
            unknown=[RequestTold(one) for one in unknown],
            requests=[RequestTold(one) for one in requests.rows],
            request_turns=turns_of("/waiting", asked, "requests", requests),
            follow_ups=[FollowUpTold(one) for one in follow_ups.rows],
            follow_up_turns=turns_of("/waiting", asked, "follow_ups", follow_ups),
            ended="ended" in asked,
            further_unknown=further,
            is_without_mail=self.parts.mail_server is None,
            problem=problem,
            done=said,
            about=about,
            typed=typed or {},
        )


def _fate(fields: Fields) -> str | None:
    """Crosschq's id of the request; None: Crosschq does not have it."""
    fate, crosschq_id = fields.one("fate"), fields.one("crosschq_id")
    if fate not in ("sent", "not-sent"):
        raise NoReason("Say whether Crosschq has it.")
    if fate == "not-sent" and crosschq_id:
        raise NoReason("Leave the id blank for a request that Crosschq does not have.")
    if fate == "sent" and not 0 < len(crosschq_id) <= LONGEST_ID:
        raise NoReason("Write the id under which Crosschq has it.")
    return crosschq_id or None
