"""A request that is still open in Crosschq when its opportunity is archived in Lever."""

from dataclasses import dataclass

from store.effect_keys import cancellation_key
from store.requests import Requests
from store.tables import RequestState, Vendor
from tasks.case import Case, crosschq_of
from tasks.effects import once_if_allowed
from tasks.step import step
from wiring import current_parts


@dataclass(frozen=True)
class OpenRequest:
    id: int
    crosschq_id: str


async def open_requests(case: Case, opportunity_id: str) -> list[OpenRequest]:
    """Those under way in Crosschq; one that is only unknown there stays a person's matter.

    More than one where opportunities were merged.
    """
    async with current_parts().database.transaction() as session:
        return [
            OpenRequest(one.id, one.crosschq_id)
            for one in await Requests(session).of_opportunity(case.connection_id, opportunity_id)
            if one.state is RequestState.SENT and one.crosschq_id is not None
        ]


@step
async def cancel_in_crosschq(case: Case, request: OpenRequest, *, look_first: bool = False) -> bool:
    """False where Crosschq does not let us: a person cancels it there.

    `look_first`: it may be cancelled already, without our knowing.
    """
    async with crosschq_of(case) as crosschq:

        async def act() -> str:
            if look_first and (over := await find()):
                return over
            await crosschq.cancel_request(request.crosschq_id)
            return "cancelled"

        async def find() -> str | None:
            over = (await crosschq.reference_request(request.crosschq_id)).is_over_without_report
            return "cancelled" if over else None

        return await once_if_allowed(case, cancellation_key(request.id), act, at=Vendor.CROSSCHQ, find=find)


async def remember_withdrawn(request: OpenRequest) -> None:
    async with current_parts().database.transaction() as session:
        current = await Requests(session).find(request.id)
        # Its report may have come at the same moment: that stands.
        if current is not None and current.state is RequestState.SENT:
            await Requests(session).mark_ended(request.id, RequestState.CANCELLED)
