"""`crosschq-lever preview CONNECTION OPPORTUNITY`: what a move to the trigger stage would lead to. Writes nothing."""

import json
from dataclasses import asdict

import typer

from cli.one_connection import NoSuchConnection, connection_called
from onboarding.preview import NoPreview, Preview, preview
from wiring import open_parts


async def run_preview(connection: str, opportunity: str, *, as_json: bool) -> int:
    """0 whatever would happen; 1 when that cannot be said."""
    try:
        async with open_parts() as parts:
            async with parts.database.transaction() as session:
                found = await connection_called(session, connection)
            seen = await preview(parts, found.id, opportunity)
    except (NoSuchConnection, NoPreview) as error:
        typer.echo(str(error), err=True)
        return 1
    typer.echo(_json(seen) if as_json else _words(seen))
    return 0


def _json(seen: Preview) -> str:
    would = {"would": seen.would.name.lower(), "in_words": seen.would.value}
    return json.dumps(asdict(seen) | would, indent=2, ensure_ascii=False)


def _words(seen: Preview) -> str:
    lines = [
        f"Opportunity {seen.opportunity_id}, in stage '{seen.stage_now}', imagined to move to '{seen.stage}' now:",
        seen.would.value,
        seen.why,
        *seen.but,
    ]
    lines += [f"  {field.name}: {field.value}" for field in seen.fields]
    return "\n".join(lines)
