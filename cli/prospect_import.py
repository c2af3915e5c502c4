"""`crosschq-lever prospects import`: a CSV file's prospects, and which of its rows are bad. Shows nobody's data."""

from typing import BinaryIO

import typer

from cli.one_connection import NoSuchConnection, prospect_settings
from onboarding.prospect_import import BadRow, CsvProblem, Imported, RowRemark, import_prospects
from store.prospect_switches import NotSetUp
from store.prospect_tables import ProspectSettings
from wiring import open_parts


async def run_import(name_or_number: str, file: BinaryIO, *, dry_run: bool) -> int:
    """1 when the file cannot be used, or not to its end; bad rows alone are no failure."""
    try:
        async with open_parts() as parts:
            settings = await prospect_settings(parts, name_or_number)
            imported = await import_prospects(parts, settings, file, _tell, dry_run=dry_run)
    except (NoSuchConnection, NotSetUp) as error:
        typer.echo(str(error), err=True)
        return 1
    except CsvProblem as error:
        typer.echo(
            f"The file cannot be used. {error} Rows that were taken in before are not taken in twice.",
            err=True,
        )
        return 1
    typer.echo("\n".join(_said(imported, settings, dry_run=dry_run)))
    return 0


def _tell(row: BadRow | RowRemark) -> None:
    typer.echo(f"  line {row.line:,}: {row.reason}")


def _said(imported: Imported, settings: ProspectSettings, *, dry_run: bool) -> list[str]:
    lines = [
        f"Read {imported.rows:,} prospects, {imported.withdrawn:,} of them withdrawn; {imported.bad:,} bad rows.",
        f"New or changed: {imported.changed:,}.{' Nothing was stored.' if dry_run else ''}",
    ]
    if not settings.export_existing:
        number = settings.connection_id
        lines.append(
            f"They wait until existing ones are exported: crosschq-lever prospects switch {number} --existing"
        )
    elif imported.is_ordered:
        lines.append("Their export begins within a minute: see `crosschq-lever prospects`.")
    return lines
