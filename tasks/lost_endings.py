"""Asks Lever which opportunities were archived lately: a hire that no webhook told of is passed on all the same."""

from collections.abc import Sequence
from datetime import timedelta

from lever.confidential import all_opportunities
from lever.models import Opportunity
from lever.webhooks import CANDIDATE_ARCHIVE_CHANGE, CANDIDATE_HIRED
from outbound.lists import listed
from store.connections import Connections
from store.deliveries import Deliveries, Recorded
from store.requests import Requests
from store.tables import Connection
from tasks.looks import Look
from tasks.lost_webhooks import SAME_MOMENT, SILENCES_OF_A_WEBHOOK, found_by_asking
from wiring import current_parts

LOOK_BACK = timedelta(days=2)
"""What was lost longer ago is noticed when its follow-up is due."""
_TELLS = (CANDIDATE_HIRED, CANDIDATE_ARCHIVE_CHANGE)


async def record_lost_endings(look: Look, connection_id: int) -> None:
    """Opportunities with a reference request of ours that were archived, and that nobody told us of."""
    parts = current_parts()
    async with parts.database.transaction() as session:
        connection = await Connections(session).get(connection_id)
    since = parts.now() - LOOK_BACK
    lever = parts.kept_lever(connection)
    archived = await listed(all_opportunities(lever, archived=True, archived_at_start=since), look.skip)
    for one in await _ours(connection, archived):
        with look.on_its_own():
            look.found += await _record(connection, one)


async def _ours(connection: Connection, archived: Sequence[Opportunity]) -> list[Opportunity]:
    async with current_parts().database.transaction() as session:
        asked = await Requests(session).asked_among(connection.id, [one.id for one in archived])
    return [one for one in archived if one.id in asked]


async def _record(connection: Connection, opportunity: Opportunity) -> bool:
    parts = current_parts()
    at = opportunity.archived.archived_at if opportunity.archived else None
    young = parts.now() - SILENCES_OF_A_WEBHOOK * parts.settings.run_silence
    if at is None or at > young:
        return False
    async with parts.database.transaction() as session:
        if await Deliveries(session).knows_of(_TELLS, connection.id, opportunity.id, at - SAME_MOMENT):
            return False
        new = found_by_asking(
            connection, CANDIDATE_ARCHIVE_CHANGE, f"opportunity:{opportunity.id}", at, opportunity.id
        )
        return await Deliveries(session).record(new) is Recorded.NEW
