"""`crosschq-lever deliveries`: the inbox in words, newest first, and what needs a person. Bodies are not shown."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from cli.one_connection import NoSuchConnection, connection_called
from hiring.request_checks import EXPIRES_AFTER
from lever.links import opportunity_in
from store.connections import Connections
from store.delivery_search import Wanted, search
from store.requests import Requests
from store.tables import Connection, Delivery, ReferenceRequest
from store.unknown_effects import deliveries_with_unknown
from wiring import open_parts

# What vendors and people wrote is shown as written: in markup's brackets it would vanish, or break the list.
console = Console(markup=False, emoji=False, highlight=False)


@dataclass(frozen=True)
class Listed:
    """What is printed, as table and lines or as JSON."""

    newest: Sequence[Delivery]
    are_older: bool
    unsure: Collection[int]
    """Of the newest, the ids of those with an outside act of which nobody knows whether it happened."""
    unknown: Sequence[ReferenceRequest]
    expired: Sequence[ReferenceRequest]
    """Under way, and without news for so long that they are not read any more."""
    connections: Sequence[Connection]


async def run_deliveries(limit: int, wanted: Wanted, connection: str | None, *, as_json: bool = False) -> int:
    """The `limit` newest of `wanted`, and of one connection by its name or number; 1 when there is no such one."""
    try:
        async with open_parts() as parts, parts.database.transaction() as session:
            listed = await _listed(session, limit, wanted, connection)
    except NoSuchConnection as error:
        typer.echo(str(error), err=True)
        return 1
    if as_json:
        typer.echo(_json(listed))
    else:
        _print(listed)
    return 0


async def _listed(session: AsyncSession, limit: int, wanted: Wanted, connection: str | None) -> Listed:
    of_one = (await connection_called(session, connection)).id if connection is not None else None
    filters = replace(wanted, connection_id=of_one, opportunity=opportunity_in(wanted.opportunity))
    found = await search(session, filters, limit)
    newest = [delivery for delivery, _connection in found.rows]
    return Listed(
        newest,
        are_older=found.older is not None,
        unsure=await deliveries_with_unknown(session, [one.id for one in newest]),
        unknown=await Requests(session).unknown(),
        expired=await Requests(session).expired(limit),
        connections=await Connections(session).all(),
    )


def _json(listed: Listed) -> str:
    paused = {one.name: one.paused_because for one in listed.connections if one.paused_because}
    told = {
        "deliveries": [
            {**_delivery(one), "has_unknown_effect": one.id in listed.unsure} for one in listed.newest
        ],
        "are_older": listed.are_older,
        "unknown_requests": [*map(_request, listed.unknown)],
        "expired_requests": [*map(_expired, listed.expired)],
        "paused_connections": paused,
        "shadow_connections": [one.name for one in listed.connections if one.is_shadow],
    }
    return json.dumps(told, indent=2)


def _print(listed: Listed) -> None:
    console.print(_deliveries(listed))
    if listed.are_older:
        console.print("There are older ones: --limit shows more.")
    if listed.unsure:
        console.print("What to do about what is not known stands on the delivery's page.")
    for one in listed.connections:
        for words in _held_up(one):
            console.print(words)
    if listed.unknown:
        title = "Requests nobody knows the fate of"
        console.print(_requests(listed.unknown, title, "Why unknown", lambda one: one.problem or ""))
        console.print(
            "Look in Crosschq, then: crosschq-lever resolve request ID --sent-as CROSSCHQ_ID, or --not-sent"
        )
    if listed.expired:
        title = f"Requests that have expired: no news for {EXPIRES_AFTER.days} days"
        console.print(_requests(listed.expired, title, "Progress", _progress))
        console.print("They are not read in Crosschq any more; its webhook still brings their reports.")


def _deliveries(listed: Listed) -> Table:
    table = _table("Id", "Received (UTC)", "Origin", "Event", "About", "State", "Attempt", "Outcome")
    for one in listed.newest:
        received = f"{one.received_at:%Y-%m-%d %H:%M:%S}"
        unsure = ", not known whether all was done" if one.id in listed.unsure else ""
        table.add_row(
            str(one.id),
            received,
            one.origin,
            one.event,
            one.subject,
            f"{one.state.value}{unsure}",
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


def _progress(one: ReferenceRequest) -> str:
    return f"{one.answered} of {one.asked} answered" if one.asked else "nobody asked yet"


def _requests(
    requests: Sequence[ReferenceRequest], title: str, last: str, said: Callable[[ReferenceRequest], str]
) -> Table:
    table = _table("Id", "Begun (UTC)", "Opportunity", "Template", last)
    table.title = title
    for one in requests:
        table.add_row(
            str(one.id),
            f"{one.created_at:%Y-%m-%d %H:%M:%S}",
            one.opportunity_id,
            one.template,
            said(one),
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


def _expired(one: ReferenceRequest) -> dict[str, object]:
    checked = one.last_checked_at.isoformat() if one.last_checked_at else None
    return _request(one) | {"answered": one.answered, "asked": one.asked, "last_checked_at": checked}


def _table(*headers: str) -> Table:
    table = Table()
    for header in headers:
        # Ids are long, and cut short they are of no use.
        table.add_column(header, overflow="fold")
    return table
