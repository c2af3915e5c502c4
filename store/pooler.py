"""Whether a pooler hands each transaction to whichever session is free, as PgBouncer does in transaction mode.

Prepared statements, LISTEN and locks of a session would be found missing, or be somebody else's, now and then.
"""

from contextlib import AsyncExitStack, suppress

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.engine import make_url

from store.database import DATABASE_ERRORS

SHARED = (
    "between us and PostgreSQL is a pooler that shares sessions (PgBouncer in transaction mode, for one); name "
    "PostgreSQL itself, or set pool_mode = session for this database there"
)
ROUNDS = 5
"""Somebody else's transaction may come between in one of them."""
SECONDS = 5.0


class SharedSessionsError(Exception):
    """The message says what to do."""


async def refuse_shared_sessions(url: str, setting: str) -> None:
    """Raises SharedSessionsError, naming the setting. A database that is away is told by whoever needs it."""
    with suppress(*DATABASE_ERRORS):
        if await shares_sessions(url):
            raise SharedSessionsError(f"{setting}: {SHARED}.")


async def shares_sessions(url: str) -> bool:
    """Whether two connections that are open at the same time were seen to be one session of the server, or several."""
    _, place = dialect().create_connect_args(make_url(url))  # type: ignore[no-untyped-call]
    place.pop("prepared_statement_cache_size", None)
    async with AsyncExitStack() as stack:
        pair = []
        for _ in range(2):
            # Not by SQLAlchemy: it prepares statements as soon as it is connected.
            connection = await asyncpg.connect(**place, timeout=SECONDS, statement_cache_size=0)
            stack.push_async_callback(connection.close, timeout=SECONDS)
            pair.append(connection)
        try:
            seen = [(await _session_of(pair[0]), await _session_of(pair[1])) for _ in range(ROUNDS)]
            one, other = (set(sessions) for sessions in zip(*seen, strict=True))
            return bool(one & other) or len(one) > 1 or len(other) > 1
        except (asyncpg.InvalidSQLStatementNameError, asyncpg.ConnectionDoesNotExistError):
            # A statement that was prepared a moment ago is gone, or no transaction is taken at all.
            return True


async def _session_of(connection: asyncpg.Connection) -> object:
    async with connection.transaction():
        return await connection.fetchval("SELECT pg_backend_pid()")
