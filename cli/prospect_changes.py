"""`crosschq-lever prospects switch` and `prospects retry`: a person's word. Writes rows only, with an audit entry."""

import typer

from cli.one_connection import NoSuchConnection, connection_called
from cli.said_switches import said
from cli.who import who
from store.audits import Audits
from store.prospect_orders import NEW_EVENT, ProspectOrders
from store.prospect_switches import NotSetUp, set_switches
from store.prospect_walks import settings_of
from store.prospects import Prospects
from wiring import open_parts


async def run_switch(name_or_number: str, *, existing: bool | None, new: bool | None, why: str) -> int:
    """None leaves a switch as it is; 1 when there is none to turn."""
    try:
        async with open_parts() as parts, parts.database.transaction() as session:
            connection = await connection_called(session, name_or_number)
            switches = await set_switches(
                session, connection.id, existing=existing, new=new, who=who(), why=why
            )
    except (NoSuchConnection, NotSetUp) as error:
        typer.echo(str(error), err=True)
        return 1
    typer.echo("\n".join([*(f"Done: {change}." for change in switches.changes), said(switches)]))
    return 0


async def run_retry(name_or_number: str, crosschq_ids: list[str] | None, why: str) -> int:
    """None: all that failed. 1 when none did."""
    try:
        async with open_parts() as parts, parts.database.transaction() as session:
            connection = await connection_called(session, name_or_number)
            number = await Prospects(session, connection.id).retry(crosschq_ids)
            if not number:
                typer.echo("None of them has failed: see `crosschq-lever prospects list`.", err=True)
                return 1
            settings = await settings_of(session, connection.id)
            is_on = settings is not None and bool(settings.kinds)
            if is_on:
                # Not the order for existing ones: that one would read all of Crosschq's list anew.
                await ProspectOrders(session, connection.id).place(NEW_EVENT, "retry")
            Audits(session).of_connection(
                connection.id,
                who=who(),
                what=f"failed prospects set waiting again: {number}",
                why=why,
            )
    except NoSuchConnection as error:
        typer.echo(str(error), err=True)
        return 1
    typer.echo(f"Waiting again: {number:,}. {_what_then(is_on=is_on)}")
    return 0


def _what_then(*, is_on: bool) -> str:
    if is_on:
        return "They are tried within a minute: see `crosschq-lever prospects`."
    return "They wait until a switch is turned on: see `crosschq-lever prospects switch`."
