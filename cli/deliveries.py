"""`crosschq-lever deliveries`: the inbox in words, newest first. Bodies are not shown."""

from rich.console import Console
from rich.table import Table

from store.deliveries import Deliveries
from wiring import open_parts


async def run_deliveries(limit: int) -> None:
    async with open_parts() as parts, parts.database.transaction() as session:
        newest = await Deliveries(session).newest(limit)
    table = Table("Id", "Received (UTC)", "Event", "About", "State", "Attempt", "Outcome")
    for one in newest:
        table.add_row(
            str(one.id),
            f"{one.received_at:%Y-%m-%d %H:%M:%S}",
            one.event,
            one.subject,
            one.state.value,
            str(one.attempt),
            one.outcome or "",
        )
    Console().print(table)
