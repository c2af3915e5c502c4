"""`crosschq-lever prospects`: the commands about Crosschq's prospects and their options. Their work is elsewhere."""

from typing import Annotated

import typer

from cli.command import Why, load_settings_or_exit, run_or_exit

prospects = typer.Typer(
    help="Crosschq's prospects as leads in Lever: how they stand, the switches, the export."
)

Connection = Annotated[str, typer.Argument(help="Its name or number, as `prospects` lists them.")]


@prospects.callback()
def show(context: typer.Context) -> None:
    """List each connection with its switches, what became of its prospects, and how far the export is."""
    from cli.prospect_lists import run_overview

    if context.invoked_subcommand is None:
        load_settings_or_exit()
        run_or_exit(run_overview())


@prospects.command("switch")
def switch(
    connection: Connection,
    why: Why,
    existing: Annotated[
        bool | None, typer.Option("--existing/--no-existing", help="All that Crosschq has, once.")
    ] = None,
    new: Annotated[bool | None, typer.Option("--new/--no-new", help="Those that opt in from now on.")] = None,
) -> None:
    """Turn the export on or off; it stays so until the connection's file is saved with another value than before."""
    from cli.prospect_changes import run_switch

    if existing is None and new is None:
        raise typer.BadParameter("say which: --existing or --no-existing, --new or --no-new")
    load_settings_or_exit()
    run_or_exit(run_switch(connection, existing=existing, new=new, why=why))


@prospects.command("export")
def export(
    connection: Connection,
    new: Annotated[bool, typer.Option("--new", help="Only what changed since the last look.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be made, make nothing.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="One prospect's id; may be repeated.")] = None,
    at_most: Annotated[int | None, typer.Option(help="Stop after so many prospects.")] = None,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", help="Show its progress here.")] = True,
) -> None:
    """Start an export in Prefect now, and follow it to its end."""
    from cli.prospect_export import Wanted, run_export

    wanted = Wanted(new=new, dry_run=dry_run, only=only or [], at_most=at_most)
    settings = load_settings_or_exit()
    run_or_exit(run_export(settings, connection, wanted, follow=follow))


@prospects.command("import")
def import_file(
    connection: Connection,
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="Crosschq's CSV export of prospects.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read it, and store nothing.")] = False,
) -> None:
    """Take in the prospects of a CSV file, where Crosschq's API has no list of them."""
    from cli.prospect_import import run_import

    load_settings_or_exit()
    run_or_exit(run_import(connection, file, dry_run=dry_run))


def _a_state(value: str | None) -> str | None:
    from store.prospect_tables import ProspectState

    if value is not None and value not in list(ProspectState):
        raise typer.BadParameter(f"a state is one of {', '.join(ProspectState)}")
    return value


@prospects.command("list")
def list_prospects(
    connection: Connection,
    state: Annotated[str | None, typer.Option(callback=_a_state, help="Such as failed.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, newest first.")] = 30,
) -> None:
    """List prospects by their ids: what became of each, and why."""
    from cli.prospect_lists import run_list

    load_settings_or_exit()
    run_or_exit(run_list(connection, state, limit))


@prospects.command("retry")
def retry(
    connection: Connection,
    why: Why,
    ids: Annotated[list[str] | None, typer.Argument(help="Crosschq's ids of failed ones.")] = None,
    all_failed: Annotated[bool, typer.Option("--all", help="All that failed.")] = False,
) -> None:
    """Try failed prospects again."""
    from cli.prospect_changes import run_retry

    if bool(ids) is all_failed:
        raise typer.BadParameter("say either the ids or --all")
    load_settings_or_exit()
    run_or_exit(run_retry(connection, ids or None, why))
