"""The notes with which reports came, by their ids in Lever. Changes nothing."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.effect_keys import note_key, report_note_mark
from store.effects import Effects
from store.tables import ReferenceRequest, RequestState

LOOKED_AT = 5
"""Newest requests with a report; some of their notes may be gone from Lever."""


async def written_report_notes(session: AsyncSession, connection_id: int) -> list[tuple[str, str]]:
    """The opportunity's and the note's ids of the newest that are known to be written."""
    newest = (
        select(ReferenceRequest.opportunity_id, ReferenceRequest.id)
        .where(
            ReferenceRequest.connection_id == connection_id,
            ReferenceRequest.state == RequestState.COMPLETED,
        )
        .order_by(ReferenceRequest.created_at.desc())
        .limit(LOOKED_AT)
    )
    of_key = {
        note_key(opportunity_id, report_note_mark(request_id)): opportunity_id
        for opportunity_id, request_id in await session.execute(newest)
    }
    known = await Effects(session).all_known(connection_id, of_key)
    return [(of_key[key], before.result) for key, before in known.items() if before.result]
