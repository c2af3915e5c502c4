"""Show that the database takes writes, by writing. Commits nothing itself."""

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Heartbeat


async def beat(session: AsyncSession, name: str) -> None:
    """Write the row of this name: the same one each time, so that nothing grows."""
    written = insert(Heartbeat).values(name=name, at=func.now())
    await session.execute(
        written.on_conflict_do_update(index_elements=[Heartbeat.name], set_={"at": written.excluded.at})
    )
