"""When Lever's list of deleted opportunities was last looked at: rows of the audit trail. Commits nothing itself."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.audits import Audits
from store.tables import LOOKED, Audit


async def last_look(session: AsyncSession, connection_id: int) -> datetime | None:
    """None before the first one."""
    looks = select(func.max(Audit.at)).where(Audit.connection_id == connection_id, Audit.what == LOOKED)
    looked_at: datetime | None = await session.scalar(looks)
    return looked_at


def note_look(session: AsyncSession, connection_id: int, found: int) -> None:
    """With what the look has recorded: in the same transaction."""
    Audits(session).of_connection(
        connection_id,
        who="reconcile",
        what=LOOKED,
        why=f"{found} of them were still kept here.",
    )
