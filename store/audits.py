"""The audit trail: rows are only ever added. Commits nothing itself."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Audit


@dataclass(frozen=True)
class PersonsWord:
    """Who wants something done, and why: at the command line or on the pages."""

    who: str
    why: str


class Audits:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(
        self, *, who: str, what: str, subject: str, connection_id: int | None = None, why: str | None = None
    ) -> None:
        """`who` is a process or a person, `subject` an id; neither holds personal data."""
        self._session.add(Audit(connection_id=connection_id, who=who, what=what, subject=subject, why=why))

    def of_connection(self, connection_id: int, *, who: str, what: str, why: str | None = None) -> None:
        """As `add`, about the whole connection."""
        subject = f"connection:{connection_id}"
        self.add(who=who, what=what, subject=subject, connection_id=connection_id, why=why)

    async def latest(self, connection_id: int, whats: Collection[str]) -> Audit | None:
        """The newest row of the connection that says one of these."""
        rows = await self._session.scalars(
            select(Audit)
            .where(Audit.connection_id == connection_id, Audit.what.in_(whats))
            .order_by(Audit.at.desc(), Audit.id.desc())
            .limit(1)
        )
        return rows.first()
