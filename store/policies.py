"""The rows of a connection and its requests in the shape that the rules of a move read. Asks nothing."""

from collections.abc import Iterable
from datetime import timedelta

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


def previous_from(latest: ReferenceRequest | None) -> Previous | None:
    """The latest request of an opportunity; None without one."""
    return Previous(_PREVIOUS[latest.state], latest.created_at, latest.ended_at) if latest else None
