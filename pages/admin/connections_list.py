"""The connections: how each is, what it lacks, what came last, and where to go on. Changes nothing."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pages.admin.access import Door
from pages.admin.connection_words import ConnectionTold
from pages.admin.rendering import page
from pages.admin.sessions import Visitor
from store.connection_rows import find_rows
from store.connections import Connections
from wiring import Parts


@dataclass(frozen=True)
class ConnectionList:
    parts: Parts

    def routes(self, door: Door) -> list[BaseRoute]:
        return [Route("/connections", door.shows(self.show), methods=["GET"])]

    async def show(self, _request: Request, visitor: Visitor) -> Response:
        return page("connections.html", visitor, connections=await all_told(self.parts))


async def all_told(parts: Parts) -> list[ConnectionTold]:
    """By name."""
    base = str(parts.settings.public_base_url).rstrip("/")
    async with parts.database.transaction() as session:
        ids = [one.id for one in await Connections(session).all()]
    stored = [await find_rows(parts.database, one) for one in ids]
    return [ConnectionTold(one, parts.vault, base, parts.now()) for one in stored if one]
