"""Orders to work on a connection's prospects, as deliveries of the inbox. Commits nothing itself.

So an export has attempts, signs of life and retries like everything else, and there is one at a time per connection.
"""

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.deliveries import Deliveries, NewDelivery
from store.tables import UNFINISHED, Connection, Delivery, DeliveryState

EXISTING_EVENT = "prospects.existing"
"""A walk through all of Crosschq's prospects."""
NEW_EVENT = "prospects.new"
"""New and withdrawn ones were seen."""
SINGLE_EVENT = "prospects.single"
"""Single ones, or a few, that a person has asked for: nobody but that run knows which."""


def subject_of(connection_id: int) -> str:
    return f"prospects:{connection_id}"


class ProspectOrders:
    def __init__(self, session: AsyncSession, connection_id: int) -> None:
        self._session = session
        self._connection_id = connection_id

    async def place(self, event: str, origin: str) -> Delivery:
        """The order that is unfinished already, or a new one.

        A walk through all takes the place of what waits, and follows what is at work: that looks at less, or is just
        ending because its switch was off.
        """
        await self.one_at_a_time()
        unfinished = await self._all_unfinished()
        if unfinished and event != EXISTING_EVENT:
            return unfinished[0]
        if (walk := next((one for one in unfinished if _is_walk_to_come(one)), None)) is not None:
            return walk
        if unfinished and unfinished[0].state is DeliveryState.WAITING:
            unfinished[0].event = event
            await self._session.flush()
            return unfinished[0]
        return await self._add(event, origin)

    async def one_at_a_time(self) -> None:
        """Until the transaction ends nobody else places an order, so that two at once place one."""
        mine = select(Connection.id).where(Connection.id == self._connection_id)
        await self._session.execute(mine.with_for_update(key_share=True))

    async def _add(self, event: str, origin: str) -> Delivery:
        replay_key = f"{event}:{self._connection_id}:{uuid4()}"
        await Deliveries(self._session).record(
            NewDelivery(
                connection_id=self._connection_id,
                origin=origin,
                event=event,
                subject=subject_of(self._connection_id),
                replay_key=replay_key,
            )
        )
        return (await self._session.scalars(select(Delivery).where(Delivery.replay_key == replay_key))).one()

    async def unfinished(self) -> Delivery | None:
        """The order whose turn it is, waiting or at work; locked."""
        return next(iter(await self._all_unfinished()), None)

    async def _all_unfinished(self) -> Sequence[Delivery]:
        query = (
            select(Delivery)
            .where(
                Delivery.connection_id == self._connection_id,
                Delivery.subject == subject_of(self._connection_id),
                Delivery.state.in_(UNFINISHED),
            )
            .order_by(Delivery.id)
            .with_for_update()
        )
        return (await self._session.scalars(query)).all()


def _is_walk_to_come(order: Delivery) -> bool:
    return order.event == EXISTING_EVENT and order.state is not DeliveryState.RUNNING
