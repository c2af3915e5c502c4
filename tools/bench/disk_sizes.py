"""What PostgreSQL's tables take, with their indexes and TOAST, and making their rows older than they are."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

MB = 1_000_000

_SIZES = text(
    """
    SELECT relname, pg_total_relation_size(oid) AS size FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    """
)
_TIMES = text(
    """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = :name AND data_type = 'timestamp with time zone'
    """
)


@asynccontextmanager
async def plain_connection(url: str) -> AsyncIterator[AsyncConnection]:
    """Each statement by itself and without a time limit, as VACUUM wants it."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def sizes(url: str, *, compact: bool = False) -> dict[str, int]:
    """Bytes by table, after VACUUM; `compact`: after VACUUM FULL, which leaves no room for rows to come."""
    async with plain_connection(url) as connection:
        await connection.execute(text("VACUUM FULL" if compact else "VACUUM ANALYZE"))
        return {row.relname: row.size for row in await connection.execute(_SIZES)}


def growth(before: dict[str, int], after: dict[str, int]) -> dict[str, float]:
    """MB by table, the most first; those that have not grown are left out."""
    grown = {name: (size - before.get(name, 0)) / MB for name, size in after.items()}
    return {name: grown[name] for name in sorted(grown, key=lambda one: -grown[one]) if grown[name] > 0}


async def grow_old(url: str, tables: Collection[str], by: timedelta, where: str = "true") -> None:
    """All times in these rows are so much earlier."""
    async with plain_connection(url) as connection:
        for table in tables:
            times = (await connection.scalars(_TIMES, {"name": table})).all()
            earlier = ", ".join(f'"{one}" = "{one}" - CAST(:by AS interval)' for one in times)
            if earlier:
                await connection.execute(text(f'UPDATE "{table}" SET {earlier} WHERE {where}'), {"by": by})  # noqa: S608 - our names
