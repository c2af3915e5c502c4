"""Requests that an earlier attempt began and did not finish telling of. Touches our own store only.

Whether Crosschq may have a request decides everything: one it may have is never sent again, and one that never left is
free for a new decision.
"""

from dataclasses import dataclass

from store.effect_keys import creation_key
from store.effects import Before, Effects
from store.requests import Requests
from store.tables import EffectState, ReferenceRequest, RequestState
from tasks.case import Case
from wiring import current_parts


@dataclass(frozen=True)
class Begun:
    """`crosschq_id` is None where Crosschq never said whether it has the request."""

    request_id: int
    crosschq_id: str | None
    template: str
    has_news: bool
    """Lever shows more than "sent" already."""


async def begun_request(case: Case, opportunity_id: str) -> Begun | None:
    """The opportunity's request that Crosschq may have and that Lever may not show yet."""
    async with current_parts().database.transaction() as session:
        latest = await Requests(session).latest(case.connection_id, opportunity_id)
        if latest is None or not _is_ours_to_finish(case, latest):
            return None
        effect = await Effects(session).known(case.connection_id, creation_key(latest.id))
    if not may_be_at_crosschq(effect):
        return None
    done = effect is not None and effect.state is EffectState.DONE
    return Begun(
        request_id=latest.id,
        crosschq_id=latest.crosschq_id or (effect.result if effect and done else None),
        template=latest.template,
        has_news=latest.crosschq_updated_on is not None,
    )


async def release(case: Case, opportunity_id: str) -> None:
    """Ends a request that never left: the candidate was moved on, or may not be asked about any more."""
    async with current_parts().database.transaction() as session:
        requests = Requests(session)
        latest = await requests.latest(case.connection_id, opportunity_id)
        if latest is None or latest.state is not RequestState.INTENDED:
            return
        if not may_be_at_crosschq(await Effects(session).known(case.connection_id, creation_key(latest.id))):
            await requests.mark_failed(latest.id, "It was never sent.")


def may_be_at_crosschq(effect: Before | None) -> bool:
    """Unless the call was never made or surely did nothing."""
    return effect is not None and effect.state is not EffectState.REFUSED


def _is_ours_to_finish(case: Case, request: ReferenceRequest) -> bool:
    if request.state is RequestState.INTENDED:
        return True
    return request.state in (RequestState.SENT, RequestState.UNKNOWN) and (
        request.delivery_id == case.attempt.delivery_id
    )
