"""The audit trail: rows are only ever added. Commits nothing itself."""

from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Audit


class Audits:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(
        self, *, who: str, what: str, subject: str, connection_id: int | None = None, why: str | None = None
    ) -> None:
        """`who` is a process or a person, `subject` an id; neither holds personal data."""
        self._session.add(Audit(connection_id=connection_id, who=who, what=what, subject=subject, why=why))
