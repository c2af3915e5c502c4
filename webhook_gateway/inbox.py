"""The store as the edge uses it: who is being called, and what was said. Under load, webhooks share transactions."""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from store.connections import Endpoints
from store.database import Database
from store.deliveries import Deliveries, NewDelivery, Recorded
from store.due import PING_EVENT
from store.tables import Connection, WebhookEndpoint
from webhook_gateway.batches import Batches

Known = tuple[WebhookEndpoint, Connection]


class Inbox:
    """Raises DATABASE_ERRORS."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lookups = Batches(self._find)
        self._recordings = Batches(self._record)

    async def endpoint(self, url_key: str) -> Known | None:
        """As it stands now: a changed token or trigger stage counts from the moment it was saved."""
        if "\0" in url_key:
            # PostgreSQL's text cannot hold it: asking would fail as if the database were down.
            return None
        return await self._lookups.do(url_key)

    async def record(self, new: NewDelivery) -> Recorded:
        """Committed when this returns."""
        return await self._recordings.do(new)

    async def note_rejection(self, endpoint: WebhookEndpoint, reason: str) -> None:
        async with self._database.transaction() as session:
            await Endpoints(session).note_rejection(endpoint.id, reason)

    async def _find(self, url_keys: Sequence[str]) -> list[Known | None]:
        async with self._database.transaction() as session:
            known = await Endpoints(session).by_url_keys(set(url_keys))
        return [known.get(url_key) for url_key in url_keys]

    async def _record(self, news: Sequence[NewDelivery]) -> list[Recorded]:
        async with self._database.transaction() as session:
            recorded = await Deliveries(session).record_all(news)
            await self._note_genuine(session, zip(news, recorded, strict=True))
        return recorded

    async def _note_genuine(
        self, session: AsyncSession, recorded: Iterable[tuple[NewDelivery, Recorded]]
    ) -> None:
        """When each endpoint heard of its vendor last; a ping that is replayed is no news."""
        genuine = [(one, what) for one, what in recorded if what is not Recorded.ANOTHER_BODY]
        events = {one.endpoint_id for one, _ in genuine if one.event != PING_EVENT}
        pings = {one.endpoint_id for one, what in genuine if one.event == PING_EVENT and what is Recorded.NEW}
        await Endpoints(session).note_events({one for one in events if one is not None})
        for endpoint_id in pings:
            if endpoint_id is not None:
                await Endpoints(session).note_ping(endpoint_id)
