"""Whether the webhooks are there and arrive. What Lever cannot tell, a ping or an event proves. Only reads."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from lever.models import Webhook
from onboarding.lever_events import LEVER_EVENTS, LeverEvent
from onboarding.self_test.findings import Check, Finding, Group, Told, check, not_seen, ok, wrong
from onboarding.self_test.scene import Scene
from onboarding.webhooks import address
from store.due import SNAPSHOT_EVENT
from store.tables import WebhookEndpoint

PLACE = "Lever, Settings > Integrations and API > Webhooks"
_NO_ENDPOINT = "Save the connection again: it makes the address."
_AGAIN = (
    "Press Create the webhooks in Lever on the connection's page (in its file: create_webhooks = true): it makes the "
    "webhook anew."
)


def webhooks_checks(scene: Scene) -> list[Check]:
    endpoints = {endpoint.event: endpoint for endpoint in scene.stored.endpoints}

    heard = [_heard_of_lever(event, endpoints.get(event.event)) for event in LEVER_EVENTS]
    return [
        Check(Group.WEBHOOKS, "In Lever", partial(_listed, scene, endpoints)),
        *heard,
        _heard_of_crosschq(endpoints.get(SNAPSHOT_EVENT)),
    ]


async def _listed(scene: Scene, endpoints: dict[str, WebhookEndpoint]) -> Sequence[Finding]:
    known = [webhook async for webhook in scene.lever.webhooks()]
    base = str(scene.parts.settings.public_base_url).rstrip("/")
    ours = {one.event: _ours(endpoints.get(one.event), known) for one in LEVER_EVENTS}
    findings: list[Finding] = []
    for one in LEVER_EVENTS:
        endpoint, there = endpoints.get(one.event), ours[one.event]
        if endpoint is None:
            told = wrong("The connection has no address for this event.", _NO_ENDPOINT)
        elif there:
            told = _as_wanted(one, address(base, endpoint), there)
        else:
            told = _not_listed(one, endpoint)
        findings.append(Finding(Group.WEBHOOKS, f"{one.title}: in Lever", *told))
    return findings


def _ours(endpoint: WebhookEndpoint | None, known: Sequence[Webhook]) -> list[Webhook]:
    """Those that lead to the endpoint; where none does, the one that we made for it, wherever that leads."""
    if endpoint is None:
        return []
    leading_here = [webhook for webhook in known if endpoint.url_key in webhook.url]
    return leading_here or [webhook for webhook in known if webhook.id == endpoint.lever_webhook_id]


def _as_wanted(one: LeverEvent, url: str, there: Sequence[Webhook]) -> Told:
    if len(there) > 1:
        return wrong(
            f"Lever has {len(there)} webhooks to this address: each would need its own token.", _AGAIN
        )
    if there[0].event != one.event:
        return wrong(f"Lever's webhook to this address is for the event '{there[0].event}'.", _AGAIN)
    if there[0].url != url:
        leads, ours = (_host(link) for link in (there[0].url, url))
        return wrong(f"Lever's webhook leads to {leads}, and not to our public address {ours}.", _AGAIN)
    return ok("The webhook exists in Lever, and leads to our address.")


def _host(url: str) -> str:
    """Without the path, whose last part only the vendor is to know."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _not_listed(one: LeverEvent, endpoint: WebhookEndpoint) -> Told:
    make = (
        "Press Create the webhooks in Lever on the connection's page (in its file: create_webhooks = true), or make it "
        f"in {PLACE} with the address that the page shows, and paste its token there."
    )
    if not endpoint.is_open:
        told = f"No webhook of this event is set up. {one.without_it}"
        return wrong(told, make) if one.is_required else not_seen(told, make)
    heard_at = _last_heard(endpoint)
    came = f"The last ping or event of it came on {heard_at:%Y-%m-%d %H:%M:%S} UTC." if heard_at else ""
    if endpoint.lever_webhook_id is not None:
        told = "This webhook was made here, and Lever does not list it any more: it was deleted there."
        return wrong(f"{told} {came or one.without_it}", _AGAIN)
    told = "Lever's list does not show this webhook: it was made by hand or with another key, or is deleted."
    if came:
        return ok(f"{told} {came}")
    return not_seen(
        f"{told} Nothing of it has come yet.",
        f"If it is in {PLACE}, verify the connection there. If not, press Make these webhooks anew on the "
        "connection's page.",
    )


def _heard_of_lever(one: LeverEvent, endpoint: WebhookEndpoint | None) -> Check:
    toggle = (
        f"Check the toggle of '{one.title}' in {PLACE}: a Super Admin must switch it on. "
        "Then move a test candidate, or verify the connection there, and look again."
    )
    token = (
        f"Copy the signature token of this webhook from {PLACE} to its place on the connection's page and press "
        "'Store', or into the connection's file and connect again."
    )

    async def look() -> Told:
        return heard(endpoint, toggle, token)

    return check(Group.WEBHOOKS, f"{one.title}: heard of", look)


def _heard_of_crosschq(endpoint: WebhookEndpoint | None) -> Check:
    settings = (
        "Check the webhook's URL in Crosschq's API settings; it is used with the first reference request."
    )
    token = "Type the webhook token of the connection into Crosschq's API settings again."  # noqa: S105 - a sentence

    async def look() -> Told:
        return heard(endpoint, settings, token)

    return check(Group.WEBHOOKS, "Crosschq: heard of", look)


def heard(endpoint: WebhookEndpoint | None, if_silent: str, if_rejected: str) -> Told:
    """By what its endpoint remembers: wrong while the newest thing is a rejection."""
    if endpoint is None:
        return wrong("The connection has no address for this.", _NO_ENDPOINT)
    heard_at, rejected_at = _last_heard(endpoint), endpoint.last_rejected_at
    before = (
        f"The last ping or event that was taken came on {heard_at:%Y-%m-%d %H:%M:%S} UTC." if heard_at else ""
    )
    if rejected_at is None:
        return ok(before) if before else not_seen("No ping and no event has come yet.", if_silent)
    rejected = (
        f"On {rejected_at:%Y-%m-%d %H:%M:%S} UTC one was rejected: {endpoint.last_rejection or 'unknown why'}"
        f" ({endpoint.rejections} rejected in all)."
    )
    if heard_at is None:
        return wrong(f"{rejected} None was ever taken.", if_rejected)
    if rejected_at > heard_at:
        return wrong(f"{rejected} {before}", if_rejected)
    return ok(f"{before} {rejected}")


def _last_heard(endpoint: WebhookEndpoint) -> datetime | None:
    return max((at for at in (endpoint.last_ping_at, endpoint.last_event_at) if at), default=None)
