"""`crosschq-lever connect FILE`: prints the addresses to copy, or what is wrong with the file."""

from pathlib import Path

import typer

from cli.who import who
from onboarding.blueprint import Blueprint, BlueprintError
from onboarding.connecting import Connected, WebhookNotMadeError, connect
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
    typer.echo(_what_to_do(connected))
    return 0


def _what_to_do(connected: Connected) -> str:
    lines = [
        f"Connection '{connected.name}' is stored.",
        f"  Lever Webhook URL (Candidate Stage Change): {connected.lever_webhook_url}",
        f"  Crosschq Webhook URL (360 app):             {connected.crosschq_webhook_url}",
    ]
    if connected.needs_lever_token:
        lines.append(
            "Next: make a Candidate Stage Change webhook in Lever with that URL, write its signature token into the "
            "file as lever.stage_change_token, and run this again. Until then the URL does not answer."
        )
    return "\n".join(lines)
