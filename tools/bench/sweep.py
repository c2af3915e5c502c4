"""How long the SQL of one sweep takes where many follow-ups wait: what tasks/waits and the gateway's Armer ask.

In a database of its own, so that nobody looks for the runs of these rows in Prefect. There as many follow-ups have
ended, and as many deliveries are done; some of each kind are what a sweep looks for. Timed are the questions, the rows
they give, and the record of what was looked at, in one transaction, as the flow does it: without Prefect's part.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from statistics import median

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from hiring.follow_ups import FollowUpState
from store.database import Database
from store.due_follow_ups import DueFollowUps
from store.migrate import migrate
from store.wake_ups import WakeUps
from tools.bench.figures import Figure
from tools.bench.scene import Scene
from tools.bench.waiting import Waiting

BATCH = 200
"""As in tasks/waits."""
ROUNDS = 9

Question = Callable[[AsyncSession], Awaitable[object]]

QUESTIONS: dict[str, Question] = {
    "overdue": lambda session: WakeUps(session).overdue(timedelta(minutes=1), BATCH),
    "count_due": lambda session: WakeUps(session).count_due(),
    "longest_unseen": lambda session: WakeUps(session).longest_unseen(BATCH),
    "waiting_for": lambda session: WakeUps(session).waiting_for([f"run-{n}" for n in range(BATCH)]),
    "unarmed": lambda session: WakeUps(session).unarmed(50),
    "with_void_runs": lambda session: WakeUps(session).with_void_runs(50),
    "abandoned": lambda session: DueFollowUps(session).abandoned(),
}

_CONNECTION = text(
    """
    INSERT INTO connection (name, lever_url, lever_key, perform_as, crosschq_url, crosschq_key, crosschq_key_prefix,
        trusted_origins, requestor_chain, trigger_stages, live_since)
    VALUES ('bench', '', '', '', '', '', '', '[]', '[]', '[]', now()) RETURNING id
    """
)
_DELIVERIES = text(
    """
    INSERT INTO delivery (connection_id, origin, event, subject, replay_key, body_sha256, state)
    SELECT :connection_id, 'bench', 'bench', gen_random_uuid(), gen_random_uuid(), '',
        CASE WHEN n <= 5 THEN 'dead' ELSE 'done' END
    FROM generate_series(1, :count) n
    """
)
_CHANGES = (
    "UPDATE follow_up SET due_at = now() - interval '1 hour' WHERE id <= 50",
    "UPDATE follow_up SET flow_run_id = NULL WHERE id BETWEEN 101 AND 110",
    "UPDATE follow_up SET void_runs = '[\"run\"]' WHERE id BETWEEN 111 AND 120",
    "UPDATE follow_up SET delivery_id = id - 120 WHERE id BETWEEN 121 AND 130",
)


async def sweep_10k(scene: Scene) -> AsyncIterator[Figure]:
    """With 10,000 that wait."""
    yield Figure("followup.sweep_ms_10k", await _sweep_ms(scene, 10_000))


async def sweep_100k(scene: Scene) -> AsyncIterator[Figure]:
    """With 100,000."""
    yield Figure("followup.sweep_ms_100k", await _sweep_ms(scene, 100_000))


async def _sweep_ms(scene: Scene, waiting: int) -> float:
    """The median of several sweeps; a first one, for which nothing is in memory, is left out."""
    async with empty_store(scene.settings.store_url, "bench_sweep") as database:
        await fill(database, waiting)
        took = [await _sweep(database) for _ in range(ROUNDS + 1)][1:]
    for name in took[0]:
        scene.tell(f"{waiting} wait, {name}: {median(one[name] for one in took):.1f} ms")
    return median(sum(one.values()) for one in took)


async def _sweep(database: Database) -> dict[str, float]:
    """Milliseconds by question, from asking until the rows are there."""
    took = {}
    async with database.transaction() as session:
        for name, ask in QUESTIONS.items():
            began = time.perf_counter()
            await ask(session)
            took[name] = 1000 * (time.perf_counter() - began)
    return took


async def fill(database: Database, waiting: int) -> None:
    """As after years: so many wait, and PostgreSQL knows its statistics, as its autovacuum sees to."""
    async with database.transaction() as session:
        connection_id = (await session.execute(_CONNECTION)).scalar_one()
        await session.execute(_DELIVERIES, {"connection_id": connection_id, "count": waiting})
        await Waiting(session).add(connection_id, waiting, armed=True)
        await Waiting(session).add(connection_id, waiting, FollowUpState.ENDED)
        for change in _CHANGES:
            await session.execute(text(change))
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("VACUUM ANALYZE follow_up, reference_request, delivery"))


@asynccontextmanager
async def empty_store(beside: str, name: str) -> AsyncIterator[Database]:
    """A database with our tables on the server of another, and gone afterwards."""
    url = make_url(beside).set(database=name).render_as_string(hide_password=False)
    server = create_async_engine(beside, isolation_level="AUTOCOMMIT")
    async with server.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        await migrate(url)
        database = Database(url)
        yield database
        await database.close()
    finally:
        async with server.connect() as connection:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        await server.dispose()
