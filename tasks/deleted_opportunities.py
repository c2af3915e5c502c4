"""Asks Lever which opportunities are gone: whether one is, and which of those we keep no webhook told of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto

from lever.client import LeverClient
from lever.models import DeletedOpportunity
from outbound.errors import AccessDenied, NotFound
from outbound.lists import listed
from store.connections import Connections
from store.deletion_looks import last_look, note_look
from store.deliveries import Deliveries, NewDelivery, Recorded
from store.erasure import Erasure
from store.tables import Connection
from store.tombstones import DELETED_EVENT
from tasks.case import Case, lever_of
from tasks.looks import Look
from tasks.lost_webhooks import found_by_asking
from tasks.step import step
from wiring import current_parts

LONGEST_LOOK = timedelta(days=30)
"""Lever's lists of deleted things span no more (docs/vendors/lever.md 8)."""
OVERLAP = timedelta(days=1)
"""Looks overlap by so much, as Lever's list may lag and clocks may differ."""


MISSING_FOR = timedelta(hours=1)
"""So long one that Lever does not list as deleted must be missing: a 404 alone may pass."""

GONE = "Lever does not have the opportunity any more: whether it was deleted or merged with another one is found out."


class Presence(Enum):
    """Of an opportunity in Lever."""

    THERE = auto()
    """Or hidden from this key, which comes to the same."""
    MISSING = auto()
    """Lever answers 404, and does not list it as deleted."""
    DELETED = auto()


class ProfileMissing(Exception):  # noqa: N818 - says what happened
    """What was to be shown waits until it is known where the candidate is."""


@step
async def presence(case: Case) -> Presence:
    """As Lever says: by the opportunity itself, or by its list of deleted ones."""
    async with lever_of(case) as (lever, _):
        is_missing = False
        try:
            if (await lever.opportunity(case.subject_id)).deleted_at is not None:
                return Presence.DELETED
        except NotFound:
            is_missing = True
        except AccessDenied:
            # Confidential to this key: the list may still tell.
            pass
        if await _is_listed(lever, case):
            return Presence.DELETED
        return Presence.MISSING if is_missing else Presence.THERE


async def may_come_back(case: Case) -> bool:
    """Whether the 404 may pass: it is a recent one, and Lever does not list it as deleted."""
    is_recent = current_parts().now() < case.first_attempt_at + MISSING_FOR
    return is_recent and await presence(case) is not Presence.DELETED


async def _is_listed(lever: LeverClient, case: Case) -> bool:
    now = current_parts().now()
    since = max(case.happened_at - OVERLAP, now - LONGEST_LOOK)
    try:
        async for one in lever.deleted_opportunities(since, now):
            if one.id == case.subject_id:
                return True
    except AccessDenied:
        # This key may not ask for it.
        return False
    return False


async def note_missing(case: Case, opportunity_id: str) -> None:
    """Lets a run find out what became of an opportunity that Lever answers with 404."""
    async with current_parts().database.transaction() as session:
        connection = await Connections(session).get(case.connection_id)
        new = _deletion(connection, opportunity_id, None)
        if not await Deliveries(session).is_waiting(connection.id, new.subject, DELETED_EVENT):
            # It outlives the erasure: the key must not tell whom it was about.
            await Deliveries(session).record(replace(new, replay_key=f"missing:{case.attempt.token}"))


async def record_deletions(look: Look, connection_id: int) -> None:
    """Opportunities that we keep and that were deleted in Lever without a webhook that told us."""
    parts = current_parts()
    now = parts.now()
    async with parts.database.transaction() as session:
        connection = await Connections(session).get(connection_id)
        looked_at = await last_look(session, connection_id)
    since = max(looked_at - OVERLAP, now - LONGEST_LOOK) if looked_at else now - LONGEST_LOOK
    deleted = await listed(parts.kept_lever(connection).deleted_opportunities(since, now), look.skip)
    look.found += await _record(connection, deleted)


async def _record(connection: Connection, deleted: Sequence[DeletedOpportunity]) -> int:
    async with current_parts().database.transaction() as session:
        kept = await Erasure(session).kept_among(connection.id, {one.id for one in deleted})
        deliveries, found = Deliveries(session), 0
        for one in deleted:
            new = _deletion(connection, one.id, one.deleted_at)
            if one.id in kept and not await deliveries.is_waiting(connection.id, new.subject, DELETED_EVENT):
                found += await deliveries.record(new) is Recorded.NEW
        note_look(session, connection.id, found)
    return found


def _deletion(connection: Connection, opportunity_id: str, at: datetime | None) -> NewDelivery:
    new = found_by_asking(connection, DELETED_EVENT, f"opportunity:{opportunity_id}", at, opportunity_id)
    # The row outlives the erasure: its key must not tell whom it was about.
    key = f"deleted:{connection.id}:{new.subject_digests[0]}:{at.isoformat() if at else ''}"
    return replace(new, replay_key=key)
