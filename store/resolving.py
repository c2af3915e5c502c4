"""A person's word on what stayed unknown or was given up. Writes rows only, and commits nothing itself."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from store.audits import Audits, PersonsWord
from store.deliveries import Deliveries
from store.replaying import locked, try_again
from store.requests import Requests
from store.tables import DeliveryState, ReferenceRequest, RequestState


class NothingToResolve(Exception):  # noqa: N818 - says what it is
    """Its fate is known already, or it does not exist; the message, without a full stop, says which it is about."""


class IdTaken(Exception):  # noqa: N818 - says what it is
    """Another request has this id in Crosschq already."""


async def resolve_request(
    session: AsyncSession, request_id: int, crosschq_id: str | None, word: PersonsWord
) -> str:
    """`crosschq_id`: Crosschq has the request under that id; None: it does not, and it is sent now.

    Says what was done. Raises NothingToResolve and IdTaken.
    """
    requests = Requests(session)
    request = await requests.find(request_id)
    if request is None or request.state is not RequestState.UNKNOWN:
        raise NothingToResolve(f"Request {request_id} is not unknown")
    if crosschq_id is not None:
        await _sent_as(requests, request, crosschq_id)
    else:
        await requests.mark_disproved(request_id, f"A person said that Crosschq does not have it: {word.why}")
        await _send_anew(session, request.delivery_id)
    said = "not sent" if crosschq_id is None else f"sent as {crosschq_id}"
    _audit(session, said, f"request:{request_id}", request.connection_id, word)
    return said


async def resolve_delivery(
    session: AsyncSession, delivery_id: int, word: PersonsWord, now: datetime, *, again: bool
) -> str:
    """`again` lets it be tried from the start; otherwise it is dropped.

    Says what was done. Raises NothingToResolve when it was not given up.
    """
    delivery = await locked(session, delivery_id)
    if delivery is None or delivery.state is not DeliveryState.DEAD:
        raise NothingToResolve(f"Delivery {delivery_id} was not given up")
    said = "again" if again else "dropped"
    words = f"A person said: {said}. {word.why}"
    if again:
        await try_again(session, delivery, words, now)
    else:
        await Deliveries(session).drop(delivery, words)
    _audit(session, said, f"delivery:{delivery_id}", delivery.connection_id, word)
    return said


async def _sent_as(requests: Requests, request: ReferenceRequest, crosschq_id: str) -> None:
    holder = await requests.by_crosschq_id(request.connection_id, crosschq_id)
    if holder is not None:
        raise IdTaken(f"Crosschq's {crosschq_id} is request {holder.id} already: look again.")
    await requests.mark_sent(request.id, crosschq_id)


async def _send_anew(session: AsyncSession, delivery_id: int | None) -> None:
    delivery = await Deliveries(session).get(delivery_id) if delivery_id else None
    if delivery is not None:
        await Deliveries(session).queue_again(
            delivery, "Its request was not sent, a person said: sending it now."
        )


def _audit(session: AsyncSession, said: str, subject: str, connection_id: int, word: PersonsWord) -> None:
    Audits(session).add(
        who=word.who, what=f"resolved: {said}", subject=subject, connection_id=connection_id, why=word.why
    )
