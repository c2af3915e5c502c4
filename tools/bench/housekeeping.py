"""How long the slowest statement takes that is asked by schedule, by scrape or by page load, after years.

In a database of its own, so that the stack at work looks after none of its rows; the sandbox's Lever, Crosschq and
Prefect are those of the stack. Each statement is asked again with the values it was first asked with, in a transaction
that is rolled back; a batch of the purge counts as a whole, as it is one transaction.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from statistics import median

from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    temporary_settings,
)
from sqlalchemy import insert, make_url, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from store.database import Database
from store.retention import Retention
from store.tables import Connection, RequestTemplate, WebhookEndpoint
from tasks.retention import Purge, in_batches, purges
from tools.bench.figures import Figure, NotMeasured
from tools.bench.gateway import steady_p99_ms
from tools.bench.history import fill
from tools.bench.scene import Scene
from tools.bench.statements import Statement, by_page, by_schedule, read_whole, recording
from tools.bench.sweep import empty_store
from wiring import Parts, make_parts

NAME = "bench_history"
DELIVERIES = 300_000
"""With three effects each, and as many audit rows."""
ROUNDS = 5
SLOWEST = 8
"""So many are told of."""


async def slowest(scene: Scene) -> AsyncIterator[Figure]:
    """The slowest median of several warm rounds."""
    # A run at work would be taken for one that nobody knows.
    await scene.quiet()
    async with _after_years(scene) as parts:
        took = {f"purge {n}": await _batch(parts.database, one) for n, one in enumerate(purges(parts))}
        candidate = await scene.lever.meet_candidate()
        with recording(parts.database) as heard, _prefect(scene):
            await by_page(parts, heard, candidate["id"])
            await by_schedule(parts, heard)
        async for whole in read_whole(parts.database, heard.statements.values()):
            raise NotMeasured(whole)
        scene.tell(f"{len(heard.statements)} statements, each {ROUNDS + 1} times")
        async with parts.database.engine.connect() as connection:
            for one in heard.statements.values():
                name = f"{one.occasion}: {' '.join(one.sql.split())}"
                took[name] = max(await _statement(connection, one), took.get(name, 0.0))
    for name in sorted(took, key=lambda name: -took[name])[:SLOWEST]:
        scene.tell(f"{took[name]:6.1f} ms  {name[:400]}")
    yield Figure("housekeeping.slowest_ms_300k", max(took.values()))


async def gateway_p99_beside_purge(scene: Scene) -> AsyncIterator[Figure]:
    """While old rows go, batch after batch, from a database on the same disk and the same PostgreSQL."""
    await scene.quiet()
    async with _after_years(scene) as parts:
        await _write_to_disk(parts.database)
        await steady_p99_ms(scene)
        purging = asyncio.create_task(_purge_all(parts))
        p99 = await steady_p99_ms(scene)
        if not purging.cancel():
            raise NotMeasured(f"the purge was over before: it dealt with {await purging} rows")
        await asyncio.wait([purging])
    yield Figure("gateway.p99_ms_beside_purge", p99)


async def _write_to_disk(database: Database) -> None:
    """What was filled in, so that this is not measured along."""
    async with database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.exec_driver_sql("CHECKPOINT")


async def _purge_all(parts: Parts) -> int:
    """As `reconcile` does each minute, without the rest of the minute."""
    dealt_with = 0
    while some := sum([await in_batches(parts.database, one) for one in purges(parts)]):
        dealt_with += some
    return dealt_with


@asynccontextmanager
async def _after_years(scene: Scene) -> AsyncIterator[Parts]:
    """Those of the stack, but for the database, which has its connection and the rows of years."""
    async with empty_store(scene.settings.store_url, NAME) as database:
        await _copy_connections(scene.parts.database, database)
        scene.tell(f"filling in {DELIVERIES} deliveries")
        await fill(database, await scene.inbox.connection_id(), DELIVERIES)
        url = make_url(scene.settings.store_url).set(database=NAME).render_as_string(hide_password=False)
        async with make_parts(scene.settings.model_copy(update={"database_url": url})) as parts:
            yield parts


async def _copy_connections(source: Database, target: Database) -> None:
    for table in (Connection, WebhookEndpoint, RequestTemplate):
        columns = table.metadata.tables[table.__tablename__]
        async with source.transaction() as session:
            rows = (await session.execute(select(columns))).mappings().all()
        async with target.transaction() as session:
            await session.execute(insert(columns), [dict(row) for row in rows])


@contextmanager
def _prefect(scene: Scene) -> Iterator[None]:
    """Prefect's client talks to the stack's server."""
    with temporary_settings(
        {
            PREFECT_API_URL: scene.settings.api_url,
            PREFECT_API_AUTH_STRING: scene.settings.prefect_auth_string.get_secret_value(),
            PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True,
        }
    ):
        yield


async def _batch(database: Database, purge: Purge) -> float:
    async with database.engine.connect() as connection:

        async def once() -> None:
            await purge(Retention(AsyncSession(connection)))
            await connection.rollback()

        return await _median(once)


async def _statement(connection: AsyncConnection, one: Statement) -> float:
    async def once() -> None:
        # A row that was inserted then is refused now, which is found out in the same way.
        with suppress(IntegrityError):
            answer = await connection.exec_driver_sql(one.sql, one.values)
            if answer.returns_rows:
                answer.fetchall()
        await connection.rollback()

    return await _median(once)


async def _median(once: Callable[[], Awaitable[None]]) -> float:
    """Milliseconds; a first round, for which nothing is in memory, is left out."""
    took = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        await once()
        took.append(1000 * (time.perf_counter() - began))
    return median(took[1:])
