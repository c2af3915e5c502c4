"""From something that happened to signed deliveries. See lever.md 6. The outbox does the sending and the tries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.lever.account import new_id
from sandbox.lever.candidacy import Opportunity
from sandbox.lever.signing import HEADERS, envelope, new_token
from sandbox.lever.stand_in import Lever
from sandbox.lever.subscriptions import Conditions, Event, Webhook


@dataclass(frozen=True)
class Actor:
    """Who did it (a user id, or None for the key itself) and whether it came through the API."""

    user: str | None
    through_api: bool


def fire(
    lever: Lever, event: Event, data: Mapping[str, Any], actor: Actor, opportunity: Opportunity | None = None
) -> None:
    """Deliver one event to every subscription that wants it, if its group is switched on."""
    options, account = lever.options, lever.account
    if actor.through_api and not lever.knobs.echo:
        return
    if (
        opportunity
        and opportunity.confidentiality == "confidential"
        and not options.confidential_fires_webhooks
    ):
        return
    if account.sends(event):
        origin = opportunity.origin if opportunity else None
        for webhook in account.webhooks.values():
            if webhook.wants(event, origin):
                deliver(lever, webhook, data)


def deliver(lever: Lever, webhook: Webhook, data: Mapping[str, Any]) -> str:
    """Sign and queue one delivery; its id in the webhook log."""
    body = envelope(
        webhook.event,
        data,
        signature_token=webhook.signature_token,
        triggered_at=lever.now(),
        with_id=lever.options.send_event_id,
    )
    label = webhook.event if data else f"{webhook.event} (verify connection)"
    return lever.outbox.submit(webhook.url, "POST", HEADERS, body, label)


def verify_connection(lever: Lever, webhook: Webhook) -> str:
    """Send the ping: signed, with empty `data`, whether or not the event's group is on."""
    return deliver(lever, webhook, {})


def subscribe(lever: Lever, event: Event, url: str, conditions: Conditions, *, through_api: bool) -> Webhook:
    """Add a webhook with a fresh signature token. Two on the same event and URL are two."""
    now = lever.now()
    webhook = Webhook(
        id=new_id(),
        event=event,
        url=url,
        conditions=conditions,
        signature_token=new_token(),
        made_through_api=through_api,
        created_at=now,
        updated_at=now,
    )
    lever.account.webhooks[webhook.id] = webhook
    return webhook
