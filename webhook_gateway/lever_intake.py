"""Reads Lever's webhooks (contracts/lever-api.md 6). Performs no I/O.

Lever signs `token + triggeredAt` and not the body: the data are a hint, good enough to leave alone what would lead to
nothing, never to act on.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta

from lever.webhooks import Malformed, NotGenuine, StageChange, WebhookEvent, verify
from store.deliveries import NewDelivery
from store.tables import Connection
from store.vault import Vault
from webhook_gateway.intake import Arrival, Ping, Rejected, Unreadable
from webhook_gateway.strict_json import NotStrictJson, parse


def read_lever(arrival: Arrival, vault: Vault, retention: timedelta) -> NewDelivery | Ping:
    """The event of a genuine webhook; raises Rejected or Unreadable."""
    try:
        content = parse(arrival.body)
        event = WebhookEvent.from_json(content)
    except (NotStrictJson, Malformed) as error:
        raise Unreadable(str(error)) from None
    secrets = vault.open_list(arrival.endpoint.secrets) if arrival.endpoint.secrets else []
    try:
        verify(event, arrival.endpoint.event, secrets, arrival.now, retention)
    except NotGenuine as error:
        raise Rejected(str(error)) from None
    if event.is_ping:
        return Ping()
    try:
        change = StageChange.from_event(event)
    except Malformed as error:
        raise Unreadable(str(error)) from None
    moved_at = datetime.fromtimestamp(event.triggered_at / 1000, UTC)
    return NewDelivery(
        connection_id=arrival.connection.id,
        endpoint_id=arrival.endpoint.id,
        origin="webhook",
        event=event.event,
        subject=f"opportunity:{change.opportunity_id}",
        opportunity_id=change.opportunity_id,
        replay_key=_replay_key(arrival.endpoint.id, event),
        body=vault.seal(arrival.body.decode()),
        body_sha256=_content_sha256(content),
        triggered_at=moved_at,
        outcome=why_leave_alone(change, moved_at, arrival.connection),
    )


def why_leave_alone(change: StageChange, moved_at: datetime, connection: Connection) -> str | None:
    """A reason to record the event without starting anything; None: let the flow look at it."""
    if change.to_stage_id not in connection.trigger_stages:
        return f"Ignored: stage '{change.to_stage_id}' is not a trigger stage."
    if moved_at < connection.live_since:
        return (
            f"Ignored: moved before this connection went live on {connection.live_since:%d %B %Y, %H:%M} UTC."
        )
    return None


def _content_sha256(content: object) -> str:
    # Of what is said and not of how it is written: a Rerun may order the same fields differently.
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _replay_key(endpoint_id: int, event: WebhookEvent) -> str:
    return hashlib.sha256(f"lever/{endpoint_id}/{event.token}/{event.triggered_at}".encode()).hexdigest()
