"""Makes Lever's webhooks through its API (contract 6.2), each with its token stored at once. Leaves others' alone."""

from collections.abc import Mapping, Sequence

from pydantic import SecretStr

from lever.client import LeverClient
from lever.models import Webhook
from onboarding.lever_events import LEVER_EVENTS
from onboarding.saving import keep_token
from outbound.errors import NotExecuted, Refused, VendorError
from store.tables import WebhookEndpoint
from wiring import Parts


class WebhookNotMadeError(Exception):
    """The connection is stored, but a webhook of Lever's is missing; the message says which, why and what to do."""


def address(base: str, endpoint: WebhookEndpoint) -> str:
    """Where the vendor sends to; `base` is our public address without a slash at its end."""
    return f"{base}/webhooks/{endpoint.vendor.value}/{endpoint.url_key}"


async def ensure_webhooks(
    parts: Parts, client: LeverClient, endpoints: Mapping[str, WebhookEndpoint], base: str
) -> None:
    """One webhook for each of LEVER_EVENTS; `endpoints` by event. Raises WebhookNotMadeError at the first failure."""
    doing = "Lever webhooks"
    try:
        known = [webhook async for webhook in client.webhooks()]
        for one in LEVER_EVENTS:
            doing = f"Lever webhook '{one.title}'"
            await _ensure_webhook(parts, client, endpoints[one.event], base, known)
    except VendorError as error:
        raise WebhookNotMadeError(
            f"The connection is stored, but its {doing} could not be made. {error}. Then run this again."
        ) from error


async def _ensure_webhook(
    parts: Parts, client: LeverClient, endpoint: WebhookEndpoint, base: str, known: Sequence[Webhook]
) -> None:
    url = address(base, endpoint)
    ours = [webhook for webhook in known if endpoint.url_key in webhook.url]
    if endpoint.is_open and [(webhook.event, webhook.url) for webhook in ours] == [(endpoint.event, url)]:
        return
    # Lever never shows a token again: a webhook whose token was not stored is of no use.
    for webhook in ours:
        await client.delete_webhook(webhook.id)
    await _make_webhook(parts, client, endpoint, url)


async def _make_webhook(parts: Parts, client: LeverClient, endpoint: WebhookEndpoint, url: str) -> None:
    before = endpoint.secrets
    # Closed on the way: should Lever's answer get lost, an old token must not pass for the new webhook's.
    await _store_tokens(parts, endpoint, None)
    try:
        created = await client.create_webhook(endpoint.event, url)
    except (NotExecuted, Refused):
        await _store_tokens(parts, endpoint, before)
        raise
    endpoint.secrets = before
    keep_token(endpoint, parts.vault, SecretStr(created.signature_token))
    await _store_tokens(parts, endpoint, endpoint.secrets)


async def _store_tokens(parts: Parts, endpoint: WebhookEndpoint, sealed: bytes | None) -> None:
    async with parts.database.transaction() as session:
        session.add(endpoint)
        endpoint.secrets = sealed
