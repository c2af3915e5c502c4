"""`crosschq-lever resolve`: the commands with a person's word on what is stuck. Their work is in cli.resolve."""

from typing import Annotated

import typer

from cli.command import Json, Why, in_words, load_settings_or_exit, run_or_exit

resolve = typer.Typer(no_args_is_help=True, help="Say what becomes of what stayed unknown or was given up.")


@resolve.command("request")
def resolve_request(
    request_id: int,
    why: Why,
    sent_as: Annotated[
        str | None, typer.Option(callback=in_words, help="Crosschq has it, under this id.")
    ] = None,
    not_sent: Annotated[bool, typer.Option("--not-sent", help="Crosschq does not have it.")] = False,
    as_json: Json = False,
) -> None:
    """Say whether Crosschq has a request that it never answered for."""
    from cli.resolve import run_resolve_request

    if (sent_as is None) is not not_sent:
        raise typer.BadParameter("say either --sent-as CROSSCHQ_ID or --not-sent")
    load_settings_or_exit()
    run_or_exit(run_resolve_request(request_id, sent_as, why, as_json=as_json))


@resolve.command("delivery")
def resolve_delivery(
    delivery_id: int,
    why: Why,
    again: Annotated[bool, typer.Option("--again/--drop", help="Try it from the start, or drop it.")],
    as_json: Json = False,
) -> None:
    """Try a delivery again that was given up, or drop it."""
    from cli.resolve import run_resolve_delivery

    load_settings_or_exit()
    run_or_exit(run_resolve_delivery(delivery_id, again=again, why=why, as_json=as_json))
