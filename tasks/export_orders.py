"""Who may work on a connection's prospects: one run at a time, for an order in the inbox. Our own store only."""

from dataclasses import dataclass

from prefect.runtime import flow_run
from sqlalchemy import func

from hiring.export_order import ExportOrder, Scope
from store.attempts import Attempt
from store.claiming import claim
from store.deliveries import Deliveries
from store.prospect_orders import EXISTING_EVENT, NEW_EVENT, SINGLE_EVENT, ProspectOrders
from store.prospect_walks import exporting_connections, settings_of
from store.tables import Delivery, DeliveryState
from tasks.case import Case
from tasks.prospect_wishes import as_wishes
from wiring import current_parts

EVENTS = {Scope.ALL_EXISTING: EXISTING_EVENT, Scope.NEW: NEW_EVENT}


@dataclass(frozen=True)
class NotNow:
    """Why no export begins, as the end of the run that wanted one."""

    name: str
    why: str


async def order_for_all(scope: Scope) -> list[int]:
    """Places an order for each connection whose switch is on: the dispatcher starts a run for each."""
    ordered = []
    async with current_parts().database.transaction() as session:
        for connection_id in await exporting_connections(session):
            settings = await settings_of(session, connection_id)
            if settings and as_wishes(settings).is_on(scope):
                await ProspectOrders(session, connection_id).place(EVENTS[scope], "prefect")
                ordered.append(connection_id)
    return ordered


async def is_export_ordered(connection_id: int) -> bool:
    """Whether an order waits, or is at work."""
    async with current_parts().database.transaction() as session:
        return await ProspectOrders(session, connection_id).unfinished() is not None


async def take_up_export(order: ExportOrder, connection_id: int) -> Attempt | NotNow:
    """The right of this run to work on the connection's prospects; one run at a time has it.

    What was ordered is taken up by whoever comes first and does all of it.
    """
    event = SINGLE_EVENT if order.is_limited else EVENTS[order.scope]
    async with current_parts().database.transaction() as session:
        orders = ProspectOrders(session, connection_id)
        await orders.one_at_a_time()
        there = await orders.unfinished()
        if there is not None and (why_not := _leave_alone(there, order)):
            return why_not
        delivery = await orders.place(event, "prefect")
        if there is not None and delivery.id != there.id:
            return NotNow(
                "Ordered", f"Delivery {delivery.id} does it, as soon as the export at work has ended."
            )
        if delivery.state is DeliveryState.WAITING:
            delivery.next_attempt_at = func.now()
            await session.flush()
            claimed = await claim(session, delivery.id)
            if claimed is None:
                return NotNow("Paused", "The connection is paused: its page says why.")
            delivery = claimed
        return Attempt(delivery.id, delivery.attempt)


async def note_run(case: Case) -> None:
    """By the one run that has taken the order up: of several that began at once the others end, and are not it."""
    async with current_parts().database.transaction() as session:
        await Deliveries(session).note_run(case.attempt, str(flow_run.id))


def _leave_alone(there: Delivery, order: ExportOrder) -> NotNow | None:
    """Why an order that is there already is not this run's to take up."""
    is_walk = order.scope is Scope.ALL_EXISTING and not order.is_limited
    if there.state is DeliveryState.RUNNING and (not is_walk or there.event == EXISTING_EVENT):
        return NotNow(
            "UnderWay", "An export of this connection is at work: what waits is its, or the next one's."
        )
    if order.is_limited:
        return NotNow("Ordered", "An export of this connection is about to begin: what waits is its.")
    if there.state is DeliveryState.WAITING and order.scope is Scope.NEW:
        return NotNow(
            "WaitingToTryAgain", f"Delivery {there.id} is tried again later, and takes everything along."
        )
    return None


def scope_of(case: Case) -> Scope | None:
    """What was ordered, whoever has taken it up; None: a few, of which only the run that was asked for them knows."""
    return next((scope for scope, event in EVENTS.items() if event == case.event), None)
