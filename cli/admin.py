"""`crosschq-lever admin forget`: for who cannot sign in any more. Prints what was done, and no code."""

import json

import typer

from cli.who import who
from settings import PREFIX
from store.audits import Audits
from store.people import People
from wiring import open_parts


async def run_forget(why: str, *, as_json: bool) -> int:
    """1 when there is no admin with a password; that is told in words on stderr, also with `as_json`."""
    async with open_parts() as parts:
        first_run = f"{parts.settings.pages_url}/first-run"
        async with parts.database.transaction() as session:
            gone = await People(session).remove_admin()
            if gone:
                what = "forgot the admin of the pages"
                Audits(session).add(who=who(), what=what, subject=f"person:{gone}", why=why)
    if gone is None:
        typer.echo(f"There is no admin with a password. {_next(first_run)}", err=True)
        return 1
    told = {"person": gone, "done": "forgotten", "first_run": first_run}
    words = (
        f"The admin is forgotten and signed out everywhere; viewers and connections stay. {_next(first_run)}"
    )
    typer.echo(json.dumps(told, indent=2) if as_json else words)
    return 0


def _next(first_run: str) -> str:
    return (
        f"To set a new one, open {first_run} with the code in {PREFIX}FIRST_RUN_CODE; without that setting start "
        "`make up` again, which prints a code."
    )
