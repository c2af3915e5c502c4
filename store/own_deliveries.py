"""Deliveries that we send ourselves about an opportunity: into its own queue, in order with what Lever says of it."""

from datetime import datetime

from store.deliveries import NewDelivery
from store.outcome_tables import FollowUp, HiringOutcome
from store.tables import ReferenceRequest


def own_delivery(
    about: FollowUp | HiringOutcome | ReferenceRequest,
    event: str,
    replay_key: str,
    *,
    origin: str,
    triggered_at: datetime | None = None,
) -> NewDelivery:
    """Under no tombstone: `about` is kept, and goes with its opportunity."""
    return NewDelivery(
        connection_id=about.connection_id,
        origin=origin,
        event=event,
        subject=f"opportunity:{about.opportunity_id}",
        opportunity_id=about.opportunity_id,
        replay_key=replay_key,
        triggered_at=triggered_at,
    )
