"""The rows of a connection and its requests in the shape that the rules of a move read. Asks nothing."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import takewhile

from hiring.candidacy import Template
from hiring.decisions import Policy, Previous, PreviousState
from hiring.requestors import RequestorRole
from store.tables import Connection, ReferenceRequest, RequestState, RequestTemplate

_PREVIOUS = {
    RequestState.INTENDED: PreviousState.INTENDED,
    RequestState.UNKNOWN: PreviousState.OPEN,
    RequestState.SENT: PreviousState.OPEN,
    RequestState.COMPLETED: PreviousState.COMPLETED,
    RequestState.FAILED: PreviousState.FAILED,
    RequestState.CANCELLED: PreviousState.ENDED,
}


def policy_from(connection: Connection, templates: Iterable[RequestTemplate]) -> Policy:
    """What the connection's admin has laid down."""
    again = connection.ask_again_after_days
    return Policy(
        trigger_stages=connection.trigger_stages,
        live_since=connection.live_since,
        templates=[
            Template(t.name, t.survey, t.counts, t.lever_tag, t.position, t.is_fallback) for t in templates
        ],
        requestor_chain=[RequestorRole(role) for role in connection.requestor_chain],
        fallback_requestor=connection.fallback_requestor,
        ask_again_after=None if again is None else timedelta(days=again),
    )


def previous_from(requests: Sequence[ReferenceRequest]) -> Previous | None:
    """The latest request of an opportunity, given all of them, the newest first; None without one."""
    if not requests:
        return None
    latest = requests[0]
    return Previous(
        _state_of(latest),
        latest.created_at,
        latest.ended_at,
        has_report=any(one.state is RequestState.COMPLETED for one in requests),
        disproved_tag=_disproved_tag(requests),
    )


def _state_of(request: ReferenceRequest) -> PreviousState:
    if request.state is RequestState.UNKNOWN and request.found_tag is not None:
        return PreviousState.FOUND
    return _PREVIOUS[request.state]


def _disproved_tag(requests: Iterable[ReferenceRequest]) -> str | None:
    """A person's word holds until a later request reaches Crosschq."""
    unsent = (RequestState.INTENDED, RequestState.FAILED)
    since = takewhile(lambda one: one.state in unsent, requests)
    return next((one.found_tag for one in since if one.found_tag is not None), None)
