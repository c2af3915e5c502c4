"""Reads Crosschq's webhooks (contracts/crosschq-api.md 1.6): unsigned snapshots of one request. Performs no I/O.

Only the id is used later: the flow reads the request again before it acts.
"""

import hashlib
from datetime import timedelta

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
from webhook_gateway.intake import Arrival, Rejected, Unreadable
from webhook_gateway.strict_json import NotStrictJson, parse


def read_crosschq(arrival: Arrival, vault: Vault, retention: timedelta) -> NewDelivery:
    """The snapshot of an authorised webhook; raises Rejected or Unreadable. Crosschq knows no ping."""
    accepted = _accepted(arrival.endpoint, vault)
    if not any([is_authorised(auth, arrival.authorization) for auth in accepted]):  # noqa: C419 - each is compared
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


def _accepted(endpoint: WebhookEndpoint, vault: Vault) -> list[WebhookAuth]:
    """Everybody only where an admin chose No Auth; a scheme without a secret lets nobody in."""
    if endpoint.auth_scheme == AuthScheme.NONE:
        return [WebhookAuth(AuthScheme.NONE)]
    scheme = AuthScheme(endpoint.auth_scheme or AuthScheme.TOKEN)
    secrets = vault.open_list(endpoint.secrets) if endpoint.secrets else []
    shown = [(scheme, secret) for secret in secrets[:1]]
    # The token before may be of the other method, which Crosschq shows until it is changed there, too.
    shown += [(one, secret) for secret in secrets[1:] for one in (AuthScheme.TOKEN, AuthScheme.BASIC)]
    # One that could never be shown, as a header cannot carry it, is no reason to refuse the others.
    return [WebhookAuth(one, secret) for one, secret in shown if is_presentable(secret)]
