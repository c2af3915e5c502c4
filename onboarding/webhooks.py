"""Makes Lever's webhooks through its API (contract 6.2), each with its token stored at once. Leaves others' alone."""

from collections.abc import Mapping, Sequence

from pydantic import SecretStr

from lever.client import LeverClient
from lever.models import Webhook
from onboarding.lever_events import LEVER_EVENTS
from onboarding.saving import ensure_endpoint, keep_token
from outbound.errors import NotExecuted, OutcomeUnknown, Refused, VendorError
from store.audits import Audits
from store.connections import Connections, Endpoints
from store.tables import Vendor, WebhookEndpoint
from wiring import Parts


class WebhookNotMadeError(Exception):
    """The connection is stored, but a webhook of Lever's is missing; the message says which, why and what to do."""


def address(base: str, endpoint: WebhookEndpoint) -> str:
    """Where the vendor sends to; `base` is our public address without a slash at its end."""
    return f"{base}/webhooks/{endpoint.vendor.value}/{endpoint.url_key}"


def left_as_they_are(titles: Sequence[str]) -> str:
    """To the admin, of those that `make_webhooks` or `ensure_webhooks` left."""
    return (
        f"Left as it is: {', '.join(titles)}. A token is stored, and Lever's list does not show the webhook: it was "
        "made by hand, or with another key. To have it made here, delete it in Lever, then make these webhooks anew "
        "with the button on the connection's page."
    )


async def make_webhooks(parts: Parts, connection_id: int, who: str, *, anew: bool) -> list[str]:
    """For a stored connection, at our public address; returns the titles of those left as they are.

    Raises WebhookNotMadeError, or VaultError for a lost key. Pressed twice at once, the second one waits, and finds
    them made: Lever would make them twice.
    """
    base = str(parts.settings.public_base_url).rstrip("/")
    async with parts.database.transaction() as session:
        for one in LEVER_EVENTS:
            await ensure_endpoint(session, connection_id, Vendor.LEVER, one.event)
        what = "had the webhooks made in Lever anew" if anew else "had the webhooks made in Lever"
        # Before the first is made: also what is broken off has changed something.
        Audits(session).of_connection(connection_id, who=who, what=what)
    async with parts.database.transaction() as session:
        client = parts.lever(await Connections(session).locked(connection_id))
        endpoints = {one.event: one for one in await Endpoints(session).of_connection(connection_id)}
        # Let go of here: each is stored in a transaction of its own, as soon as Lever has told its token.
        session.expunge_all()
        try:
            return await ensure_webhooks(parts, client, endpoints, base, anew=anew)
        finally:
            await client.aclose()


async def ensure_webhooks(
    parts: Parts,
    client: LeverClient,
    endpoints: Mapping[str, WebhookEndpoint],
    base: str,
    *,
    anew: bool = False,
) -> list[str]:
    """One webhook for each of LEVER_EVENTS; `endpoints` by event. Raises WebhookNotMadeError at the first failure.

    Where a token is stored of one that we did not make, and Lever lists none of ours, none is made: Lever does not list
    those made by hand or with another key, and a second one would tell us everything twice. Returns the titles of
    these. With `anew` all are replaced: each gets another token, and none is closed on the way.
    """
    doing, spared = "Lever webhooks", list[str]()
    try:
        known = [webhook async for webhook in client.webhooks()]
        for one in LEVER_EVENTS:
            doing = f"Lever webhook '{one.title}'"
            endpoint, url = endpoints[one.event], address(base, endpoints[one.event])
            ours = [webhook for webhook in known if endpoint.url_key in webhook.url]
            if not anew and not ours and _is_somebody_elses(endpoint):
                spared.append(one.title)
            elif anew or not _is_well(endpoint, url, ours):
                await _replace_webhook(parts, client, endpoint, url, ours, stay_open=anew)
    except VendorError as error:
        raise WebhookNotMadeError(
            f"The connection is stored, but its {doing} could not be made. {error}. {_next(error)}"
        ) from error
    return spared


def _next(error: VendorError) -> str:
    if isinstance(error, OutcomeUnknown):
        return (
            "It may be there all the same: look in Lever, Settings > Integrations and API > Webhooks, whether it has "
            "one too many to this address. Then make these webhooks anew, or run this again: that replaces it."
        )
    return "Then run this again."


async def _replace_webhook(
    parts: Parts,
    client: LeverClient,
    endpoint: WebhookEndpoint,
    url: str,
    before: Sequence[Webhook],
    *,
    stay_open: bool,
) -> None:
    """The new one first, so that none is missing meanwhile: Lever may have two of one event and address.

    Lever never shows a token again: one whose token was not stored is of no use, and goes the next time.
    """
    tokens = endpoint.secrets
    if not before and not stay_open:
        # Closed on the way: should Lever's answer get lost, an old token must not pass for the new webhook's. Not
        # where a person makes them anew, and is told: one that Lever does not list may work with the old token.
        await _store_tokens(parts, endpoint, None)
    try:
        created = await client.create_webhook(endpoint.event, url)
    except (NotExecuted, Refused):
        await _store_tokens(parts, endpoint, tokens)
        raise
    endpoint.secrets = tokens
    keep_token(endpoint, parts.vault, SecretStr(created.signature_token), created.id)
    await _store_tokens(parts, endpoint, endpoint.secrets)
    for webhook in before:
        await client.delete_webhook(webhook.id)


async def _store_tokens(parts: Parts, endpoint: WebhookEndpoint, sealed: bytes | None) -> None:
    async with parts.database.transaction() as session:
        session.add(endpoint)
        endpoint.secrets = sealed


def _is_somebody_elses(endpoint: WebhookEndpoint) -> bool:
    return endpoint.is_open and endpoint.lever_webhook_id is None


def _is_well(endpoint: WebhookEndpoint, url: str, ours: Sequence[Webhook]) -> bool:
    return endpoint.is_open and [(one.event, one.url) for one in ours] == [(endpoint.event, url)]
