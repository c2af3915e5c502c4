"""`crosschq-lever keys`: the commands about the keys that encrypt and sign. Their work is in cli.keys."""

import typer

from cli.command import Json, Why, load_settings_or_exit, run_or_exit

keys = typer.Typer(
    no_args_is_help=True, help="The keys of CROSSCHQ_LEVER_SECRET_KEYS, and those they protect."
)


@keys.command("status")
def status(as_json: Json = False) -> None:
    """Say which secret key is needed by what, and which may be taken out; exit code 1 when one is missing."""
    from cli.keys import run_status

    run_or_exit(run_status(load_settings_or_exit(), as_json=as_json))


@keys.command("rotate")
def rotate(as_json: Json = False) -> None:
    """Encrypt everything anew under the newest secret key. Restart all processes with that key in front first.

    May be broken off and begun again, beside a running installation.
    """
    from cli.keys import run_rotate

    run_or_exit(run_rotate(load_settings_or_exit(), as_json=as_json))


@keys.command("revoke-links")
def revoke_links(why: Why, as_json: Json = False) -> None:
    """Void every answer link that was ever mailed; later mails, reminders too, hold new ones."""
    from cli.keys import run_revoke_links

    load_settings_or_exit()
    run_or_exit(run_revoke_links(why, as_json=as_json))


@keys.command("forget-lost")
def forget_lost(why: Why, as_json: Json = False) -> None:
    """Replace lasting keys that no secret key opens any more: only when the old secret key is lost for good."""
    from cli.keys import run_forget_lost

    run_or_exit(run_forget_lost(load_settings_or_exit(), why, as_json=as_json))
