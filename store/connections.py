"""Connections, their webhook endpoints and their templates. Commits nothing itself."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Connection, RequestTemplate, WebhookEndpoint


class Connections:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, connection_id: int) -> Connection:
        return (await self._session.scalars(select(Connection).where(Connection.id == connection_id))).one()

    async def active(self) -> Sequence[Connection]:
        rows = await self._session.scalars(
            select(Connection).where(Connection.paused_because.is_(None)).order_by(Connection.id)
        )
        return rows.all()

    async def named(self, name: str) -> Connection | None:
        return (
            await self._session.scalars(select(Connection).where(Connection.name == name).with_for_update())
        ).one_or_none()

    def add(self, connection: Connection) -> None:
        self._session.add(connection)

    async def pause(self, connection_id: int, because: str) -> None:
        """Its deliveries wait until the connection is set up again."""
        await self._session.execute(
            update(Connection).where(Connection.id == connection_id).values(paused_because=because)
        )

    async def templates(self, connection_id: int) -> Sequence[RequestTemplate]:
        rows = await self._session.scalars(
            select(RequestTemplate)
            .where(RequestTemplate.connection_id == connection_id)
            .order_by(RequestTemplate.position.nulls_last(), RequestTemplate.id)
        )
        return rows.all()

    async def replace_templates(self, connection_id: int, templates: Sequence[RequestTemplate]) -> None:
        await self._session.execute(
            delete(RequestTemplate).where(RequestTemplate.connection_id == connection_id)
        )
        self._session.add_all(templates)


class Endpoints:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_url_keys(self, url_keys: Collection[str]) -> dict[str, tuple[WebhookEndpoint, Connection]]:
        """Those that exist, by their key."""
        rows = await self._session.execute(
            select(WebhookEndpoint, Connection)
            .join(Connection, Connection.id == WebhookEndpoint.connection_id)
            .where(WebhookEndpoint.url_key.in_(url_keys))
        )
        return {endpoint.url_key: (endpoint, connection) for endpoint, connection in rows.tuples()}

    async def of_connection(self, connection_id: int) -> Sequence[WebhookEndpoint]:
        rows = await self._session.scalars(
            select(WebhookEndpoint)
            .where(WebhookEndpoint.connection_id == connection_id)
            .order_by(WebhookEndpoint.id)
        )
        return rows.all()

    def add(self, endpoint: WebhookEndpoint) -> None:
        self._session.add(endpoint)

    async def note_ping(self, endpoint_id: int) -> None:
        await self._change(endpoint_id, last_ping_at=func.now())

    async def note_events(self, endpoint_ids: Collection[int]) -> None:
        # To the second: updating the one row in each webhook's transaction would let only one of them commit at a time.
        a_second_ago = func.now() - timedelta(seconds=1)
        await self._session.execute(
            update(WebhookEndpoint)
            .where(
                WebhookEndpoint.id.in_(endpoint_ids),
                or_(WebhookEndpoint.last_event_at.is_(None), WebhookEndpoint.last_event_at < a_second_ago),
            )
            .values(last_event_at=func.now())
        )

    async def note_rejection(self, endpoint_id: int, reason: str) -> None:
        """Makes a wrong token visible to the admin: the sender learns only that it was refused."""
        await self._change(
            endpoint_id,
            last_rejected_at=func.now(),
            last_rejection=reason,
            rejections=WebhookEndpoint.rejections + 1,
        )

    async def _change(self, endpoint_id: int, **values: object) -> None:
        await self._session.execute(
            update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).values(**values)
        )
