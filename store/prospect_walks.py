"""What a connection wants of its prospects, and how far Crosschq's list has been read. Commits nothing itself."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.prospect_tables import ProspectSettings, ProspectWalk
from store.tables import Connection


async def settings_of(session: AsyncSession, connection_id: int) -> ProspectSettings | None:
    """None: this connection exports no prospects."""
    return await session.get(ProspectSettings, connection_id, populate_existing=True)


async def exporting_connections(session: AsyncSession) -> Sequence[int]:
    """The ids of those with a switch on that are not paused."""
    rows = await session.scalars(
        select(ProspectSettings.connection_id)
        .join(Connection, Connection.id == ProspectSettings.connection_id)
        .where(
            or_(ProspectSettings.export_existing, ProspectSettings.export_new),
            Connection.paused_because.is_(None),
        )
        .order_by(ProspectSettings.connection_id)
    )
    return rows.all()


class Walks:
    """The walk through one connection's list."""

    def __init__(self, session: AsyncSession, connection_id: int) -> None:
        self._session = session
        self._connection_id = connection_id

    async def get(self) -> ProspectWalk:
        """Locked until the transaction ends; made when there is none yet."""
        await self._session.execute(
            insert(ProspectWalk).values(connection_id=self._connection_id).on_conflict_do_nothing()
        )
        return await self._session.get_one(
            ProspectWalk, self._connection_id, with_for_update=True, populate_existing=True
        )

    async def begin(self) -> ProspectWalk:
        """Where a walk goes on: at the page that one before has not finished, else at the start."""
        walk = await self.get()
        if walk.began_at is None or walk.finished_at is not None:
            walk.cursor, walk.began_at, walk.finished_at = None, func.now(), None
            await self._session.flush()
            await self._session.refresh(walk)
        return walk

    async def advance(self, read_from: str | None, cursor: str | None, total: int | None) -> None:
        """After the page at `read_from` was taken in; without a next cursor the walk is at its end.

        Somebody else may have read on meanwhile: then it stays where it is, as every page may be read twice.
        """
        walk = await self.get()
        if walk.cursor != read_from:
            return
        walk.total = total if total is not None else walk.total
        if cursor is None:
            walk.finished_at = func.now()
        else:
            walk.cursor = cursor

    async def start_over(self, refused: str) -> None:
        """Crosschq does not take this cursor any more; one that somebody else has moved on stays."""
        walk = await self.get()
        if walk.cursor == refused:
            walk.cursor = None

    async def note_look(self, until: datetime) -> None:
        """Changes up to then were seen."""
        walk = await self.get()
        walk.looked_until = max(until, walk.looked_until) if walk.looked_until else until
