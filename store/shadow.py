"""Shadow mode: which connections only say what they would do, and what is to be done once they do it again.

A move that was decided in shadow mode stays as it was said: nobody expects it to be acted on days later, and whoever
does moves the candidate again. Everything else (Crosschq's news of requests that were sent before, the outcome of a
hire, a question that is due, an export that is switched on) would be lost, so its delivery is handled once more when
shadow mode has ended, and reads anew what the vendors say then. An erasure writes to no vendor, and does not wait.

Commits nothing itself.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.deliveries import Deliveries
from store.due_follow_ups import FOLLOW_UP_EVENT
from store.tables import Connection, Delivery


class Shadow:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def is_on(self, connection_id: int) -> bool:
        query = select(Connection.is_shadow).where(Connection.id == connection_id)
        return (await self._session.scalars(query)).one()

    async def only_said(self, limit: int) -> Sequence[Delivery]:
        """What connections whose shadow mode has ended only said, the oldest first; locked."""
        rows = await self._session.scalars(
            select(Delivery)
            .join(Connection, Connection.id == Delivery.connection_id)
            .where(*_only_said())
            .order_by(Delivery.id)
            .limit(limit)
            .with_for_update(of=Delivery, skip_locked=True)
        )
        return rows.all()

    async def count_questions(self) -> int:
        """How many follow-ups are among them."""
        query = (
            select(func.count())
            .select_from(Delivery)
            .join(Connection, Connection.id == Delivery.connection_id)
            .where(*_only_said(), Delivery.event == FOLLOW_UP_EVENT)
        )
        return (await self._session.scalars(query)).one()

    async def do_now(self, said: Delivery) -> None:
        await Deliveries(self._session).queue_again(
            said, "Shadow mode has ended: what was only said is done."
        )


def _only_said() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    # The bare column, so that PostgreSQL sees that the partial index made for it fits.
    return Delivery.after_shadow.expression, ~Connection.is_shadow
