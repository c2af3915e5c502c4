"""The one engine of a process. Nothing connects at import; the edge opens a session and commits once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

import asyncpg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from store.base import clean_json_text
from store.useless_connections import discard_useless

DATABASE_ERRORS = (
    SQLAlchemyError,
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # none of several hosts can be written
)
"""A database that is away, starting, or refuses: what fails while connecting comes from the driver as it is."""


@dataclass(frozen=True)
class PoolSize:
    """Connections that stay open, and those opened beside them under load; who needs more waits its turn."""

    kept: int
    extra: int

    @property
    def most(self) -> int:
        return self.kept + self.extra


GATEWAY = PoolSize(10, 10)
FLOW_RUN = PoolSize(1, 2)
"""One at a time, on a lane of the warm worker or in a process: its step, its heartbeat, one to spare. Commands, too."""
ERASURE = PoolSize(1, 0)
"""To Prefect's database, for the end of a flow run that erases a candidate."""
PREFECT_SERVER = PoolSize(5, 10)
"""Prefect's own default."""


REFRESH_AFTER = 60.0
"""Seconds for which what `refresh` has read counts as new."""


class Database:
    """An engine and its sessions; `close` when the process ends. The sum of all: deployments.database_connections."""

    def __init__(
        self,
        url: str,
        *,
        pool: PoolSize = GATEWAY,
        refresh: Callable[[AsyncSession], Awaitable[None]] | None = None,
    ) -> None:
        """`refresh` reads what a process keeps in memory: before the first transaction, and then each minute."""
        self.engine = create_async_engine(
            url,
            pool_size=pool.kept,
            max_overflow=pool.extra,
            pool_pre_ping=True,
            pool_timeout=5,
            # Seconds; without them a server that is frozen, not dead, hangs its callers for ever.
            connect_args={"timeout": 5, "command_timeout": 10},
            # An error's text goes to logs, and parameters are people's data.
            hide_parameters=True,
            json_serializer=clean_json_text,
        )
        discard_useless(self.engine.sync_engine)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._refresh = refresh
        self._refresh_at = 0.0

    async def refresh(self) -> None:
        """Reads anew what is kept in memory, if it is time for it."""
        if self._refresh is None or monotonic() < self._refresh_at:
            return
        async with self._sessions.begin() as session:
            await self._refresh(session)
        self._refresh_at = monotonic() + REFRESH_AFTER

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Commits when the block ends, rolls back when it raises."""
        await self.refresh()
        async with self._sessions.begin() as session:
            yield session

    async def close(self) -> None:
        await self.engine.dispose()
