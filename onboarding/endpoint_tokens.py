"""Stores the token of one webhook as soon as it is known, and forgets the one before it. Shows none."""

from pydantic import SecretStr
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from crosschq.webhooks import AuthScheme, is_presentable
from onboarding.keys_checking import LONGEST, WrongField
from onboarding.lever_events import LEVER_EVENTS
from onboarding.saving import keep_token, readable_tokens
from store.audits import Audits
from store.connections import Connections, Endpoints
from store.tables import Vendor, WebhookEndpoint
from store.vault import Vault
from wiring import Parts

_TITLES = {one.event: one.title for one in LEVER_EVENTS}


def title_of(endpoint: WebhookEndpoint) -> str:
    """As people know the webhook: Lever's name of the event, or Crosschq."""
    return _TITLES.get(endpoint.event, "Crosschq")


def number_of_tokens(endpoint: WebhookEndpoint, vault: Vault) -> int:
    """How many are good at present; 0 also where they cannot be decrypted any more."""
    return len(readable_tokens(endpoint, vault))


def check_webhook_token(scheme: AuthScheme, token: SecretStr) -> None:
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
    """The previous one stays good. `scheme` is for Crosschq's endpoint. Raises WrongField for "webhook_token"."""
    value = token.get_secret_value()
    async with parts.database.transaction() as session:
        endpoint = await _locked(session, connection_id, endpoint_id)
        if endpoint.vendor is Vendor.CROSSCHQ and scheme is not None:
            if value or endpoint.secrets is None:
                check_webhook_token(scheme, token)
            endpoint.auth_scheme = scheme.value
        elif not is_presentable(value) or len(value) > LONGEST:
            raise WrongField(
                "webhook_token", "Paste the signature token that Lever shows for this webhook: no blanks."
            )
        keep_token(endpoint, parts.vault, token if value else None)
        _audit(session, endpoint, who, f"stored a webhook token: {title_of(endpoint)}")


async def forget_previous(parts: Parts, connection_id: int, endpoint_id: int, who: str) -> None:
    """From now on only the present token is good. Raises WrongField where there is no previous one."""
    async with parts.database.transaction() as session:
        endpoint = await _locked(session, connection_id, endpoint_id)
        tokens = readable_tokens(endpoint, parts.vault)
        if len(tokens) < 2:
            raise WrongField("webhook_token", "There is no previous token (any more).")
        endpoint.secrets = parts.vault.seal_list(tokens[:1])
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
