"""`crosschq-lever audit`: who changed what, on what and why, the newest first. Changes nothing."""

import json
from collections.abc import Sequence
from dataclasses import replace

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from cli.one_connection import NoSuchConnection, connection_called
from cli.tables import console, table_of
from store.audit_trail import Entry, Wanted, Which, audit_entries
from store.keyset import Turn
from wiring import open_parts


async def run_audit(connection: str | None, wanted: Wanted, limit: int, *, as_json: bool = False) -> int:
    """The `limit` newest of `wanted`, and of one connection by its name or number; 1 when there is no such one."""
    try:
        async with open_parts() as parts, parts.database.transaction() as session:
            of_one = (await connection_called(session, connection)).id if connection is not None else None
            found = await _newest(session, replace(wanted, connection_id=of_one), limit + 1)
    except NoSuchConnection as error:
        typer.echo(str(error), err=True)
        return 1
    shown, are_older = found[:limit], len(found) > limit
    if as_json:
        told = {"which": wanted.which, "audit": [*map(_as_json, shown)], "are_older": are_older}
        typer.echo(json.dumps(told, indent=2))
    else:
        _print(shown)
        _print_what_is_left_out(wanted, are_older=are_older)
    return 0


async def _newest(session: AsyncSession, wanted: Wanted, most: int) -> Sequence[Entry]:
    """Page by page, as many as there are or are asked for."""
    turn, found = Turn(), list[Entry]()
    while len(found) < most:
        read = await audit_entries(session, wanted, turn)
        found.extend(read.rows)
        if read.after is None:
            break
        turn = Turn(after=read.after)
    return found[:most]


def _print(entries: Sequence[Entry]) -> None:
    table = table_of("At (UTC)", "Who", "What", "About", "Why", "Connection")
    for one in entries:
        audit = one.audit
        name = one.connection.name if one.connection else ""
        at = f"{audit.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(at, audit.who, audit.what, audit.subject, audit.why or "", name)
    console.print(table)


def _print_what_is_left_out(wanted: Wanted, *, are_older: bool) -> None:
    if wanted.which is Which.CHANGES:
        console.print(
            "Looks at Lever's list of deleted opportunities are left out: --which all lists them, too."
        )
    if are_older:
        console.print("There are older ones: --limit shows more.")


def _as_json(one: Entry) -> dict[str, object]:
    audit = one.audit
    return {
        "id": audit.id,
        "at": audit.at.isoformat(),
        "connection": audit.connection_id,
        "who": audit.who,
        "what": audit.what,
        "about": audit.subject,
        "why": audit.why,
    }
