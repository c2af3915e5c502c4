"""Whether the webhooks are there and arrive. What Lever cannot tell, an event proves; a ping does not. Only reads."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from lever.models import Webhook
from onboarding.lever_events import LEVER_EVENTS, LeverEvent
from onboarding.self_test.findings import Check, Finding, Group, Told, check, not_seen, ok, to_know, wrong
from onboarding.self_test.rejections import LEVERS_PAGE, advice
from onboarding.self_test.scene import Scene
from onboarding.webhooks import address
from store.due import SNAPSHOT_EVENT
from store.tables import WebhookEndpoint

_NO_ENDPOINT = "Save the connection again: it makes the address."
_AGAIN = (
    "Press Create the webhooks in Lever on the connection's page (in its file: create_webhooks = true): it makes the "
    "webhook anew."
)
_MAKE = (
    "Press Create the webhooks in Lever on the connection's page (in its file: create_webhooks = true), or make it "
    f"in {LEVERS_PAGE} with the address that the page shows, and paste its token there."
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
    if not endpoint.is_open:
        told = f"No webhook of this event is set up. {one.without_it}"
        return wrong(told, _MAKE) if one.is_required else to_know(told, _MAKE)
    heard_at = _last_heard(endpoint)
    came = f"The last ping or event of it came on {_moment(heard_at)}." if heard_at else ""
    if endpoint.lever_webhook_id is not None:
        told = "This webhook was made here, and Lever does not list it any more: it was deleted there."
        return wrong(f"{told} {came or one.without_it}", _AGAIN)
    told = "Lever's list does not show this webhook: it was made by hand or with another key, or is deleted."
    if came:
        return ok(f"{told} {came}")
    return not_seen(
        f"{told} Nothing of it has come yet.",
        f"If it is in {LEVERS_PAGE}, verify the connection there. If not, press 'Recreate these webhooks' on the "
        "connection's page.",
    )


def _heard_of_lever(one: LeverEvent, endpoint: WebhookEndpoint | None) -> Check:
    toggle = (
        f"Check the toggle of '{one.title}' in {LEVERS_PAGE}: a Super Admin must switch it on. "
        f"Verifying the connection there says nothing of the toggle; {one.proven_by} proves it."
    )

    async def look() -> Told:
        if endpoint is not None and not (endpoint.is_open or one.is_required):
            return to_know(f"Nothing can come: no webhook of this event is set up. {one.without_it}", _MAKE)
        return heard(endpoint, toggle)

    return check(Group.WEBHOOKS, f"{one.title}: events received", look)


def _heard_of_crosschq(endpoint: WebhookEndpoint | None) -> Check:
    settings = (
        "Check the webhook's URL in Crosschq's API settings; it is used with the first reference request."
    )

    async def look() -> Told:
        return heard(endpoint, settings)

    return check(Group.WEBHOOKS, "Crosschq: events received", look)


def heard(endpoint: WebhookEndpoint | None, if_silent: str) -> Told:
    """By what its endpoint remembers: wrong while the newest thing is a rejection, ok by an event alone."""
    if endpoint is None:
        return wrong("The connection has no address for this.", _NO_ENDPOINT)
    heard_at, rejected_at, rejected = _last_heard(endpoint), endpoint.last_rejected_at, _rejected(endpoint)
    if rejected_at and (heard_at is None or rejected_at > heard_at):
        before = f"The last ping or event that was taken came on {_moment(heard_at)}." if heard_at else ""
        return wrong(
            f"{rejected} {before or 'None was ever taken.'}",
            advice(endpoint.vendor, endpoint.last_rejection),
        )
    if endpoint.last_event_at:
        return ok(
            f"The last event that was taken came on {_moment(endpoint.last_event_at)}. {rejected}".rstrip()
        )
    if endpoint.last_ping_at:
        return not_seen(
            f"{rejected} A ping came on {_moment(endpoint.last_ping_at)}: address and token are right. "
            "No event has come yet, so the toggle in Lever is unproven.".lstrip(),
            if_silent,
        )
    return not_seen("No ping and no event has come yet.", if_silent)


def _rejected(endpoint: WebhookEndpoint) -> str:
    if endpoint.last_rejected_at is None:
        return ""
    return (
        f"On {_moment(endpoint.last_rejected_at)} one was rejected: {endpoint.last_rejection or 'unknown why'} "
        f"({endpoint.rejections} rejected in all)."
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _last_heard(endpoint: WebhookEndpoint) -> datetime | None:
    return max((at for at in (endpoint.last_ping_at, endpoint.last_event_at) if at), default=None)
