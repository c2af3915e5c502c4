"""What the list of deliveries shows, read at one moment, and a digest that changes with it. Changes nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncSession

from pages.admin.delivery_words import Told
from store.connections import Connections, Endpoints
from store.deliveries import Deliveries
from store.delivery_search import Found, Wanted, search
from store.requests import Requests
from store.tables import Connection, WebhookEndpoint
from store.unknown_effects import deliveries_with_unknown


@dataclass(frozen=True)
class Seen:
    found: Found
    rows: Sequence[Told]
    connections: Sequence[Connection]
    refused: Sequence[tuple[WebhookEndpoint, Connection]]
    any_given_up: bool
    """In all connections, whatever is asked for, as `unknown_requests`."""
    unknown_requests: int

    @cached_property
    def digest(self) -> str:
        """Of all that may change; as it is shown, since a pause changes other rows than its own."""
        rows = [
            (
                one.delivery.id,
                one.state,
                one.delivery.attempt,
                one.delivery.outcome,
                one.about,
                one.has_unknown,
            )
            for one in self.rows
        ]
        refused = [(endpoint.id, endpoint.rejections) for endpoint, _connection in self.refused]
        around = (self.found.older, self.found.newer, self.any_given_up, self.unknown_requests)
        return hashlib.sha256(repr((rows, around, refused)).encode()).hexdigest()[:16]


async def look(session: AsyncSession, wanted: Wanted, *, with_refused: bool) -> Seen:
    """`with_refused`: also what was refused at the door, of which nothing is kept but when, why and how many."""
    found, endpoints = await search(session, wanted), Endpoints(session)
    return Seen(
        found=found,
        rows=await _told(session, found),
        connections=await Connections(session).all(),
        refused=await endpoints.that_refused(wanted.connection_id, wanted.event) if with_refused else (),
        any_given_up=bool(await Deliveries(session).newest(1, given_up=True)),
        unknown_requests=len(await Requests(session).unknown()),
    )


async def _told(session: AsyncSession, found: Found) -> list[Told]:
    unknown = await deliveries_with_unknown(session, [one.id for one, _connection in found.rows])
    return [Told(one, connection, has_unknown=one.id in unknown) for one, connection in found.rows]
