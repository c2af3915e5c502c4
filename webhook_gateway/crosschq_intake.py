"""Reads Crosschq's webhooks (docs/vendors/crosschq.md 1.6): unsigned snapshots of one request. Performs no I/O.

Only the id is used later: the flow reads the request again before it acts.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from crosschq.webhooks import (
    AuthScheme,
    Malformed,
    Snapshot,
    WebhookAuth,
    is_authorised,
    is_presentable,
    replay_key,
)
from store.deliveries import NewDelivery
from store.due import SNAPSHOT_EVENT
from store.tables import WebhookEndpoint
from store.vault import Vault
from store.webhook_tokens import Tokens
from webhook_gateway.intake import Arrival, Rejected, Unreadable, replaced_token
from webhook_gateway.strict_json import NotStrictJson, parse


def read_crosschq(arrival: Arrival, vault: Vault, retention: timedelta) -> NewDelivery:
    """The snapshot of an authorised webhook; raises Rejected or Unreadable. Crosschq knows no ping."""
    tokens = Tokens.of(arrival.endpoint, vault)
    if not _shows_one(arrival, _accepted(arrival.endpoint, tokens, arrival.now)):
        if _shows_one(arrival, _by_either_method(tokens.over(arrival.now))):
            raise replaced_token(tokens)
        raise Rejected("the Authorization header does not show the configured credential")
    try:
        snapshot = Snapshot.from_json(parse(arrival.body))
    except (NotStrictJson, Malformed) as error:
        raise Unreadable(str(error)) from None
    key = replay_key(str(arrival.endpoint.id), snapshot, arrival.body_sha256)
    return NewDelivery(
        connection_id=arrival.connection.id,
        endpoint_id=arrival.endpoint.id,
        origin="webhook",
        event=SNAPSHOT_EVENT,
        subject=f"request:{snapshot.id}",
        opportunity_id=None,
        replay_key=hashlib.sha256(f"crosschq/{key}".encode()).hexdigest(),
        body=vault.seal(arrival.body.decode()),
        body_sha256=arrival.body_sha256,
        triggered_at=snapshot.updated_on,
        subject_digests=tuple(vault.blind_indexes(f"request:{snapshot.id}")),
    )


def _accepted(endpoint: WebhookEndpoint, tokens: Tokens, now: datetime) -> list[WebhookAuth]:
    """Everybody only where an admin chose No Auth; a scheme without a secret lets nobody in."""
    if endpoint.auth_scheme == AuthScheme.NONE:
        return [WebhookAuth(AuthScheme.NONE)]
    scheme = AuthScheme(endpoint.auth_scheme or AuthScheme.TOKEN)
    # One that could never be shown, as a header cannot carry it, is no reason to refuse the others.
    present = [WebhookAuth(scheme, token) for token in tokens.present if is_presentable(token)]
    return [*present, *_by_either_method(tokens.previous(now))]


def _by_either_method(tokens: Sequence[str]) -> list[WebhookAuth]:
    """The token before may be of the other method, which Crosschq shows until it is changed there, too."""
    methods = (AuthScheme.TOKEN, AuthScheme.BASIC)
    return [WebhookAuth(one, token) for token in tokens if is_presentable(token) for one in methods]


def _shows_one(arrival: Arrival, accepted: Sequence[WebhookAuth]) -> bool:
    return any([is_authorised(auth, arrival.authorization) for auth in accepted])  # noqa: C419 - each is compared
