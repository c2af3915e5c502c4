"""Purges what is older than its retention: each minute as many short transactions as it takes, up to a bound."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from store.database import Database
from store.retention import BATCH, Retention
from tasks.looks import Look
from wiring import Parts, current_parts

MOST_BATCHES = 10
"""Of each kind and minute: 700,000 deliveries a day, where an upgrade finds years of them."""

PAUSE = 0.5
"""Seconds between two batches: nearly all the time the disk and the processor are the webhooks'."""

Purge = Callable[[Retention], Awaitable[int]]


async def purge_expired_history(look: Look) -> None:
    """Routine, so nothing to tell of; what fails in one kind of rows holds up no other."""
    parts = current_parts()
    for purge in purges(parts):
        with look.on_its_own():
            await in_batches(parts.database, purge)


def purges(parts: Parts) -> Sequence[Purge]:
    """One for each kind of rows."""
    settings = parts.settings
    return (
        lambda one: one.forget_bodies(settings.delivery_retention),
        lambda one: one.forget_deliveries(settings.history_retention),
        lambda one: one.forget_audits(settings.audit_retention),
        Retention.forget_sessions,
        Retention.forget_failures,
    )


async def in_batches(database: Database, purge: Purge, pause: float = PAUSE) -> int:
    """How many rows were dealt with."""
    number = 0
    for _ in range(MOST_BATCHES):
        async with database.transaction() as session:
            retention = Retention(session)
            await retention.commit_lazily()
            done = await purge(retention)
        number += done
        if done < BATCH:
            break
        await asyncio.sleep(pause)
    return number
