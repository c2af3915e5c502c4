"""Which deliveries are to be dispatched, as queries. Runs none of them."""

from datetime import timedelta
from functools import cache

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from store.tables import UNFINISHED, Connection, Delivery, DeliveryState

MOVE_EVENT = "candidateStageChange"
"""Lever's webhook for a candidate who is moved to another stage."""

SNAPSHOT_EVENT = "snapshot"
"""Crosschq's only webhook: the state of one request. A newer one says all that an older one said."""

PING_EVENT = "ping"
"""Lever's "Verify connection", recorded since its signature would sign any later event, too."""

DISPATCH_LEASE = timedelta(seconds=30)
"""After this long without a flow run the same attempt is dispatched again: its key makes a second run impossible."""


def whose_turn() -> Select[Delivery]:
    """Deliveries whose turn it is, one per subject; not those of a paused connection."""
    other = aliased(Delivery)
    same_subject = (other.connection_id == Delivery.connection_id, other.subject == Delivery.subject)
    in_hand = exists().where(*same_subject, other.state.in_(UNFINISHED[1:]))
    goes_first = exists().where(
        *same_subject,
        other.state == DeliveryState.WAITING,
        # Of several snapshots the newest speaks for all; anything else keeps the order of arrival.
        or_(
            (Delivery.event != SNAPSHOT_EVENT) & (other.id < Delivery.id),
            (Delivery.event == SNAPSHOT_EVENT) & (other.id > Delivery.id),
        ),
    )
    return (
        select(Delivery)
        .join(Connection, Connection.id == Delivery.connection_id)
        .where(
            Delivery.state == DeliveryState.WAITING,
            Delivery.next_attempt_at <= func.now(),
            Connection.paused_because.is_(None),
            ~in_hand,
            ~goes_first,
        )
    )


# Built once: an idle gateway asks every few moments, and building costs more than asking.
@cache
def due() -> Select[Delivery]:
    """The same in order, locked."""
    in_order = whose_turn().order_by(Delivery.next_attempt_at, Delivery.id)
    return in_order.with_for_update(of=Delivery, skip_locked=True)


@cache
def claimed_without_run() -> Select[Delivery]:
    """Deliveries whose dispatcher died, or could not reach Prefect, before they had a flow run; locked."""
    return (
        select(Delivery)
        .where(
            Delivery.state == DeliveryState.DISPATCHED,
            Delivery.flow_run_id.is_(None),
            Delivery.next_attempt_at < func.now() - DISPATCH_LEASE,
        )
        .with_for_update(skip_locked=True)
    )
