"""`crosschq-lever deliveries`: the inbox in words, newest first, and what needs a person. Bodies are not shown."""

import json
from collections.abc import Sequence
from dataclasses import replace

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from cli.one_connection import NoSuchConnection, connection_called
from store.connections import Connections
from store.delivery_search import Wanted, search
from store.requests import Requests
from store.tables import Connection, Delivery, ReferenceRequest
from wiring import open_parts

# What vendors and people wrote is shown as written: in markup's brackets it would vanish, or break the list.
console = Console(markup=False, emoji=False, highlight=False)


async def run_deliveries(limit: int, wanted: Wanted, connection: str | None, *, as_json: bool = False) -> int:
    """The `limit` newest of `wanted`, and of one connection by its name or number; 1 when there is no such one."""
    try:
        async with open_parts() as parts, parts.database.transaction() as session:
            newest = await _newest(session, limit, wanted, connection)
            unknown = await Requests(session).unknown()
            connections = await Connections(session).all()
    except NoSuchConnection as error:
        typer.echo(str(error), err=True)
        return 1
    if as_json:
        typer.echo(_json(newest, unknown, connections))
    else:
        _print(newest, unknown, connections)
    return 0


async def _newest(
    session: AsyncSession, limit: int, wanted: Wanted, connection: str | None
) -> Sequence[Delivery]:
    of_one = (await connection_called(session, connection)).id if connection is not None else None
    filters = replace(wanted, connection_id=of_one, opportunity=_id_in(wanted.opportunity))
    return [delivery for delivery, _connection in (await search(session, filters, limit)).rows]


def _id_in(pasted: str) -> str:
    """The last part of a profile's address in Lever; an id as it is."""
    return pasted.strip().partition("?")[0].rstrip("/").rpartition("/")[2]


def _json(
    newest: Sequence[Delivery], unknown: Sequence[ReferenceRequest], connections: Sequence[Connection]
) -> str:
    told = {
        "deliveries": [*map(_delivery, newest)],
        "unknown_requests": [*map(_request, unknown)],
        "paused_connections": {one.name: one.paused_because for one in connections if one.paused_because},
        "shadow_connections": [one.name for one in connections if one.is_shadow],
    }
    return json.dumps(told, indent=2)


def _print(
    newest: Sequence[Delivery], unknown: Sequence[ReferenceRequest], connections: Sequence[Connection]
) -> None:
    console.print(_deliveries(newest))
    for one in connections:
        for words in _held_up(one):
            console.print(words)
    if unknown:
        console.print(_requests(unknown))
        console.print(
            "Look in Crosschq, then: crosschq-lever resolve request ID --sent-as CROSSCHQ_ID, or --not-sent"
        )


def _deliveries(deliveries: Sequence[Delivery]) -> Table:
    table = _table("Id", "Received (UTC)", "Origin", "Event", "About", "State", "Attempt", "Outcome")
    for one in deliveries:
        received = f"{one.received_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(
            str(one.id),
            received,
            one.origin,
            one.event,
            one.subject,
            one.state.value,
            str(one.attempt),
            one.outcome or "",
        )
    return table


def _held_up(one: Connection) -> list[str]:
    """Why its deliveries wait, or lead to nothing."""
    paused = [f"Connection '{one.name}' is paused: {one.paused_because}"] if one.paused_because else []
    shadow = (
        [f"Connection '{one.name}' is in shadow mode: what would be done is only said."]
        if one.is_shadow
        else []
    )
    return paused + shadow


def _requests(requests: Sequence[ReferenceRequest]) -> Table:
    table = _table("Id", "Begun (UTC)", "Opportunity", "Template", "Why unknown")
    table.title = "Requests nobody knows the fate of"
    for one in requests:
        table.add_row(
            str(one.id),
            f"{one.created_at:%Y-%m-%d %H:%M:%S}",
            one.opportunity_id,
            one.template,
            one.problem or "",
        )
    return table


def _delivery(one: Delivery) -> dict[str, object]:
    return {
        "id": one.id,
        "connection": one.connection_id,
        "received_at": one.received_at.isoformat(),
        "origin": one.origin,
        "event": one.event,
        "about": one.subject,
        "opportunity": one.opportunity_id,
        "state": one.state.value,
        "attempt": one.attempt,
        "outcome": one.outcome,
        "finished_at": one.finished_at.isoformat() if one.finished_at else None,
        "flow_run": one.flow_run_id,
    }


def _request(one: ReferenceRequest) -> dict[str, object]:
    return {
        "id": one.id,
        "connection": one.connection_id,
        "begun_at": one.created_at.isoformat(),
        "opportunity": one.opportunity_id,
        "template": one.template,
        "problem": one.problem,
    }


def _table(*headers: str) -> Table:
    table = Table()
    for header in headers:
        # Ids are long, and cut short they are of no use.
        table.add_column(header, overflow="fold")
    return table
