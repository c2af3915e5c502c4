"""The most requests that a connection may send within an hour: then it pauses, for a person to look at the moves.

A bulk move in Lever, or a wrong trigger stage, would ask hundreds of candidates within minutes. Commits nothing itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.audits import Audits
from store.connections import Connections
from store.tables import Connection, ReferenceRequest, RequestState

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Lately:
    """How many were sent, or reserved to be sent, within the last hour, and when the first of them was."""

    number: int
    since: datetime | None


@dataclass(frozen=True)
class HeldBack:
    """Why no request may be reserved now: the connection is paused, and whether for that reason only now."""

    because: str
    is_new: bool


class RequestsPerHour:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def why_not_another(self, connection_id: int, opportunity_id: str) -> HeldBack | None:
        """None: a request about the opportunity may be reserved now.

        Pauses the connection at its most. Until the transaction ends nobody else reserves one, so that two at once
        stay within it, and a person who pauses it meanwhile waits for that.
        """
        connection = await Connections(self._session).locked(connection_id)
        if connection.paused_because:
            return HeldBack(connection.paused_because, is_new=False)
        if connection.most_per_hour is None:
            return None
        lately = await self.lately(connection, besides=opportunity_id)
        if lately.number < connection.most_per_hour:
            return None
        return HeldBack(await self._pause(connection, _words(lately, connection.most_per_hour)), is_new=True)

    async def lately(self, connection: Connection, besides: str | None = None) -> Lately:
        """Since the connection was paused for it last, at most an hour. `besides` the one reserved for an opportunity.

        Those that Crosschq refused reached nobody, and do not count; nor do those that we only found.
        """
        made = ReferenceRequest.created_at
        # Of the statement and not the clock's: PostgreSQL looks in no index for what may change while it looks.
        after = func.greatest(func.statement_timestamp() - HOUR, connection.capped_at)
        row = await self._session.execute(
            select(func.count(), func.min(made)).where(
                ReferenceRequest.connection_id == connection.id,
                made > after,
                ReferenceRequest.state != RequestState.FAILED,
                ReferenceRequest.found_tag.is_(None),
                not_(_is_reserved_for(besides)),
            )
        )
        return Lately(*row.one())

    async def _pause(self, connection: Connection, because: str) -> str:
        connection.paused_because, connection.capped_at = because, func.clock_timestamp()
        Audits(self._session).of_connection(
            connection.id,
            who="crosschq-lever",
            what="paused",
            why=because,
        )
        await self._session.flush()
        return because


def _is_reserved_for(opportunity_id: str | None) -> ColumnElement[bool]:
    # Its own, left by an earlier attempt that did not send it.
    return and_(
        ReferenceRequest.opportunity_id == (opportunity_id or ""),
        ReferenceRequest.state == RequestState.INTENDED,
    )


def _words(lately: Lately, most: int) -> str:
    since = f" since {lately.since:%H:%M} UTC on {lately.since:%d %B %Y}" if lately.since else ""
    return (
        f"{lately.number} reference requests were sent{since}, and this connection sends {most} an hour at most. Check "
        "whether the candidates that wait in its deliveries were moved on purpose. Then press 'Resume' on the "
        "connection's page, or save its settings: it goes on, and counts anew."
    )
