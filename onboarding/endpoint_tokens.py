"""Stores the token of one webhook as soon as it is known, and forgets the one before it. Shows none."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from crosschq.webhooks import AuthScheme, is_presentable
from onboarding.fields import SHORTEST_TOKEN, TOO_SHORT
from onboarding.keys_checking import LONGEST, WrongField
from onboarding.lever_events import LEVER_EVENTS
from onboarding.saving import is_too_short, keep_token, readable_tokens
from store.audits import Audits
from store.connections import Connections, Endpoints
from store.tables import Vendor, WebhookEndpoint
from store.vault import Vault
from wiring import Parts

_TITLES = {one.event: one.title for one in LEVER_EVENTS}
_METHODS = {AuthScheme.TOKEN: "Token", AuthScheme.BASIC: "Basic", AuthScheme.NONE: "No Auth"}
"""As the pages and Crosschq call them."""


def title_of(endpoint: WebhookEndpoint) -> str:
    """As people know the webhook: Lever's name of the event, or Crosschq."""
    return _TITLES.get(endpoint.event, "Crosschq")


def short_tokens(endpoints: Iterable[WebhookEndpoint], vault: Vault, now: datetime) -> list[str]:
    """The titles of those that accept a token of fewer than SHORTEST_TOKEN characters, from an earlier release."""
    return [
        title_of(one)
        for one in endpoints
        if one.auth_scheme != AuthScheme.NONE
        and any(len(token) < SHORTEST_TOKEN for token in readable_tokens(one, vault).good(now))
    ]


def check_webhook_token(scheme: AuthScheme, token: SecretStr) -> None:
    """Of a new connection. Raises WrongField for "webhook_token"."""
    check_characters(scheme, token)
    if 0 < len(token.get_secret_value()) < SHORTEST_TOKEN:
        raise WrongField("webhook_token", f"{TOO_SHORT}: choose a long random one.")


def check_characters(scheme: AuthScheme, token: SecretStr) -> None:
    """Raises WrongField for "webhook_token"."""
    value = token.get_secret_value()
    if scheme is not AuthScheme.NONE and not value:
        raise WrongField(
            "webhook_token", f"Crosschq's method '{scheme.value}' needs a token: choose a long one."
        )
    if value and (len(value) > LONGEST or not is_presentable(value)):
        raise WrongField("webhook_token", "A token has no blanks and no odd characters.")


async def store_token(
    parts: Parts, connection_id: int, endpoint_id: int, token: SecretStr, scheme: AuthScheme | None, who: str
) -> None:
    """The previous one stays good for OVERLAP. `scheme` is for Crosschq's endpoint.

    Raises WrongField for "webhook_token".
    """
    async with parts.database.transaction() as session:
        endpoint = await _locked(session, connection_id, endpoint_id)
        if endpoint.vendor is Vendor.LEVER:
            _check_signature_token(token)
            scheme = None
        elif scheme is not None and (token.get_secret_value() or endpoint.secrets is None):
            check_characters(scheme, token)
        now = parts.now()
        if is_too_short(token, endpoint, parts.vault, now):
            raise WrongField("webhook_token", f"{TOO_SHORT}: copy or choose a longer one.")
        for what in [*_change_method(endpoint, scheme), *_change_token(endpoint, parts.vault, token, now)]:
            _audit(session, endpoint, who, what)


def _check_signature_token(token: SecretStr) -> None:
    value = token.get_secret_value()
    if not is_presentable(value) or len(value) > LONGEST:
        raise WrongField(
            "webhook_token", "Paste the signature token that Lever shows for this webhook: no blanks."
        )


def _change_method(endpoint: WebhookEndpoint, scheme: AuthScheme | None) -> list[str]:
    """What was changed, in words; nothing, if nothing was."""
    before = AuthScheme(endpoint.auth_scheme or AuthScheme.TOKEN)
    if scheme is None:
        return []
    endpoint.auth_scheme = scheme.value
    if scheme is before:
        return []
    return [f"changed the method of Crosschq's webhook from {_METHODS[before]} to {_METHODS[scheme]}"]


def _change_token(endpoint: WebhookEndpoint, vault: Vault, token: SecretStr, now: datetime) -> list[str]:
    """As `_change_method`. An empty one keeps what is stored."""
    value = token.get_secret_value()
    is_new = bool(value) and [value] != readable_tokens(endpoint, vault).present
    keep_token(endpoint, vault, token if value else None, now)
    return [f"stored a webhook token: {title_of(endpoint)}"] if is_new else []


async def forget_previous(parts: Parts, connection_id: int, endpoint_id: int, who: str) -> None:
    """From now on only the present token is good. Raises WrongField where there is no previous one."""
    async with parts.database.transaction() as session:
        endpoint = await _locked(session, connection_id, endpoint_id)
        tokens = readable_tokens(endpoint, parts.vault)
        if len(tokens.stored) < 2:
            raise WrongField("webhook_token", "There is no previous token (any more).")
        tokens.without_previous().store_in(endpoint, parts.vault)
        _audit(session, endpoint, who, f"forgot the previous webhook token: {title_of(endpoint)}")


async def _locked(session: AsyncSession, connection_id: int, endpoint_id: int) -> WebhookEndpoint:
    # Settings that are being saved meanwhile have read the token before: they are not to put it back.
    (await Connections(session).locked(connection_id)).updated_at = func.clock_timestamp()
    endpoint = await Endpoints(session).locked(connection_id, endpoint_id)
    if endpoint is None:
        raise WrongField("webhook_token", "The connection has no such webhook.")
    return endpoint


def _audit(session: AsyncSession, endpoint: WebhookEndpoint, who: str, what: str) -> None:
    connection_id = endpoint.connection_id
    Audits(session).of_connection(connection_id, who=who, what=what)
