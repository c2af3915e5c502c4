"""The list of deliveries: filters, pages, and a word on all that failed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from lever.links import opportunity_in
from pages.admin.access import Door
from pages.admin.delivery_words import KINDS, OUTCOMES, UNKNOWN, Told
from pages.admin.forms import Fields
from pages.admin.persons_word import NoReason, word_of
from pages.admin.rendering import page, see_other
from pages.admin.sessions import Visitor
from store.base import LARGEST_ID
from store.connections import Connections, Endpoints
from store.deliveries import Deliveries
from store.delivery_search import Found, Wanted, search
from store.replaying import MOST_AT_ONCE, replay_failed
from store.requests import Requests
from store.tables import Connection, DeliveryState, WebhookEndpoint
from store.unknown_effects import deliveries_with_unknown
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
        async with self.parts.database.transaction() as session:
            found = await search(session, wanted(asked))
            rows = await _told(session, found)
            connections = await Connections(session).all()
            given_up = await Deliveries(session).newest(1, given_up=True)
            unknown = await Requests(session).unknown()
            refused = await _refused(session, asked)
        chosen = {name: asked.get(name, "") for name in FILTERS}
        seen = _digest(
            rows,
            found.older,
            found.newer,
            bool(given_up),
            len(unknown),
            [(one.id, one.rejections) for one, _ in refused],
        )
        if asked.get("seen") == seen:
            # Asked for by a page left open: nothing moves in it as long as nothing has changed.
            return Response(status_code=204)
        is_first = asked.keys().isdisjoint({"older", "newer"})
        return page(
            "deliveries.html",
            visitor,
            400 if problem else 200,
            rows=rows,
            older=_further(chosen, "older", found.older),
            newer=_further(chosen, "newer", found.newer),
            news=_further(chosen, "seen", seen) if is_first and not problem else None,
            refused=refused,
            connections=connections,
            kinds=KINDS,
            outcomes=OUTCOMES,
            chosen=chosen,
            given_up=bool(given_up),
            unknown=len(unknown),
            replayed=_number(asked.get("replayed", "")),
            are_more="more" in asked,
            most=MOST_AT_ONCE,
            problem=problem,
            typed=typed or {"since": "", "why": ""},
        )


async def _told(session: AsyncSession, found: Found) -> list[Told]:
    unknown = await deliveries_with_unknown(session, [one.id for one, _connection in found.rows])
    return [Told(one, connection, has_unknown=one.id in unknown) for one, connection in found.rows]


async def _refused(
    session: AsyncSession, asked: Mapping[str, str]
) -> Sequence[tuple[WebhookEndpoint, Connection]]:
    """Nothing is kept of these but when, why and how many: they are in no state, and about nobody for certain."""
    if any(asked.get(name) for name in ("state", "opportunity", "older", "newer")):
        return ()
    only = wanted(asked)
    return await Endpoints(session).that_refused(only.connection_id, only.event)


def wanted(asked: Mapping[str, str]) -> Wanted:
    """What a page's address asks for; what it does not understand is no filter."""
    state = asked.get("state", "")
    return Wanted(
        connection_id=_number(asked.get("connection", "")),
        event=asked.get("event", "").replace("\0", ""),
        state=DeliveryState(state) if state in list(DeliveryState) else None,
        has_unknown=state == UNKNOWN,
        opportunity=opportunity_in(asked.get("opportunity", "")).replace("\0", ""),
        older_than=_number(asked.get("older", "")),
        newer_than=_number(asked.get("newer", "")),
    )


def _number(text: str) -> int | None:
    is_one = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID))
    return min(int(text), LARGEST_ID) if is_one else None


def _digest(rows: Sequence[Told], *rest: object) -> str:
    """Of all that the list shows and that may change; as it is shown, since a pause changes other rows than its own."""
    shown = [
        (one.delivery.id, one.state, one.delivery.attempt, one.delivery.outcome, one.about, one.has_unknown)
        for one in rows
    ]
    return hashlib.sha256(repr((shown, rest)).encode()).hexdigest()[:16]


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
