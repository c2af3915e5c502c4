"""A run at work says that it lives, so that a killed one is found within a minute. Touches our own store only."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from store.attempts import Attempts
from store.database import DATABASE_ERRORS
from store.outages import why_not_written
from tasks.case import Case
from wiring import current_parts

log = logging.getLogger(__name__)


@asynccontextmanager
async def signs_of_life(case: Case) -> AsyncIterator[None]:
    """Gives one three times in the silence that would count as death, for the length of the block."""
    giving = asyncio.create_task(_give(case))
    try:
        yield
    finally:
        giving.cancel()
        with suppress(asyncio.CancelledError):
            await giving


async def _give(case: Case) -> None:
    while True:
        await asyncio.sleep(current_parts().settings.run_silence.total_seconds() / 3)
        try:
            async with current_parts().database.transaction() as session:
                if not await Attempts(session).note_life(case.attempt):
                    return
        except DATABASE_ERRORS as error:
            # A database that is away for longer makes this run a dead one; then its next attempt does the work.
            log.warning(
                "Delivery %d: no sign of life given (%s).", case.attempt.delivery_id, why_not_written(error)
            )
