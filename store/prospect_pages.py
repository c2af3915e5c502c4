"""Prospects with whom something is still to be done, page by page, for who only looks. Changes and locks nothing."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.prospect_tables import KnownProspect, ProspectState

TO_DO = (ProspectState.WAITING, ProspectState.WITHDRAWING)


async def page_of_those_to_do(
    session: AsyncSession, connection_id: int, after: int, limit: int
) -> Sequence[KnownProspect]:
    """In order of their rows' ids, those behind the row `after`; 0: from the start."""
    rows = await session.scalars(
        select(KnownProspect)
        .where(
            KnownProspect.connection_id == connection_id,
            KnownProspect.state.in_(TO_DO),
            KnownProspect.id > after,
        )
        .order_by(KnownProspect.id)
        .limit(limit)
    )
    return rows.all()
