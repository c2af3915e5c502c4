"""Says in the database that flow runs were ordered from Prefect, for workers that would otherwise wait for their poll.

Nothing depends on it: who does not hear finds the runs in Prefect. Says no more than that there are some.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL = "crosschq_lever_runs"
"""Of PostgreSQL's NOTIFY; warm_worker.hearing listens to it."""

_NOTIFY = text(f"NOTIFY {CHANNEL}")


async def announce(session: AsyncSession) -> None:
    """Heard when the transaction commits, once however often it was said in it."""
    await session.execute(_NOTIFY)
