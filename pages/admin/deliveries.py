"""The list of deliveries: filters, pages, and a word on all that failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from cleaning.text import clean_text
from lever.links import opportunity_in
from pages.admin.access import Door
from pages.admin.deliveries_seen import look
from pages.admin.delivery_words import KINDS, OUTCOMES, UNKNOWN
from pages.admin.forms import Fields
from pages.admin.persons_word import NoReason, word_of
from pages.admin.rendering import page, see_other
from pages.admin.sessions import Visitor
from store.base import LARGEST_ID
from store.delivery_search import Wanted
from store.replaying import MOST_AT_ONCE, replay_failed
from store.tables import DeliveryState
from wiring import Parts

FILTERS = ("connection", "event", "state", "opportunity")


@dataclass(frozen=True)
class DeliveryList:
    parts: Parts

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            Route("/deliveries", door.shows(self.show), methods=["GET"]),
            Route("/deliveries/replay-failed", door.changes(self.replay_failed), methods=["POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        return await self._page(visitor, request.query_params)

    async def replay_failed(self, _request: Request, visitor: Visitor, fields: Fields) -> Response:
        typed = {"since": fields.one("since"), "why": fields.one("why")}
        chosen = {name: text for name in FILTERS if (text := fields.one(name))}
        try:
            since, word = _time(typed["since"]), word_of(visitor, fields)
        except (NoReason, ValueError) as error:
            return await self._page(visitor, chosen, problem=str(error), typed=typed)
        async with self.parts.database.transaction() as session:
            replayed = await replay_failed(session, since, word, self.parts.now(), wanted(chosen))
        if not replayed.number:
            none = f"None of these was given up since {since:%Y-%m-%d %H:%M} UTC."
            return await self._page(visitor, chosen, problem=none, typed=typed)
        told = {"replayed": str(replayed.number)} | ({"more": "on"} if replayed.are_more else {})
        return see_other(f"/deliveries?{urlencode({**chosen, **told})}")

    async def _page(
        self,
        visitor: Visitor,
        asked: Mapping[str, str],
        problem: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        # Those that were refused are in no state, and about nobody for certain.
        narrows = any(asked.get(name) for name in ("state", "opportunity", "older", "newer"))
        async with self.parts.database.transaction() as session:
            seen = await look(session, wanted(asked), with_refused=not narrows)
        if asked.get("seen") == seen.digest:
            # Asked for by a page left open: nothing moves in it as long as nothing has changed.
            return Response(status_code=204)
        chosen = {name: asked.get(name, "") for name in FILTERS}
        is_first = asked.keys().isdisjoint({"older", "newer"})
        return page(
            "deliveries.html",
            visitor,
            400 if problem else 200,
            seen=seen,
            older=_further(chosen, "older", seen.found.older),
            newer=_further(chosen, "newer", seen.found.newer),
            news=_further(chosen, "seen", seen.digest) if is_first and not problem else None,
            kinds=KINDS,
            outcomes=OUTCOMES,
            chosen=chosen,
            replayed=_number(asked.get("replayed", "")),
            are_more="more" in asked,
            most=MOST_AT_ONCE,
            problem=problem,
            typed=typed or {"since": "", "why": ""},
        )


def wanted(asked: Mapping[str, str]) -> Wanted:
    """What a page's address asks for; what it does not understand is no filter."""
    state = asked.get("state", "")
    return Wanted(
        connection_id=_number(asked.get("connection", "")),
        event=clean_text(asked.get("event", "")),
        state=DeliveryState(state) if state in list(DeliveryState) else None,
        has_unknown=state == UNKNOWN,
        opportunity=opportunity_in(clean_text(asked.get("opportunity", ""))),
        older_than=_number(asked.get("older", "")),
        newer_than=_number(asked.get("newer", "")),
    )


def _number(text: str) -> int | None:
    is_one = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID))
    return min(int(text), LARGEST_ID) if is_one else None


def _further(chosen: Mapping[str, str], which: str, at: int | str | None) -> str | None:
    """The address of the page beyond, or of this one's news; None where there is none."""
    if at is None:
        return None
    return f"/deliveries?{urlencode({**{name: text for name, text in chosen.items() if text}, which: at})}"


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("Write since when, such as 2026-01-31T09:30.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
