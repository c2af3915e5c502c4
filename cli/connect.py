"""`crosschq-lever connect FILE`: prints the addresses to copy and what is to do, or what is wrong with the file."""

from collections.abc import Sequence
from pathlib import Path

import typer

from cli.who import who
from onboarding.blueprint import Blueprint, BlueprintError
from onboarding.connecting import Connected, LeverWebhook, connect
from onboarding.webhooks import WebhookNotMadeError
from outbound.errors import VendorError
from wiring import open_parts


async def run_connect(file: Path) -> int:
    """0, or 1 when nothing was stored, or not all is done."""
    try:
        blueprint = Blueprint.from_file(file)
        async with open_parts() as parts:
            base = str(parts.settings.public_base_url)
            connected = await connect(parts, blueprint, who(), base)
    except (BlueprintError, VendorError) as error:
        typer.echo(f"Nothing was stored. {error}", err=True)
        return 1
    except WebhookNotMadeError as error:
        typer.echo(str(error), err=True)
        return 1
    typer.echo("\n".join(_said(connected)))
    return 0


def _said(connected: Connected) -> list[str]:
    closed = [webhook for webhook in connected.lever_webhooks if not webhook.is_open]
    lines = [f"Connection '{connected.name}' is stored.", "Lever Webhook URLs, one webhook for each:"]
    lines += [f"  {_name(webhook)}: {webhook.url}" for webhook in connected.lever_webhooks]
    lines += ["Crosschq Webhook URL (360 app):", f"  {connected.crosschq_webhook_url}"]
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
