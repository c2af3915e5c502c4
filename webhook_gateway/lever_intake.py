"""Reads Lever's webhooks (docs/vendors/lever.md 6). Performs no I/O.

Lever signs `token + triggeredAt` and not the body: the data are a hint, good enough to leave alone what would lead to
nothing, never to act on.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta

from lever.signature import is_signed
from lever.webhooks import (
    CANDIDATE_ARCHIVE_CHANGE,
    CANDIDATE_DELETED,
    CANDIDATE_HIRED,
    CANDIDATE_STAGE_CHANGE,
    ArchiveChange,
    Deleted,
    Hired,
    Malformed,
    NotGenuine,
    StageChange,
    WebhookEvent,
    verify,
)
from store.deliveries import NewDelivery
from store.due import PING_EVENT
from store.tables import Connection
from store.vault import Vault
from store.webhook_tokens import Tokens
from webhook_gateway.intake import Arrival, Rejected, Unreadable, replaced_token
from webhook_gateway.strict_json import NotStrictJson, parse

Told = StageChange | Hired | ArchiveChange | Deleted
_DATA: dict[str, type[Told]] = {
    CANDIDATE_STAGE_CHANGE: StageChange,
    CANDIDATE_HIRED: Hired,
    CANDIDATE_ARCHIVE_CHANGE: ArchiveChange,
    CANDIDATE_DELETED: Deleted,
}


def read_lever(arrival: Arrival, vault: Vault, retention: timedelta) -> NewDelivery:
    """The event of a genuine webhook; raises Rejected or Unreadable."""
    try:
        content = parse(arrival.body)
        event = WebhookEvent.from_json(content)
    except (NotStrictJson, Malformed) as error:
        raise Unreadable(str(error)) from None
    tokens = Tokens.of(arrival.endpoint, vault)
    try:
        verify(event, arrival.endpoint.event, tokens.good(arrival.now), arrival.now, retention)
    except NotGenuine as error:
        is_over = is_signed(event.signature, event.token, event.triggered_at, tokens.over(arrival.now))
        raise (replaced_token(tokens) if is_over else Rejected(str(error))) from None
    if event.is_ping:
        return _ping(arrival, event, content)
    try:
        told = _DATA[event.event].from_event(event)
    except Malformed as error:
        raise Unreadable(str(error)) from None
    happened_at = datetime.fromtimestamp(event.triggered_at / 1000, UTC)
    return NewDelivery(
        connection_id=arrival.connection.id,
        endpoint_id=arrival.endpoint.id,
        origin="webhook",
        event=event.event,
        subject=f"opportunity:{told.opportunity_id}",
        opportunity_id=told.opportunity_id,
        replay_key=_replay_key(arrival.endpoint.id, event),
        body=vault.seal(arrival.body.decode()),
        body_sha256=_content_sha256(content),
        triggered_at=happened_at,
        outcome=why_leave_alone(told, happened_at, arrival.connection),
        subject_digests=tuple(vault.blind_indexes(f"opportunity:{told.opportunity_id}")),
    )


def _ping(arrival: Arrival, event: WebhookEvent, content: object) -> NewDelivery:
    """Lever tries the connection: nothing is to be done, but the signature is spent."""
    return NewDelivery(
        connection_id=arrival.connection.id,
        endpoint_id=arrival.endpoint.id,
        origin="webhook",
        event=PING_EVENT,
        subject=f"endpoint:{arrival.endpoint.id}",
        replay_key=_replay_key(arrival.endpoint.id, event),
        body_sha256=_content_sha256(content),
        triggered_at=datetime.fromtimestamp(event.triggered_at / 1000, UTC),
        outcome=f"Lever verified the connection of its webhook {event.event}.",
    )


def why_leave_alone(told: Told, happened_at: datetime, connection: Connection) -> str | None:
    """A reason to record the event without starting anything; None: let the flow look at it."""
    if isinstance(told, StageChange) and told.to_stage_id not in connection.trigger_stages:
        # A stage made since the connection was saved has no name yet.
        stage = connection.stage_names.get(told.to_stage_id, told.to_stage_id)
        return f"Ignored: stage '{stage}' is not a trigger stage."
    # Whoever was deleted must be erased here, whenever it happened.
    if happened_at < connection.live_since and not isinstance(told, Deleted):
        return f"Ignored: happened before this connection went live on {connection.live_since:%d %B %Y, %H:%M} UTC."
    return None


def _content_sha256(content: object) -> str:
    # Of what is said and not of how it is written: a Rerun may order the same fields differently.
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _replay_key(endpoint_id: int, event: WebhookEvent) -> str:
    return hashlib.sha256(f"lever/{endpoint_id}/{event.token}/{event.triggered_at}".encode()).hexdigest()
