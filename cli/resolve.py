"""`crosschq-lever resolve`: a person's word on what stayed unknown or was given up. Writes rows only."""

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cli.who import who
from store.audits import Audits
from store.deliveries import Deliveries
from store.requests import Requests
from store.tables import DeliveryState, RequestState
from wiring import open_parts


async def run_resolve_request(request_id: int, crosschq_id: str | None, why: str) -> int:
    """`crosschq_id`: Crosschq has the request under that id; None: it does not, and is sent now.

    1 when there is nothing to resolve.
    """
    async with open_parts() as parts, parts.database.transaction() as session:
        requests = Requests(session)
        request = await requests.find(request_id)
        if request is None or request.state is not RequestState.UNKNOWN:
            typer.echo(f"Request {request_id} is not unknown: see `crosschq-lever deliveries`.", err=True)
            return 1
        if crosschq_id is not None:
            holder = await requests.by_crosschq_id(request.connection_id, crosschq_id)
            if holder is not None:
                typer.echo(f"Crosschq's {crosschq_id} is request {holder.id} already: look again.", err=True)
                return 1
            await requests.mark_sent(request_id, crosschq_id)
        else:
            await requests.mark_failed(request_id, f"A person said that Crosschq does not have it: {why}")
            await _send_anew(session, request.delivery_id)
        said = "not sent" if crosschq_id is None else f"sent as {crosschq_id}"
        _audit(session, said, f"request:{request_id}", request.connection_id, why)
    typer.echo(f"Request {request_id}: {said}.")
    return 0


async def run_resolve_delivery(delivery_id: int, *, again: bool, why: str) -> int:
    """`again` lets it be tried from the start; otherwise it is dropped. 1 when it was not given up."""
    async with open_parts() as parts, parts.database.transaction() as session:
        deliveries = Deliveries(session)
        delivery = await deliveries.get(delivery_id)
        if delivery is not None:
            await session.refresh(delivery, with_for_update=True)
        if delivery is None or delivery.state is not DeliveryState.DEAD:
            typer.echo(f"Delivery {delivery_id} was not given up: see `crosschq-lever deliveries`.", err=True)
            return 1
        said = "again" if again else "dropped"
        await (deliveries.queue_again if again else deliveries.drop)(
            delivery, f"A person said: {said}. {why}"
        )
        _audit(session, said, f"delivery:{delivery_id}", delivery.connection_id, why)
    typer.echo(f"Delivery {delivery_id}: {said}.")
    return 0


async def _send_anew(session: AsyncSession, delivery_id: int | None) -> None:
    delivery = await Deliveries(session).get(delivery_id) if delivery_id else None
    if delivery is not None:
        await Deliveries(session).queue_again(
            delivery, "Its request was not sent, a person said: sending it now."
        )


def _audit(session: AsyncSession, said: str, subject: str, connection_id: int, why: str) -> None:
    Audits(session).add(
        who=who(), what=f"resolved: {said}", subject=subject, connection_id=connection_id, why=why
    )
