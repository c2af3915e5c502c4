"""Connects one Crosschq organization with one Lever account: check, store, and if wanted make Lever's webhooks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import crosschq.client
import lever.client
from lever.auth import api_key
from onboarding.blueprint import Blueprint, BlueprintError
from onboarding.checks import Agreed, agree
from onboarding.hosts import HostRefused, check_base_url
from onboarding.lever_events import LEVER_EVENTS, LeverEvent
from onboarding.prospect_section import ProspectsPart
from onboarding.saving import Saved, save
from onboarding.webhooks import address, make_webhooks
from outbound.limiter import Unlimited
from store.connections import Endpoints
from store.prospect_switches import Switches
from store.tables import Vendor, WebhookEndpoint
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
    """Lever's were made through its API, all or those that were not left."""
    left_webhooks: tuple[str, ...]
    """The titles of Lever's that were left as they are, as they were made by hand or with another key."""
    switches: Switches
    """Whether prospects become leads."""
    turned_since: tuple[str, ...]
    """The file's keys of switches that a person turned otherwise since the file said so first: they stay so."""


async def connect(
    parts: Parts,
    blueprint: Blueprint,
    who: str,
    public_base_url: str,
    unchanged_since: datetime | None = None,
) -> Connected:
    """May be run again at any time. Raises BlueprintError, one of outbound.errors, or ChangedMeanwhile when the
    connection is not as it was at `unchanged_since`: then nothing was stored; or WebhookNotMadeError.
    """
    _check_hosts(parts, blueprint)
    agreed = await _agree(blueprint)
    async with parts.database.transaction() as session:
        saved = await save(session, parts.vault, blueprint, agreed, who, parts.now(), unchanged_since)
    left: list[str] = []
    if blueprint.lever.create_webhooks:
        left = await make_webhooks(parts, saved.connection.id, who, base=public_base_url)
        saved = replace(saved, lever=await _lever_endpoints(parts, saved.connection.id))
    return _connected(saved, public_base_url.rstrip("/"), blueprint, left)


def _check_hosts(parts: Parts, blueprint: Blueprint) -> None:
    problems = []
    for vendor, url in ((Vendor.LEVER, blueprint.lever.url), (Vendor.CROSSCHQ, blueprint.crosschq.url)):
        try:
            check_base_url(url, vendor, parts.settings.allowed_hosts)
        except HostRefused as error:
            problems.append(f"  {vendor.value}.url: {error}")
    if problems:
        raise BlueprintError("\n".join(["An address may not be called:", *problems]))


async def _agree(blueprint: Blueprint) -> Agreed:
    lever_key = api_key(blueprint.lever.api_key.get_secret_value())
    lever_client = lever.client.connect(blueprint.lever.url, lever_key, Unlimited())
    crosschq_client = crosschq.client.connect(
        blueprint.crosschq.url,
        blueprint.crosschq.api_key.get_secret_value(),
        prefix=blueprint.crosschq.key_prefix,
        limiter=Unlimited(),
    )
    try:
        return await agree(blueprint, lever_client, crosschq_client)
    finally:
        await lever_client.aclose()
        await crosschq_client.aclose()


async def _lever_endpoints(parts: Parts, connection_id: int) -> dict[str, WebhookEndpoint]:
    """By event, with the tokens that came meanwhile."""
    async with parts.database.transaction() as session:
        endpoints = await Endpoints(session).of_connection(connection_id)
    return {one.event: one for one in endpoints if one.vendor is Vendor.LEVER}


def _connected(saved: Saved, base: str, blueprint: Blueprint, left: Sequence[str]) -> Connected:
    endpoints = [(event, saved.lever[event.event]) for event in LEVER_EVENTS]
    return Connected(
        name=saved.connection.name,
        lever_webhooks=tuple(
            LeverWebhook(event, address(base, endpoint), endpoint.is_open) for event, endpoint in endpoints
        ),
        crosschq_webhook_url=address(base, saved.crosschq),
        made_webhooks=blueprint.lever.create_webhooks and len(left) < len(endpoints),
        left_webhooks=tuple(left),
        switches=saved.switches,
        turned_since=_turned_since(blueprint.prospects, saved.switches),
    )


def _turned_since(wanted: ProspectsPart, switches: Switches) -> tuple[str, ...]:
    said_and_is = {
        "export_existing": (wanted.export_existing, switches.existing),
        "export_new": (wanted.export_new, switches.new),
    }
    return tuple(key for key, (said, is_on) in said_and_is.items() if said is not is_on)
