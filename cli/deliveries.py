"""`crosschq-lever deliveries`: the inbox in words, newest first, and what needs a person. Bodies are not shown."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from store.deliveries import Deliveries
from store.requests import Requests
from store.tables import Delivery, ReferenceRequest
from wiring import open_parts

# What vendors and people wrote is shown as written: in markup's brackets it would vanish, or break the list.
console = Console(markup=False, emoji=False, highlight=False)


async def run_deliveries(limit: int, *, open_only: bool) -> None:
    """`open_only`: only what was given up or stays unknown."""
    async with open_parts() as parts, parts.database.transaction() as session:
        newest = await Deliveries(session).newest(limit, given_up=open_only)
        unknown = await Requests(session).unknown()
    console.print(_deliveries(newest))
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


def _table(*headers: str) -> Table:
    table = Table()
    for header in headers:
        # Ids are long, and cut short they are of no use.
        table.add_column(header, overflow="fold")
    return table
