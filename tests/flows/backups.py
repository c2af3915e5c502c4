"""A backup of our database, and its restoration: what was written since is lost, numbers of rows begin again."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, func, select, text

from store.base import Base
from store.database import Database

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Backup:
    database: Database
    tables: dict[Table, Rows]

    @classmethod
    async def of(cls, database: Database) -> "Backup":
        async with database.transaction() as session:
            tables = {
                table: [dict(row) for row in (await session.execute(select(table))).mappings()]
                for table in Base.metadata.sorted_tables
            }
        return cls(database, tables)

    async def restore(self) -> None:
        async with self.database.transaction() as session:
            for table in reversed(self.tables):
                await session.execute(table.delete())
            for table, rows in self.tables.items():
                if rows:
                    await session.execute(table.insert(), rows)
                if "id" in table.c:
                    following = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
                    sequence = func.pg_get_serial_sequence(table.name, "id")
                    await session.execute(
                        select(func.setval(sequence, following, text("false"))).where(sequence.is_not(None))
                    )
