"""Whom automations tell: blocks, in which Prefect keeps a webhook's URL and a mail server's password encrypted.

The settings decide, so each deploy writes them anew; an address taken out of the settings leaves its block behind, for
automations that an admin has made with it. Sends nothing itself: Prefect's server does, also when no worker lives.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from cleaning.email_address import name_and_email
from deployments.prefect_api import PrefectApiError, checked
from settings import Settings

MODES = {"plain": "insecure", "starttls": "starttls", "tls": "ssl"}
"""Ours, as Apprise calls them."""


@dataclass(frozen=True)
class Block:
    """`kind` is the slug of Prefect's block type."""

    kind: str
    name: str
    data: dict[str, Any]


@dataclass(frozen=True)
class ToWhom:
    """Ids of block documents; None: nobody is told this way."""

    webhook: str | None = None
    mail: str | None = None

    def actions(self, subject: str, message: str) -> list[dict[str, Any]]:
        """What Prefect does when an automation is triggered; both texts may be templates of Prefect's."""
        actions: list[dict[str, Any]] = []
        if self.webhook:
            text = f"{{% set text %}}{subject}\n{message}{{% endset %}}"
            payload = f'{text}{{"text": {{{{ text | tojson }}}}}}'
            actions.append({"type": "call-webhook", "block_document_id": self.webhook, "payload": payload})
        if self.mail:
            told = {"block_document_id": self.mail, "subject": subject, "body": message}
            actions.append({"type": "send-notification", **told})
        return actions


async def ensure_blocks(api: httpx.AsyncClient, settings: Settings) -> ToWhom:
    """Makes or renews the blocks of those whom the settings name."""
    webhook = mail = None
    if settings.notify_webhook_url:
        webhook = await _ensure(api, webhook_block(settings.notify_webhook_url.get_secret_value()))
    if settings.notify_email:
        mail = await _ensure(api, mail_block(settings, settings.notify_email))
    return ToWhom(webhook, mail)


def webhook_block(url: str) -> Block:
    """Takes `{"text": ...}`, as Slack, Mattermost, Rocket.Chat and Google Chat want it.

    Not Prefect's "Custom Webhook", whose failures quote the URL in the server's log.
    """
    data = {"url": url, "method": "POST", "headers": {"Content-Type": "application/json"}}
    return Block("webhook", "crosschq-lever-ops-webhook", data)


def mail_block(settings: Settings, to: str) -> Block:
    """An Apprise address with our mail server's settings: https://appriseit.com/services/email.

    Without Prefect Cloud Prefect 3.9.1 sends mail by SendGrid alone: the block of prefect-email cannot be used by an
    automation, and one of our own would be unknown to another's Prefect server. But Prefect's "Slack Webhook" hands any
    address that is not Slack's to Apprise, which comes with Prefect and speaks SMTP.
    """
    name, sender = name_and_email(settings.mail_from)
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
    user = f"{quote(settings.smtp_user, safe='')}:{quote(password, safe='')}@" if settings.smtp_user else ""
    told = {"smtp": settings.smtp_host, "mode": MODES[settings.smtp_security], "from": sender, "to": to}
    parameters = urlencode(told | ({"name": name} if name else {}) | {"format": "text"}, quote_via=quote)
    url = f"mailtos://{user}{settings.smtp_host}:{settings.smtp_port}/?{parameters}"
    return Block("slack-webhook", "crosschq-lever-ops-mail", {"url": url})


async def _ensure(api: httpx.AsyncClient, block: Block) -> str:
    path = f"/block_types/slug/{block.kind}/block_documents/name/{block.name}"
    there = await api.get(path)
    if there.status_code == httpx.codes.NOT_FOUND:
        return await _make(api, block)
    block_id = str(checked(there).json()["id"])
    changed = {"data": block.data, "merge_existing_data": False}
    checked(await api.patch(f"/block_documents/{block_id}", json=changed))
    return block_id


async def _make(api: httpx.AsyncClient, block: Block) -> str:
    type_id = checked(await api.get(f"/block_types/slug/{block.kind}")).json()["id"]
    of_type = {"block_schemas": {"block_type_id": {"any_": [type_id]}}, "limit": 1}
    schemas = checked(await api.post("/block_schemas/filter", json=of_type)).json()
    if not schemas:
        raise PrefectApiError(f"This Prefect server knows no block '{block.kind}': is it 3.9.1?")
    new = {
        "name": block.name,
        "data": block.data,
        "block_type_id": type_id,
        "block_schema_id": schemas[0]["id"],
    }
    return str(checked(await api.post("/block_documents/", json=new)).json()["id"])
