"""`crosschq-lever`: every action of an installation. Prints what happened in the user's words."""

from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.until_stopped import run_until_stopped
from settings import Settings, SettingsError, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
resolve = typer.Typer(no_args_is_help=True, help="Say what becomes of what stayed unknown or was given up.")
app.add_typer(resolve, name="resolve")
follow_ups = typer.Typer(help="The questions to candidates' owners: what waits, and a person's word on it.")
app.add_typer(follow_ups, name="follow-ups", invoke_without_command=True)


def _in_words(value: str | None) -> str | None:
    """An empty variable of the caller's shell is no answer."""
    if value is not None and not value.strip():
        raise typer.BadParameter("it is empty")
    return value


Why = Annotated[str, typer.Option(callback=_in_words, help="For the audit.")]


@app.command()
def demo(
    exit_at_end: Annotated[bool, typer.Option("--exit", help="Play the story and leave.")] = False,
) -> None:
    """Start everything with a sandbox Lever and Crosschq, and play one candidate's story."""
    from cli.demo import run_demo

    _leave(run_until_stopped(run_demo(stay=not exit_at_end)))


@app.command()
def up() -> None:
    """Start everything against real accounts, with the settings of .env."""
    from cli.up import run_up

    _leave(run_until_stopped(run_up(load_settings_or_exit())))


@app.command()
def connect(file: Annotated[Path, typer.Argument(help="See connection.example.toml.")]) -> None:
    """Store a connection of one Lever account and one Crosschq organization; may be run again."""
    from cli.connect import run_connect

    load_settings_or_exit()
    _run(run_connect(file))


@app.command()
def migrate() -> None:
    """Bring our database to the newest schema."""
    from store.migrate import migrate as run_migrate

    _run(run_migrate(load_settings_or_exit().store_url))


@app.command()
def deliveries(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 30,
    open_only: Annotated[bool, typer.Option("--open", help="Only what was given up.")] = False,
) -> None:
    """List what vendors told us and what came of it, and the requests whose fate is unknown."""
    from cli.deliveries import run_deliveries

    load_settings_or_exit()
    _run(run_deliveries(limit, open_only=open_only))


@resolve.command("request")
def resolve_request(
    request_id: int,
    why: Why,
    sent_as: Annotated[
        str | None, typer.Option(callback=_in_words, help="Crosschq has it, under this id.")
    ] = None,
    not_sent: Annotated[bool, typer.Option("--not-sent", help="Crosschq does not have it.")] = False,
) -> None:
    """Say whether Crosschq has a request that it never answered for."""
    from cli.resolve import run_resolve_request

    if (sent_as is None) is not not_sent:
        raise typer.BadParameter("say either --sent-as CROSSCHQ_ID or --not-sent")
    load_settings_or_exit()
    _run(run_resolve_request(request_id, sent_as, why))


@resolve.command("delivery")
def resolve_delivery(
    delivery_id: int,
    why: Why,
    again: Annotated[bool, typer.Option("--again/--drop", help="Try it from the start, or drop it.")],
) -> None:
    """Try a delivery again that was given up, or drop it."""
    from cli.resolve import run_resolve_delivery

    load_settings_or_exit()
    _run(run_resolve_delivery(delivery_id, again=again, why=why))


@follow_ups.callback()
def list_follow_ups(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 30,
    ended: Annotated[bool, typer.Option("--ended", help="Those that are over, and why.")] = False,
) -> None:
    """List the follow-ups, the next due first."""
    from cli.follow_ups import run_follow_ups

    if context.invoked_subcommand is None:
        load_settings_or_exit()
        _run(run_follow_ups(limit, ended=ended))


@follow_ups.command("cancel")
def cancel_follow_up(follow_up_id: int, why: Why) -> None:
    """Nobody is asked, or asked any more."""
    from cli.follow_ups import run_cancel

    load_settings_or_exit()
    _run(run_cancel(follow_up_id, why))


@follow_ups.command("postpone")
def postpone_follow_up(
    follow_up_id: int,
    why: Why,
    days: Annotated[float, typer.Option(min=0.001, max=3650, help="By how many days.")],
) -> None:
    """What is next happens so much later."""
    from cli.follow_ups import run_postpone

    load_settings_or_exit()
    _run(run_postpone(follow_up_id, timedelta(days=days), why))


@follow_ups.command("ask-now")
def ask_follow_up_now(follow_up_id: int, why: Why) -> None:
    """What is next happens now: the question, the reminder, or the answer is passed on."""
    from cli.follow_ups import run_ask_now

    load_settings_or_exit()
    _run(run_ask_now(follow_up_id, why))


def load_settings_or_exit() -> Settings:
    """The settings with keys that are some, or their error in words and exit code 2."""
    from store.vault import Vault, VaultError

    try:
        settings = load_settings()
        Vault.from_setting(settings.secret_keys.get_secret_value())
    except (SettingsError, VaultError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    return settings


def _run(work: Coroutine[Any, Any, int | None]) -> None:
    from cli.run import run

    _leave(run(work))


def _leave(code: int) -> None:
    if code:
        raise typer.Exit(code)


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
