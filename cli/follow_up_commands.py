"""`crosschq-lever follow-ups`: the commands about the questions to owners. Their work is in cli.follow_ups."""

from datetime import timedelta
from typing import Annotated

import typer

from cli.command import Json, Why, load_settings_or_exit, run_or_exit

follow_ups = typer.Typer(help="The questions to candidates' owners: what waits, and a person's word on it.")


@follow_ups.callback()
def list_follow_ups(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 30,
    ended: Annotated[bool, typer.Option("--ended", help="Those that are over, and why.")] = False,
    as_json: Json = False,
) -> None:
    """List the follow-ups, the next due first."""
    from cli.follow_ups import run_follow_ups

    if context.invoked_subcommand is None:
        load_settings_or_exit()
        run_or_exit(run_follow_ups(limit, ended=ended, as_json=as_json))


@follow_ups.command("cancel")
def cancel_follow_up(follow_up_id: int, why: Why, as_json: Json = False) -> None:
    """Cancel this follow-up."""
    from cli.follow_ups import run_cancel

    load_settings_or_exit()
    run_or_exit(run_cancel(follow_up_id, why, as_json=as_json))


@follow_ups.command("postpone")
def postpone_follow_up(
    follow_up_id: int,
    why: Why,
    days: Annotated[float, typer.Option(min=0.001, max=3650, help="By how many days.")],
    as_json: Json = False,
) -> None:
    """Postpone the next step."""
    from cli.follow_ups import run_postpone

    load_settings_or_exit()
    run_or_exit(run_postpone(follow_up_id, timedelta(days=days), why, as_json=as_json))


@follow_ups.command("ask-now")
def ask_follow_up_now(follow_up_id: int, why: Why, as_json: Json = False) -> None:
    """What is next happens now: the question, the reminder, or the answer is passed on."""
    from cli.follow_ups import run_ask_now

    load_settings_or_exit()
    run_or_exit(run_ask_now(follow_up_id, why, as_json=as_json))


@follow_ups.command("send-again")
def send_question_again(follow_up_id: int, why: Why, as_json: Json = False) -> None:
    """The mail of an open question is sent once more; when what is next comes stays as it is."""
    from cli.follow_ups import run_send_again

    load_settings_or_exit()
    run_or_exit(run_send_again(follow_up_id, why, as_json=as_json))
