"""How far an export has come, so that each kill hits one that is at work. Changes nothing."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import func, select

from store.database import DATABASE_ERRORS
from store.prospect_tables import KnownProspect, ProspectState
from wiring import current_parts

LOOKS_EVERY = 0.2
PATIENCE = 12.0
"""Seconds after which nothing more is expected: everybody may have been made already."""


@dataclass
class Advance:
    """`made` leads were seen at the last wait."""

    tell: Callable[[str], None]
    made: int = 0

    async def wait(self) -> None:
        """Returns as soon as more leads are made than at the last wait."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while (made := await count_made()) <= self.made:  # noqa: ASYNC110 - other processes: no event tells
                    await asyncio.sleep(LOOKS_EVERY)
                self.made = made
        self.tell(f"leads made: {self.made}")


async def count_made() -> int:
    """0 while our store is away."""
    query = select(func.count()).where(KnownProspect.state == ProspectState.LINKED)
    with suppress(*DATABASE_ERRORS):
        async with current_parts().database.transaction() as session:
            return (await session.execute(query)).scalar_one()
    return 0
