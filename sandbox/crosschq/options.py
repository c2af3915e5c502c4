"""What a stand-in Crosschq can be told at the start. Holds values only."""

from dataclasses import dataclass
from datetime import timedelta

import httpx

from sandbox.clock import Clock, utc_now
from sandbox.outbox import RETRY_WAITS


@dataclass(frozen=True)
class CrosschqOptions:
    """Defaults follow crosschq.md 1.2, 1.3 and 1.6 where those know, else the commonest form.

    `token_prefix` goes before the key in Authorization: "" for the bare key, or "Token ", or "Bearer ".
    `known_users` are the e-mails accepted as requestor; None takes any that does not end in @unknown.test.
    `webhook_token_format` says how a webhook's Token is sent (unknown in reality).
    `webhook_transport` lets a test receive webhooks without a server.
    `smtp_port` None sends no invitations. `seed` decides which people `add_references` invents.
    """

    seed: int = 1
    base_url: str = "http://127.0.0.1:8602"
    api_key: str = "crosschq-sandbox-key"
    token_prefix: str = ""
    clock: Clock = utc_now
    retry_waits: tuple[float, ...] = RETRY_WAITS
    webhook_transport: httpx.AsyncBaseTransport | None = None
    known_users: frozenset[str] | None = None
    redirect_missing_slash: bool = False
    webhook_on_create: bool = True
    webhook_token_format: str = "Token {token}"  # noqa: S105 - the form of one, not one
    report_expires_after: timedelta | None = None
    smtp_host: str = "127.0.0.1"
    smtp_port: int | None = None
