"""How the prospects of each connection stand, for a person who looks. Changes and locks nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.prospect_orders import subject_of
from store.prospect_tables import KnownProspect, ProspectSettings, ProspectState, ProspectWalk
from store.prospects import Prospects
from store.tables import Connection, Delivery, DeliveryState

_LATELY = timedelta(minutes=1)
_FEWEST = 5
"""So many within that time tell a rate."""


@dataclass(frozen=True)
class Progress:
    """How many of the prospects that are known, or are still to be read in Crosschq, wait no longer."""

    done: int
    total: int
    is_read: bool
    """Crosschq's list has been read to its end, or nobody has begun to."""
    rate: float | None = None
    """How many a second over the last minute."""

    @property
    def left(self) -> timedelta | None:
        """At this rate."""
        return timedelta(seconds=(self.total - self.done) / self.rate) if self.rate else None


@dataclass(frozen=True)
class ConnectionProspects:
    """`settings` is None for a connection that was stored before there were prospects."""

    connection: Connection
    settings: ProspectSettings | None
    counts: dict[ProspectState, int]
    progress: Progress


async def all_connections(session: AsyncSession) -> Sequence[Connection]:
    """Also the paused ones, the oldest first."""
    return (await session.scalars(select(Connection).order_by(Connection.id))).all()


async def overview(session: AsyncSession) -> list[ConnectionProspects]:
    """Every connection, the oldest first."""
    rows = []
    for connection in await all_connections(session):
        settings = await session.get(ProspectSettings, connection.id)
        counts = await Prospects(session, connection.id).count()
        progress = await _progress(session, connection.id, counts)
        rows.append(ConnectionProspects(connection, settings, counts, progress))
    return rows


async def progress_of(session: AsyncSession, connection_id: int) -> Progress:
    """Of one connection."""
    return await _progress(session, connection_id, await Prospects(session, connection_id).count())


async def run_at_work(session: AsyncSession, connection_id: int) -> str | None:
    """Prefect's id of the run that exports this connection's prospects at present."""
    query = select(Delivery.flow_run_id).where(
        Delivery.connection_id == connection_id,
        Delivery.subject == subject_of(connection_id),
        Delivery.state == DeliveryState.RUNNING,
    )
    return (await session.scalars(query)).first()


async def _progress(session: AsyncSession, connection_id: int, counts: dict[ProspectState, int]) -> Progress:
    known = sum(counts.values())
    done = known - counts.get(ProspectState.WAITING, 0)
    walk = await session.get(ProspectWalk, connection_id, populate_existing=True)
    is_read = walk is None or walk.began_at is None or walk.finished_at is not None
    # Crosschq counts withdrawn ones that we never take in: at the end of its list, what we know is the total.
    total = known if walk is None or is_read else max(known, walk.total or 0)
    return Progress(done, total, is_read, await _rate(session, connection_id))


async def _rate(session: AsyncSession, connection_id: int) -> float | None:
    ended = KnownProspect.ended_at
    query = select(func.count(), func.extract("epoch", func.clock_timestamp() - func.min(ended))).where(
        KnownProspect.connection_id == connection_id,
        KnownProspect.state != ProspectState.WAITING,
        ended > func.clock_timestamp() - _LATELY,
    )
    number, seconds = (await session.execute(query)).one()
    return number / float(seconds) if number >= _FEWEST and seconds else None
