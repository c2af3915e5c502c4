"""`crosschq-lever`: every action of an installation."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.admin_commands import admin
from cli.command import Json, Why, leave, load_settings_or_exit, run_or_exit
from cli.follow_up_commands import follow_ups
from cli.key_commands import keys
from cli.prospects import prospects
from cli.resolve_commands import resolve
from deployments.until_stopped import run_until_stopped
from logs import configure_logging
from store.audit_trail import Which
from store.tables import DeliveryState

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(admin, name="admin")
app.add_typer(keys, name="keys")
app.add_typer(resolve, name="resolve")
app.add_typer(follow_ups, name="follow-ups", invoke_without_command=True)
app.add_typer(follow_ups, name="followups", invoke_without_command=True, hidden=True)
app.add_typer(prospects, name="prospects", invoke_without_command=True)

Named = Annotated[str, typer.Argument(help="Its name or number.")]
Outcome = Literal["waiting", "dispatched", "running", "done", "ignored", "dead", "unknown"]
"""The states of a delivery, and that it is not known whether all was done."""
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]


@app.command()
def demo(
    exit_at_end: Annotated[bool, typer.Option("--exit", help="Play the story and leave.")] = False,
) -> None:
    """Start everything with a sandbox Lever and Crosschq, and play the stories of candidates and prospects."""
    from cli.demo import run_demo

    configure_logging("text", logging.WARNING)
    leave(run_until_stopped(run_demo(stay=not exit_at_end)))


@app.command()
def up() -> None:
    """Start everything against real accounts, with the settings of .env."""
    from cli.up import run_up

    settings = load_settings_or_exit()
    configure_logging(settings.log_format, logging.WARNING)
    leave(run_until_stopped(run_up(settings)))


@app.command()
def connect(
    file: Annotated[Path, typer.Argument(help="See connection.example.toml.")],
    allow_same_account: Annotated[
        bool,
        typer.Option(
            "--allow-same-account",
            help="Even if another connection has the same Lever account: both then ask about every move.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Store a connection of one Lever account and one Crosschq organization; may be run again."""
    from cli.connect import run_connect

    load_settings_or_exit()
    run_or_exit(run_connect(file, allow_same_account=allow_same_account, as_json=as_json))


@app.command("test")
def self_test(
    connection: Named,
    own_connector: Annotated[
        Literal["off", "on"] | None,
        typer.Option(help="Say whether Crosschq's own connector for Lever is off; neither vendor tells."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check everything that a connection needs; exit code 1 when something is wrong. Changes nothing."""
    from cli.self_test import run_self_test

    load_settings_or_exit()
    run_or_exit(run_self_test(connection, own_connector, as_json=as_json))


@app.command()
def preview(
    connection: Named,
    opportunity: Annotated[str, typer.Argument(help="Its profile's address in Lever, or its id.")],
    as_json: Json = False,
) -> None:
    """Say what would happen if the opportunity moved to the trigger stage now. Changes nothing."""
    from cli.preview import run_preview

    load_settings_or_exit()
    run_or_exit(run_preview(connection, opportunity, as_json=as_json))


@app.command()
def migrate() -> None:
    """Bring our database to the newest schema."""
    from cli.keys import run_migrate

    run_or_exit(run_migrate(load_settings_or_exit()))


@app.command()
def deliveries(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 30,
    open_only: Annotated[bool, typer.Option("--open", help="As --outcome dead: given up.")] = False,
    connection: Annotated[str | None, typer.Option(help="Filter by connection (name or ID).")] = None,
    kind: Annotated[str, typer.Option(help="Of this event, as the list names it.")] = "",
    outcome: Annotated[Outcome | None, typer.Option(help="In this state.")] = None,
    opportunity: Annotated[str, typer.Option(help="Its profile's address in Lever, or its id.")] = "",
    as_json: Json = False,
) -> None:
    """List what vendors told us and what came of it, and the requests whose fate is unknown."""
    from cli.deliveries import run_deliveries
    from store.delivery_search import Wanted

    if open_only and outcome not in (None, "dead"):
        raise typer.BadParameter("--open is --outcome dead: say either")
    said = "dead" if open_only else outcome
    load_settings_or_exit()
    state = DeliveryState(said) if said and said != "unknown" else None
    wanted = Wanted(event=kind, state=state, has_unknown=said == "unknown", opportunity=opportunity)
    run_or_exit(run_deliveries(limit, wanted, connection, as_json=as_json))


@app.command()
def audit(
    connection: Annotated[str | None, typer.Argument(help="Filter by connection (name or ID).")] = None,
    since: Annotated[datetime | None, typer.Option(formats=TIMES, help="Since then, in UTC.")] = None,
    which: Annotated[
        Which, typer.Option(help="people: what people did; all: also looks that changed nothing.")
    ] = Which.CHANGES,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 30,
    as_json: Json = False,
) -> None:
    """List who changed what, on what and why."""
    from cli.audit import run_audit
    from store.audit_trail import Wanted

    load_settings_or_exit()
    wanted = Wanted(since=since.replace(tzinfo=UTC) if since else None, which=which)
    run_or_exit(run_audit(connection, wanted, limit, as_json=as_json))


@app.command()
def replay(
    why: Why,
    delivery: Annotated[int | None, typer.Argument(help="Its number, as `deliveries` lists it.")] = None,
    failed_since: Annotated[
        datetime | None, typer.Option(formats=TIMES, help="All that were given up since then, in UTC.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Handle a delivery once more, or all that failed since a time: read anew, and nothing is doubled."""
    from cli.replay import run_replay, run_replay_failed

    if (delivery is None) is (failed_since is None):
        raise typer.BadParameter("say either which DELIVERY or --failed-since TIME")
    load_settings_or_exit()
    if delivery is not None:
        run_or_exit(run_replay(delivery, why, as_json=as_json))
    elif failed_since is not None:
        run_or_exit(run_replay_failed(failed_since.replace(tzinfo=UTC), why, as_json=as_json))


@app.command("pause")
def pause_connection(connection: Named, why: Why, as_json: Json = False) -> None:
    """Let a connection's deliveries wait until it is resumed; none is lost."""
    from cli.pausing import run_pause

    load_settings_or_exit()
    run_or_exit(run_pause(connection, why, as_json=as_json))


@app.command("resume")
def resume_connection(connection: Named, why: Why, as_json: Json = False) -> None:
    """Let a paused connection go on with what has waited."""
    from cli.pausing import run_resume

    load_settings_or_exit()
    run_or_exit(run_resume(connection, why, as_json=as_json))


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
