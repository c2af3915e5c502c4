"""The audit: who changed what, on what and why, the newest first, of all connections or one. Changes nothing."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pages.admin.access import Door
from pages.admin.audit_words import WHICH, Told
from pages.admin.rendering import page
from pages.admin.sessions import Visitor
from pages.admin.turning import turn_in, turns_of
from store.audit_trail import Wanted, Which, audit_entries, still_there
from store.connections import Connections
from wiring import Parts

ASKED = ("connection", "which", "audit_after", "audit_before")


@dataclass(frozen=True)
class AuditPage:
    parts: Parts

    def routes(self, door: Door) -> list[BaseRoute]:
        return [Route("/audit", door.shows(self.show), methods=["GET"])]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """What an address asks for and nobody understands is no filter."""
        asked = {name: text for name in ASKED if (text := request.query_params.get(name, ""))}
        which = Which(asked["which"]) if asked.get("which") in list(Which) else Which.CHANGES
        async with self.parts.database.transaction() as session:
            connections = await Connections(session).all()
            chosen = {str(one.id): one.id for one in connections}.get(asked.get("connection", ""))
            found = await audit_entries(session, Wanted(chosen, which=which), turn_in(asked, "audit"))
            there = await still_there(session, found.rows)
        return page(
            "audit.html",
            visitor,
            rows=[Told(one, there) for one in found.rows],
            turns=turns_of("/audit", asked, "audit", found),
            connections=connections,
            chosen=chosen,
            kinds=WHICH,
            which=which,
        )
