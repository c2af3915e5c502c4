"""Fills a database as years leave it: deliveries, three effects for each, as many audit rows, and what hangs on them.

Most has ended. Some of each kind waits, failed, is unknown, or is past its retention; nothing is due at once, so that
whoever looks at it starts no run.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from store.database import Database

_DELIVERIES = """
    INSERT INTO delivery (connection_id, origin, event, subject, opportunity_id, replay_key, body, body_sha256,
        triggered_at, received_at, state, attempt, first_attempt_at, next_attempt_at, flow_run_id, alive_at, outcome,
        finished_at)
    SELECT :connection_id, 'webhook', event, subject, opportunity, 'history-' || n, body, '', at, at, state, 1, at,
        CASE WHEN state = 'waiting' THEN now() + interval '1 day' ELSE at END,
        gen_random_uuid()::text,
        CASE WHEN state = 'running' THEN now() + interval '1 day' END,
        'It came to this.',
        CASE WHEN state IN ('done', 'ignored', 'dead') THEN at + interval '2 seconds' END
    FROM (
        SELECT n,
            'opportunity-' || n / 5 AS opportunity,
            CASE WHEN n % 5 = 0 THEN 'request:rq-' || n / 5 ELSE 'opportunity:opportunity-' || n / 5 END AS subject,
            CASE WHEN n % 5 = 0 THEN 'snapshot' WHEN n % 97 = 0 THEN 'candidateHired'
                WHEN n % 31 = 0 THEN 'candidateArchiveChange' ELSE 'candidateStageChange' END AS event,
            -- The oldest are past their retention by five days.
            now() - interval '370 days' * (1 - n::float8 / :count) AS at,
            CASE WHEN n > :count * 0.9 THEN 'sealed'::bytea END AS body,
            CASE WHEN n % 1511 = 0 THEN 'dead' WHEN n % 1009 = 0 THEN 'waiting' WHEN n % 20011 = 0 THEN 'running'
                WHEN n % 3 = 0 THEN 'done' ELSE 'ignored' END AS state
        FROM generate_series(1, :count) n
    ) made
"""
_EFFECTS = """
    INSERT INTO effect (connection_id, delivery_id, key, attempt_token, state, result, created_at, updated_at)
    SELECT connection_id, id, kind || '/' || opportunity_id || '/' || id, 'delivery:' || id || ':1',
        CASE WHEN id % 9973 = 0 THEN 'unknown' WHEN id % 101 = 0 THEN 'refused' ELSE 'done' END,
        'made-' || id, received_at, received_at
    FROM delivery, unnest(ARRAY['note', 'tag', 'file']) kind
"""
_AUDITS = """
    INSERT INTO audit (at, connection_id, who, what, subject, why)
    SELECT now() - interval '740 days' * (1 - n::float8 / :count), :connection_id,
        CASE WHEN n % 50 = 0 THEN 'ada' WHEN n % 10 = 0 THEN 'reconcile' ELSE 'delivery:' || n END,
        CASE WHEN n % 10 = 0 AND n % 50 <> 0 THEN 'looked at Lever''s list of deleted opportunities'
            ELSE 'outcome hired' END,
        CASE WHEN n % 10 = 0 THEN 'connection:' || :connection_id ELSE 'opportunity:opportunity-' || n / 5 END,
        'It was so.'
    FROM generate_series(1, :count) n
"""
_REQUESTS = """
    INSERT INTO reference_request (connection_id, delivery_id, opportunity_id, contact_id, generation, template,
        job_position, candidate_index, state, crosschq_id, created_at, sent_at, ended_at)
    SELECT connection_id, id, opportunity_id, 'contact-' || id, 1, 'Engineers', 'Engineer', 'index-' || id,
        CASE WHEN id % 7000 = 1 THEN 'unknown' ELSE 'completed' END,
        'rq-' || id / 5, received_at, received_at, received_at
    FROM delivery WHERE id % 5 = 1
"""
_FOLLOW_UPS = """
    INSERT INTO follow_up (connection_id, request_id, opportunity_id, state, reported_at, due_at, ended_at, flow_run_id,
        seen_at)
    SELECT connection_id, id, opportunity_id, CASE WHEN waits THEN 'waiting' ELSE 'ended' END, created_at,
        now() + interval '1 day', CASE WHEN NOT waits THEN created_at END, gen_random_uuid()::text, now()
    FROM (SELECT *, id % 25 = 0 AS waits FROM reference_request WHERE state = 'completed') request
"""
_OUTCOMES = """
    INSERT INTO hiring_outcome (connection_id, opportunity_id, outcome, source, version, shown_version, decided_at)
    SELECT connection_id, opportunity_id, 'hired', 'lever', 1, 1, created_at
    FROM reference_request
"""
_PROSPECTS = """
    INSERT INTO prospect (connection_id, crosschq_id, kind, state, opportunity_id, email_index, tags_given, ended_at)
    SELECT :connection_id, gen_random_uuid(), 'existing', 'linked', gen_random_uuid(), repeat(md5(n::text), 2),
        '["Crosschq prospect", "Of this year"]', now()
    FROM generate_series(1, :count / 10) n
"""
_MOVES = """
    INSERT INTO newest_move (connection_id, opportunity_id, moved_at)
    SELECT :connection_id, 'before-' || n, now() - interval '500 days' FROM generate_series(1, :count / 10) n
"""
_TOMBSTONES = """
    INSERT INTO tombstone (connection_id, digest)
    SELECT :connection_id, md5(n::text) FROM generate_series(1, :count / 10) n
"""
_ALL = (_TOMBSTONES, _DELIVERIES, _EFFECTS, _AUDITS, _REQUESTS, _FOLLOW_UPS, _OUTCOMES, _PROSPECTS, _MOVES)

LARGE = frozenset(
    {
        *("delivery", "effect", "audit", "reference_request", "follow_up", "hiring_outcome", "prospect"),
        *("newest_move", "tombstone"),
    }
)
"""The tables that grow with what happens, for as long as the installation lives."""


_INDEXES = text(
    """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made_by FROM pg_index
    WHERE indrelid::regclass::text = ANY(:tables) AND NOT indisprimary
        AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
    """
)


async def fill(database: Database, connection_id: int, deliveries: int) -> None:
    """Into tables that are empty but for the connection; their statistics are known, as autovacuum sees to."""
    # Of its own: ours allows a statement ten seconds, and the largest of these may take longer.
    engine = create_async_engine(database.engine.url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection, _without_indexes(connection):
        for rows in _ALL:
            numbers = rows.replace(":connection_id", f"{connection_id:d}").replace(
                ":count", f"{deliveries:d}"
            )
            await connection.exec_driver_sql(numbers)
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"VACUUM ANALYZE {', '.join(sorted(LARGE))}")
    await engine.dispose()


@asynccontextmanager
async def _without_indexes(connection: AsyncConnection) -> AsyncIterator[None]:
    """Made anew at the end, and no row is looked up for a foreign key: a fifth of the time."""
    indexes = (await connection.execute(_INDEXES, {"tables": [*LARGE]})).all()
    # Superusers alone may: whoever runs the bench or the tests has started this server.
    await connection.exec_driver_sql("SET session_replication_role = replica")
    for one in indexes:
        await connection.exec_driver_sql(f"DROP INDEX {one.name}")
    yield
    for one in indexes:
        await connection.exec_driver_sql(one.made_by)
