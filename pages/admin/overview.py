"""The first page: what needs a person, and the connections."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pages.admin.access import Door
from pages.admin.rendering import page
from pages.admin.sessions import Visitor
from store.connections import Connections
from store.deliveries import Deliveries
from store.delivery_search import Wanted, number_of
from store.requests import Requests
from store.tables import DeliveryState
from wiring import Parts

MOST = 20
"""Of the given up ones that are listed; how many there are besides is said."""


@dataclass(frozen=True)
class Overview:
    parts: Parts

    def routes(self, door: Door) -> list[BaseRoute]:
        return [Route("/", door.shows(self.show), methods=["GET"])]

    async def show(self, _request: Request, visitor: Visitor) -> Response:
        async with self.parts.database.transaction() as session:
            connections = await Connections(session).all()
            given_up = await Deliveries(session).newest(MOST, given_up=True)
            is_full = len(given_up) == MOST
            number = await number_of(session, Wanted(state=DeliveryState.DEAD)) if is_full else len(given_up)
            unknown = await Requests(session).unknown()
        return page(
            "overview.html",
            visitor,
            connections=connections,
            given_up=given_up,
            further=number - len(given_up),
            unknown=unknown,
        )
