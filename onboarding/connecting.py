"""Connects one Crosschq organization with one Lever account: check, store, and if wanted make Lever's webhook."""

from dataclasses import dataclass

from pydantic import SecretStr

import crosschq.client
import lever.client
from lever.auth import api_key
from lever.client import LeverClient
from lever.webhooks import CANDIDATE_STAGE_CHANGE
from onboarding.blueprint import Blueprint
from onboarding.checks import Agreed, agree
from onboarding.saving import Saved, keep_token, save
from outbound.errors import NotExecuted, Refused, VendorError
from outbound.limiter import Unlimited
from store.tables import WebhookEndpoint
from wiring import Parts


class WebhookNotMadeError(Exception):
    """The connection is stored, but Lever's webhook is missing; the message says why and what to do."""


@dataclass(frozen=True)
class Connected:
    """The addresses an admin copies into Lever and Crosschq, and whether Lever's webhook still needs its token."""

    name: str
    lever_webhook_url: str
    crosschq_webhook_url: str
    needs_lever_token: bool


async def connect(parts: Parts, blueprint: Blueprint, who: str, public_base_url: str) -> Connected:
    """May be run again at any time. Raises BlueprintError or one of outbound.errors, then nothing was stored; or
    WebhookNotMadeError.
    """
    lever_client = lever.client.connect(
        blueprint.lever.url, api_key(blueprint.lever.api_key.get_secret_value()), Unlimited()
    )
    try:
        agreed = await _agree(blueprint, lever_client)
        async with parts.database.transaction() as session:
            saved = await save(session, parts.vault, blueprint, agreed, who)
        base = public_base_url.rstrip("/")
        url = f"{base}/webhooks/lever/{saved.lever.url_key}"
        if blueprint.lever.create_webhooks:
            await _ensure_webhook(parts, lever_client, saved.lever, url)
    finally:
        await lever_client.aclose()
    return _connected(saved, base, url)


async def _agree(blueprint: Blueprint, lever_client: LeverClient) -> Agreed:
    crosschq_client = crosschq.client.connect(
        blueprint.crosschq.url,
        blueprint.crosschq.api_key.get_secret_value(),
        prefix=blueprint.crosschq.key_prefix,
        limiter=Unlimited(),
    )
    try:
        return await agree(blueprint, lever_client, crosschq_client)
    finally:
        await crosschq_client.aclose()


async def _ensure_webhook(parts: Parts, client: LeverClient, endpoint: WebhookEndpoint, url: str) -> None:
    try:
        ours = [webhook async for webhook in client.webhooks() if endpoint.url_key in webhook.url]
        if endpoint.is_open and [webhook.url for webhook in ours] == [url]:
            return
        # Lever never shows a token again: a webhook whose token was not stored is of no use.
        for webhook in ours:
            await client.delete_webhook(webhook.id)
        await _make_webhook(parts, client, endpoint, url)
    except VendorError as error:
        raise WebhookNotMadeError(
            f"The connection is stored, but its webhook could not be made. {error}. Then run this again."
        ) from error


async def _make_webhook(parts: Parts, client: LeverClient, endpoint: WebhookEndpoint, url: str) -> None:
    before = endpoint.secrets
    # Closed on the way: should Lever's answer get lost, an old token must not pass for the new webhook's.
    await _store_tokens(parts, endpoint, None)
    try:
        created = await client.create_webhook(CANDIDATE_STAGE_CHANGE, url)
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


def _connected(saved: Saved, base: str, lever_url: str) -> Connected:
    return Connected(
        name=saved.connection.name,
        lever_webhook_url=lever_url,
        crosschq_webhook_url=f"{base}/webhooks/crosschq/{saved.crosschq.url_key}",
        needs_lever_token=not saved.lever.is_open,
    )
