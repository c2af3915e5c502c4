"""The tables that commands print, with ids whole and outside text as it was written."""

from rich.console import Console
from rich.table import Table

# What vendors and people wrote is shown as written: in markup's brackets it would vanish, or break the list.
console = Console(markup=False, emoji=False, highlight=False)


def table_of(*headers: str) -> Table:
    table = Table()
    for header in headers:
        # Ids are long, and cut short they are of no use.
        table.add_column(header, overflow="fold")
    return table
