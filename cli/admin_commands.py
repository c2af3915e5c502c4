"""`crosschq-lever admin`: the commands about the admin of the pages. Their work is in cli.admin."""

import typer

from cli.command import Json, Why, load_settings_or_exit, run_or_exit

admin = typer.Typer(no_args_is_help=True, help="The admin of the pages, who signs in with a password.")


@admin.command("forget")
def forget_admin(why: Why, as_json: Json = False) -> None:
    """Whoever was the admin is signed out and unknown; the first run then makes a new one. For a lost password."""
    from cli.admin import run_forget

    load_settings_or_exit()
    run_or_exit(run_forget(why, as_json=as_json))
