"""`crosschq-lever connect FILE`: prints the addresses to copy and what is to do, or what is wrong with the file."""

import json
from collections.abc import Sequence
from pathlib import Path

import typer

from cli.said_switches import said
from cli.who import who
from onboarding.blueprint import Blueprint, BlueprintError
from onboarding.connecting import Connected, LeverWebhook, connect
from onboarding.webhooks import WebhookNotMadeError, left_as_they_are
from outbound.errors import VendorError
from wiring import open_parts


async def run_connect(file: Path, *, allow_same_account: bool = False, as_json: bool = False) -> int:
    """0, or 1 when nothing was stored, or not all is done; then the words are on stderr, also with `as_json`."""
    try:
        blueprint = Blueprint.from_file(file)
        if allow_same_account:
            lever = blueprint.lever.model_copy(update={"allow_same_account": True})
            blueprint = blueprint.model_copy(update={"lever": lever})
        async with open_parts() as parts:
            base = str(parts.settings.public_base_url)
            connected = await connect(parts, blueprint, who(), base)
    except (BlueprintError, VendorError) as error:
        typer.echo(f"Nothing was stored. {error}", err=True)
        return 1
    except WebhookNotMadeError as error:
        typer.echo(str(error), err=True)
        return 1
    typer.echo(_json(connected) if as_json else "\n".join(_said(connected)))
    return 0


def _json(connected: Connected) -> str:
    switches = connected.switches
    told = {
        "connection": connected.name,
        "lever_webhooks": [_webhook(one) for one in connected.lever_webhooks],
        "crosschq_webhook_url": connected.crosschq_webhook_url,
        "made_webhooks": connected.made_webhooks,
        "left_webhooks": list(connected.left_webhooks),
        "changes": list(switches.changes),
        "prospects": {
            "export_existing": switches.existing,
            "export_new": switches.new,
            "new_since": switches.new_since.isoformat() if switches.new_since else None,
            "turned_since": list(connected.turned_since),
        },
    }
    return json.dumps(told, indent=2, ensure_ascii=False)


def _webhook(webhook: LeverWebhook) -> dict[str, object]:
    """`missing`: what does not come as long as no token is stored, and which line of the file takes it."""
    event = webhook.event
    missing = {"what": event.without_it, "setting": f"lever.{event.token_setting}"}
    return {
        "event": event.event,
        "need": event.need,
        "url": webhook.url,
        "is_open": webhook.is_open,
        "missing": None if webhook.is_open else missing,
    }


def _said(connected: Connected) -> list[str]:
    closed = [webhook for webhook in connected.lever_webhooks if not webhook.is_open]
    lines = [f"Connection '{connected.name}' is stored.", "Lever Webhook URLs, one webhook for each:"]
    lines += [f"  {_name(webhook)}: {webhook.url}" for webhook in connected.lever_webhooks]
    lines += ["Crosschq Webhook URL (360 app):", f"  {connected.crosschq_webhook_url}"]
    lines += [f"Done: {change}." for change in connected.switches.changes]
    lines.append(said(connected.switches))
    lines += [
        f"The file's prospects.{key} says otherwise, as it did the last time; it was turned since, and stays so. To "
        f"turn it: crosschq-lever prospects switch {connected.name}"
        for key in connected.turned_since
    ]
    if connected.left_webhooks:
        lines.append(left_as_they_are(connected.left_webhooks))
    if closed:
        lines += _what_is_missing(closed)
    elif connected.made_webhooks:
        lines.append(
            "The webhooks were made through Lever's API. Lever keeps them silent until a Super Admin switches the "
            "four events on in Settings > Integrations and API > Webhooks."
        )
    return lines


def _what_is_missing(closed: Sequence[LeverWebhook]) -> list[str]:
    return [
        "Without a token as yet, so that these URLs do not answer:",
        *(f"  {_name(webhook)}: {webhook.event.without_it}" for webhook in closed),
        "Next: in Lever, Settings > Integrations and API > Webhooks, make a webhook of that event with its URL. Write "
        "the signature token that Lever shows into the file, and run this again:",
        *(f"  {webhook.event.title}: lever.{webhook.event.token_setting}" for webhook in closed),
    ]


def _name(webhook: LeverWebhook) -> str:
    return f"{webhook.event.title} ({webhook.event.need})"
