"""Connections, their webhook endpoints and their templates. Commits nothing itself."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cleaning.text import clean_line
from store.tables import Connection, RequestTemplate, Vendor, WebhookEndpoint

_MAKING_WEBHOOKS = 8_600_003
"""Any number, the same in every process: with a connection's id the advisory lock of whoever makes its webhooks."""


def account_of(connection: Connection, vendor: Vendor) -> str:
    """A name for whom the connection calls and with which credentials: other ones, another name. Shows none of them."""
    match vendor:
        case Vendor.LEVER:
            parts = (connection.lever_url.encode(), connection.lever_key)
        case Vendor.CROSSCHQ:
            prefixed = connection.crosschq_key_prefix.encode() + b" " + connection.crosschq_key
            parts = (connection.crosschq_url.encode(), prefixed)
    return sha256(b"\0".join((vendor.value.encode(), *parts))).hexdigest()


class Connections:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, connection_id: int) -> Connection:
        return (await self._session.scalars(select(Connection).where(Connection.id == connection_id))).one()

    async def all(self) -> Sequence[Connection]:
        return (await self._session.scalars(select(Connection).order_by(Connection.name))).all()

    async def find(self, connection_id: int) -> Connection | None:
        return await self._session.get(Connection, connection_id)

    async def active(self) -> Sequence[Connection]:
        rows = await self._session.scalars(
            select(Connection).where(Connection.paused_because.is_(None)).order_by(Connection.id)
        )
        return rows.all()

    async def locked(self, connection_id: int) -> Connection:
        """Until the transaction ends nobody else changes it; webhooks go on being recorded."""
        query = select(Connection).where(Connection.id == connection_id).with_for_update(key_share=True)
        return (await self._session.scalars(query.execution_options(populate_existing=True))).one()

    async def may_make_webhooks(self, connection_id: int) -> bool:
        """False while another transaction may; that one's end, also by a crash, lets the next one."""
        lock = func.pg_try_advisory_xact_lock(_MAKING_WEBHOOKS, connection_id)
        return bool(await self._session.scalar(select(lock)))

    async def named(self, name: str) -> Connection | None:
        """What nobody sees in a name does not count: earlier releases stored it as it was typed."""
        known = await self._session.execute(select(Connection.name, Connection.id))
        ids = {row.name: row.id for row in known}
        same = (one for one in ids if clean_line(one) == clean_line(name))
        found = name if name in ids else next(same, None)
        return (
            None if found is None else await self._session.get(Connection, ids[found], with_for_update=True)
        )

    def add(self, connection: Connection) -> None:
        self._session.add(connection)

    async def pause(self, connection_id: int, because: str) -> None:
        """Its deliveries wait until the connection goes on. One that is paused keeps its reason, maybe a person's."""
        await self._session.execute(
            update(Connection)
            .where(Connection.id == connection_id, Connection.paused_because.is_(None))
            .values(paused_because=because)
        )

    async def pause_if_refused(self, connection_id: int, because: str, account: str) -> bool:
        """As `pause`, after a vendor refused the credentials of `account` (see account_of; "" for those stored).

        False where others are stored by now, about which nothing is known: then nothing has changed.
        """
        row = await self.locked(connection_id)
        if account and account not in {account_of(row, vendor) for vendor in Vendor}:
            return False
        row.paused_because = row.paused_because or because
        return True

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
        return {endpoint.url_key: (endpoint, connection) for endpoint, connection in rows}

    async def of_connection(self, connection_id: int) -> Sequence[WebhookEndpoint]:
        rows = await self._session.scalars(
            select(WebhookEndpoint)
            .where(WebhookEndpoint.connection_id == connection_id)
            .order_by(WebhookEndpoint.id)
        )
        return rows.all()

    async def that_refused(
        self, connection_id: int | None, event: str
    ) -> Sequence[tuple[WebhookEndpoint, Connection]]:
        """Those at which a webhook was ever refused, the latest first. `event` "": of any."""
        query = select(WebhookEndpoint, Connection).join(Connection)
        if connection_id is not None:
            query = query.where(WebhookEndpoint.connection_id == connection_id)
        if event:
            query = query.where(WebhookEndpoint.event == event)
        rows = await self._session.execute(
            query.where(WebhookEndpoint.last_rejected_at.is_not(None)).order_by(
                WebhookEndpoint.last_rejected_at.desc(), WebhookEndpoint.id
            )
        )
        return rows.all()

    async def locked(self, connection_id: int, endpoint_id: int) -> WebhookEndpoint | None:
        """Until the transaction ends nobody else changes it; None where the connection has no such endpoint."""
        query = select(WebhookEndpoint).where(
            WebhookEndpoint.id == endpoint_id, WebhookEndpoint.connection_id == connection_id
        )
        return (await self._session.scalars(query.with_for_update(key_share=True))).one_or_none()

    def add(self, endpoint: WebhookEndpoint) -> None:
        self._session.add(endpoint)

    async def forget_lever_webhook_ids(self, connection_id: int) -> None:
        await self._session.execute(
            update(WebhookEndpoint)
            .where(WebhookEndpoint.connection_id == connection_id)
            .values(lever_webhook_id=None)
        )

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
