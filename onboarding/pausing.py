"""A person pauses a connection, or lets it go on. Its deliveries wait meanwhile, and none is lost."""

from sqlalchemy.ext.asyncio import AsyncSession

from onboarding.beginning import is_set_up
from store.audits import Audits, PersonsWord
from store.connections import Connections
from store.deliveries import Deliveries
from store.tables import Connection
from wiring import Parts


class NotNow(Exception):  # noqa: N818 - says why
    """The message says what to do instead."""


async def pause(parts: Parts, connection_id: int, word: PersonsWord) -> None:
    """Raises NotNow."""
    async with parts.database.transaction() as session:
        row = await Connections(session).locked(connection_id)
        if row.paused_because is not None:
            raise NotNow(f"It is paused already: {row.paused_because}")
        row.paused_because = f"By hand: {word.why}"
        Audits(session).of_connection(
            connection_id,
            who=word.who,
            what="paused the connection",
            why=word.why,
        )


async def resume(parts: Parts, connection_id: int, word: PersonsWord) -> None:
    """Raises NotNow."""
    async with parts.database.transaction() as session:
        row = await Connections(session).locked(connection_id)
        if not is_set_up(row, await Connections(session).templates(connection_id)):
            raise NotNow("It is not set up yet: choose stages and templates in its settings.")
        if row.paused_because is None:
            raise NotNow("It is not paused (any more).")
        before = row.paused_because
        await go_on(session, row)
        Audits(session).of_connection(
            connection_id,
            who=word.who,
            what=f"ended the connection's pause ({before})",
            why=word.why,
        )


async def go_on(session: AsyncSession, row: Connection) -> None:
    """Ends the pause; the time it lasted does not count towards giving up."""
    row.paused_because = None
    await Deliveries(session).count_anew(row.id)
