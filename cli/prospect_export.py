"""`crosschq-lever prospects export`: starts an export in Prefect, and follows it. Makes no lead itself."""

from dataclasses import dataclass, field

import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cli.one_connection import NoSuchConnection, prospect_settings
from cli.prefect_runs import Run, run_url, start_run, table_of_run
from cli.prospect_progress import Following
from cli.tables import console, table_of
from deployments.prefect_api import PrefectApiError, prefect_api
from hiring.export_order import ExportOrder, Scope
from outbound.causes import cause_of
from outbound.transport import NoAnswer
from settings import Settings
from store.prospect_overview import run_at_work
from store.prospect_switches import NotSetUp
from store.prospect_tables import ProspectKind, ProspectSettings, ProspectState
from store.prospects import Prospects
from wiring import Parts, open_parts

TABLE = "prospect-export"
"""The key of the table artifact that an export ends with."""

UNDER_WAY = "UnderWay"
"""The state of a run that left its order to another one, which is at work already (tasks.export_orders)."""


@dataclass(frozen=True)
class Wanted:
    """What was typed, unchecked."""

    new: bool = False
    dry_run: bool = False
    only: list[str] = field(default_factory=list)
    at_most: int | None = None


class CannotExport(Exception):  # noqa: N818 - says what it is
    """The order makes no sense, or not now; the message says why."""


async def run_export(settings: Settings, name_or_number: str, wanted: Wanted, *, follow: bool) -> int:
    """0 when the run has begun, or is followed to a good end; 1 when it was refused, or did not end well."""
    try:
        async with open_parts(settings) as parts:
            prospects = await prospect_settings(parts, name_or_number)
            order = _order(prospects, wanted)
            async with prefect_api(settings) as client:
                parameters = {"order": order.model_dump(mode="json")}
                run = await start_run(client, f"prospect-export/{order.scope.value}", parameters)
            typer.echo(
                f"Run '{run.name}' of prospect-export/{order.scope.value}: {run_url(settings, run.id)}"
            )
            return await _follow(parts, prospects.connection_id, order, run) if follow else 0
    except (NoSuchConnection, NotSetUp, CannotExport, PrefectApiError) as error:
        typer.echo(str(error), err=True)
    except NoAnswer as error:
        typer.echo(
            f"Prefect no longer answers: {cause_of(error)}. A run that has begun goes on by itself.", err=True
        )
    return 1


def _order(prospects: ProspectSettings, wanted: Wanted) -> ExportOrder:
    order = _checked(prospects.connection_id, wanted)
    switch = ProspectKind.NEW if wanted.new else ProspectKind.EXISTING
    if not order.dry_run and switch not in prospects.kinds:
        raise CannotExport(
            f"The switch for {switch.value} prospects is off, so nothing would be made. Turn it on with "
            f"`crosschq-lever prospects switch {prospects.connection_id} --{switch.value} --reason ...`, or try "
            "--dry-run."
        )
    return order


def _checked(connection_id: int, wanted: Wanted) -> ExportOrder:
    try:
        return ExportOrder(
            scope=Scope.NEW if wanted.new else Scope.ALL_EXISTING,
            connection_id=connection_id,
            dry_run=wanted.dry_run,
            only=wanted.only,
            at_most=wanted.at_most,
        )
    except ValidationError as error:
        wrong = [f"  {_option(e['loc'])}: {_why(e)}" for e in error.errors()]
        raise CannotExport("\n".join(["This cannot be ordered:", *wrong])) from None


def _option(where: tuple[int | str, ...]) -> str:
    return f"--{str(where[0]).replace('_', '-')}" if where else "order"


def _why(error: ErrorDetails) -> str:
    if error["type"] == "string_pattern_mismatch":
        return f"'{error['input']}' is no id of a prospect, see `crosschq-lever prospects list`"
    return error["msg"]


async def _follow(parts: Parts, connection_id: int, order: ExportOrder, run: Run) -> int:
    typer.echo("Ctrl-C stops the looking, and not the run.")
    following = Following(parts, connection_id, order)
    run = _ended(await following.to_end(run.id))
    if run.state == UNDER_WAY and (other := await _run_at_work(parts, connection_id)):
        typer.echo(f"It is followed here: {run_url(parts.settings, other)}")
        run = _ended(await following.to_end(other))
    if order.dry_run:
        await _print_table(parts.settings, run)
    else:
        typer.echo(f"What became of whom, as a table: {run_url(parts.settings, run.id)}?tab=Artifacts")
        await _say_how_many_failed(parts, connection_id)
    return 0 if run.is_completed else 1


def _ended(run: Run) -> Run:
    typer.echo(f"{run.state}: {run.message or 'the run has ended.'}")
    return run


async def _run_at_work(parts: Parts, connection_id: int) -> str | None:
    async with parts.database.transaction() as session:
        return await run_at_work(session, connection_id)


async def _say_how_many_failed(parts: Parts, connection_id: int) -> None:
    async with parts.database.transaction() as session:
        failed = (await Prospects(session, connection_id).count()).get(ProspectState.FAILED, 0)
    if failed:
        see = f"crosschq-lever prospects list {connection_id} --state failed"
        typer.echo(f"Failed in all: {failed:,}. Each with its reason: {see}")


async def _print_table(settings: Settings, run: Run) -> None:
    # A client of its own: Prefect's token for asking is good for an hour, and the run may have taken longer.
    async with prefect_api(settings) as client:
        rows = await table_of_run(client, run.id, TABLE)
    if not rows:
        return
    headers = list(rows[0])
    table = table_of(*(header.capitalize() for header in headers))
    for row in rows:
        table.add_row(*(str(row.get(header, "")) for header in headers))
    console.print(table)
