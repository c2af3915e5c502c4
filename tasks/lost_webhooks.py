"""Asks the vendors for what their webhooks should have told us, and records what was lost as if it had arrived."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from crosschq.client import CrosschqClient
from crosschq.models import ReferenceRequest as News
from hiring.request_checks import next_check
from lever.candidacy import stage_since
from lever.confidential import all_opportunities
from lever.models import Opportunity
from lever.webhooks import CANDIDATE_STAGE_CHANGE
from outbound.errors import CredentialsRefused, NotFound, SlowDown, UnexpectedAnswer
from outbound.limiter import Priority
from outbound.lists import readable
from store.connections import Connections
from store.deliveries import RECONCILE, Deliveries, NewDelivery, Recorded
from store.due import SNAPSHOT_EVENT
from store.requests import Requests
from store.tables import Connection, ReferenceRequest
from tasks.looks import Look
from wiring import current_parts

SILENCES_OF_A_WEBHOOK = 4
"""For so many times what a run may be silent a move is left to its webhook, which may be on its way."""

BATCH = 500
"""Requests that one look reads in Crosschq, of one connection."""

MOST_UNANSWERED = 3
"""After so many reads in a row without an answer Crosschq is left alone until the next look."""

SAME_MOMENT = timedelta(seconds=2)
"""A move and the webhook about it may carry times that differ so much."""


async def active_connections() -> list[int]:
    """The ids of connections that are not paused."""
    async with current_parts().database.transaction() as session:
        return [connection.id for connection in await Connections(session).active()]


async def record_lost_moves(look: Look, connection_id: int) -> None:
    """Opportunities that Lever shows in a trigger stage and that nobody told us of."""
    parts = current_parts()
    async with parts.database.transaction() as session:
        connection = await Connections(session).get(connection_id)
    waiting = all_opportunities(
        parts.kept_lever(connection), stage_id=connection.trigger_stages, archived=False
    )
    async for one in readable(waiting, look.skip):
        with look.on_its_own():
            look.found += await _record_move(connection, one)


async def _record_move(connection: Connection, opportunity: Opportunity) -> bool:
    parts = current_parts()
    moved_at = stage_since(opportunity)
    young = parts.now() - SILENCES_OF_A_WEBHOOK * parts.settings.run_silence
    if moved_at is None or moved_at < connection.live_since or moved_at > young:
        return False
    async with parts.database.transaction() as session:
        told = (CANDIDATE_STAGE_CHANGE,)
        if await Deliveries(session).knows_of(told, connection.id, opportunity.id, moved_at - SAME_MOMENT):
            return False
        new = found_by_asking(
            connection, CANDIDATE_STAGE_CHANGE, f"opportunity:{opportunity.id}", moved_at, opportunity.id
        )
        return await Deliveries(session).record(new) is Recorded.NEW


async def record_lost_news(look: Look, connection_id: int) -> None:
    """Open requests that are further in Crosschq than Lever shows: young ones each time, older ones the rarer."""
    parts = current_parts()
    async with parts.database.transaction() as session:
        connection = await Connections(session).get(connection_id)
        due = await Requests(session).to_check(connection_id, parts.now(), BATCH)
    # Requests go first: to read for what may be lost is no hurry.
    crosschq = parts.kept_crosschq(connection, Priority.EXPORT)
    unanswered_in_a_row = 0
    for request in due:
        is_answered = False
        with look.on_its_own():
            try:
                look.found += await _check(connection, crosschq, request)
                is_answered = True
            except UnexpectedAnswer:
                look.skipped += 1
                is_answered = True
            except (CredentialsRefused, SlowDown) as error:
                # Nor will any other be answered now.
                look.failures.append(error)
                return
        await _note_check(request, is_answered=is_answered)
        unanswered_in_a_row = 0 if is_answered else unanswered_in_a_row + 1
        if unanswered_in_a_row == MOST_UNANSWERED:
            return


async def _check(connection: Connection, crosschq: CrosschqClient, request: ReferenceRequest) -> bool:
    try:
        news = await crosschq.reference_request(request.crosschq_id or "")
    except NotFound:
        # Deleted in Crosschq: nothing more will come of it.
        return False
    return await _record_news(connection, request, news)


async def _note_check(request: ReferenceRequest, *, is_answered: bool) -> None:
    """Also where there was no answer, or none of use: the next ones are to have their turn."""
    parts, now = current_parts(), current_parts().now()
    until: datetime | None = now
    if is_answered:
        until = next_check(request.sent_at or request.created_at, request.crosschq_updated_on, now)
    async with parts.database.transaction() as session:
        await Requests(session).note_check(request.id, now, until)


async def _record_news(connection: Connection, request: ReferenceRequest, news: News) -> bool:
    is_over = news.is_complete or news.is_over_without_report
    if (news.answered, news.asked) == (request.answered, request.asked) and not is_over:
        return False
    new = found_by_asking(
        connection, SNAPSHOT_EVENT, f"request:{news.id}", news.updated_on, request.opportunity_id
    )
    # Two changes within Crosschq's second are two pieces of news.
    new = replace(new, replay_key=f"{new.replay_key}/{news.answered}/{news.asked}/{is_over}")
    async with current_parts().database.transaction() as session:
        if await Deliveries(session).is_waiting(connection.id, new.subject):
            return False
        return await Deliveries(session).record(new) is Recorded.NEW


def found_by_asking(
    connection: Connection, event: str, subject: str, at: datetime | None, opportunity_id: str
) -> NewDelivery:
    key = f"reconcile/{connection.id}/{event}/{subject}/{at.isoformat() if at else ''}"
    return NewDelivery(
        connection_id=connection.id,
        origin=RECONCILE,
        event=event,
        subject=subject,
        opportunity_id=opportunity_id,
        replay_key=sha256(key.encode()).hexdigest(),
        triggered_at=at,
        subject_digests=tuple(current_parts().vault.blind_indexes(subject)),
    )
