"""All rows of one connection: itself, its webhook endpoints, its templates. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from store.base import LARGEST_ID
from store.connections import Connections, Endpoints
from store.database import Database
from store.tables import Connection, RequestTemplate, WebhookEndpoint


@dataclass(frozen=True)
class ConnectionRows:
    connection: Connection
    endpoints: Sequence[WebhookEndpoint]
    templates: Sequence[RequestTemplate]


async def find_rows(database: Database, connection_id: int) -> ConnectionRows | None:
    """As `rows_of`, in a transaction of its own."""
    async with database.transaction() as session:
        return await rows_of(session, connection_id)


async def rows_of(session: AsyncSession, connection_id: int) -> ConnectionRows | None:
    """None where there is no such connection. It is read first: what is read after it is at least as new."""
    if connection_id > LARGEST_ID:
        return None
    connections = Connections(session)
    connection = await connections.find(connection_id)
    if connection is None:
        return None
    endpoints = await Endpoints(session).of_connection(connection_id)
    return ConnectionRows(connection, endpoints, await connections.templates(connection_id))
