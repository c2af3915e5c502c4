"""Connects one Crosschq organization with one Lever account: check, store, and if wanted make Lever's webhooks."""

from dataclasses import dataclass

import crosschq.client
import lever.client
from lever.auth import api_key
from lever.client import LeverClient
from onboarding.blueprint import Blueprint
from onboarding.checks import Agreed, agree
from onboarding.lever_events import LEVER_EVENTS, LeverEvent
from onboarding.saving import Saved, save
from onboarding.webhooks import address, ensure_webhooks
from outbound.limiter import Unlimited
from wiring import Parts


@dataclass(frozen=True)
class LeverWebhook:
    """The address an admin enters in Lever for one event; closed as long as no token of its webhook is stored."""

    event: LeverEvent
    url: str
    is_open: bool


@dataclass(frozen=True)
class Connected:
    """The addresses an admin copies into Lever and Crosschq."""

    name: str
    lever_webhooks: tuple[LeverWebhook, ...]
    """One for each of LEVER_EVENTS, in their order."""
    crosschq_webhook_url: str
    made_webhooks: bool
    """Lever's were made through its API."""


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
        if blueprint.lever.create_webhooks:
            await ensure_webhooks(parts, lever_client, saved.lever, base)
    finally:
        await lever_client.aclose()
    return _connected(saved, base, made_webhooks=blueprint.lever.create_webhooks)


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


def _connected(saved: Saved, base: str, *, made_webhooks: bool) -> Connected:
    endpoints = [(event, saved.lever[event.event]) for event in LEVER_EVENTS]
    return Connected(
        name=saved.connection.name,
        lever_webhooks=tuple(
            LeverWebhook(event, address(base, endpoint), endpoint.is_open) for event, endpoint in endpoints
        ),
        crosschq_webhook_url=address(base, saved.crosschq),
        made_webhooks=made_webhooks,
    )
