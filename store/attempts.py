"""The right of one run to act on one delivery, from taking it up to putting it down. Commits nothing itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Delivery, DeliveryState


@dataclass(frozen=True)
class Attempt:
    """The right to act on a delivery once; a higher number elsewhere makes this one void."""

    delivery_id: int
    number: int

    @property
    def token(self) -> str:
        """Prefect's idempotency key, and the mark of this attempt on the effects it makes."""
        return f"delivery:{self.delivery_id}:{self.number}"


class Attempts:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take_up(self, attempt: Attempt) -> Delivery | None:
        """Starts the attempt, once; None when it is not, or no longer, this attempt's turn."""
        return await self._session.scalar(
            update(Delivery)
            .where(
                Delivery.id == attempt.delivery_id,
                Delivery.attempt == attempt.number,
                Delivery.state == DeliveryState.DISPATCHED,
            )
            .values(state=DeliveryState.RUNNING, alive_at=func.now())
            .returning(Delivery)
        )

    async def note_life(self, attempt: Attempt) -> bool:
        """A sign of life of the run at work; False when the delivery is not this attempt's any more."""
        return await self._leave(attempt, alive_at=func.now())

    async def is_current(self, attempt: Attempt) -> bool:
        """Whether the attempt may still act; holds the row until the transaction ends."""
        row = await self._session.scalar(
            select(Delivery.id)
            .where(
                Delivery.id == attempt.delivery_id,
                Delivery.attempt == attempt.number,
                Delivery.state == DeliveryState.RUNNING,
            )
            .with_for_update(read=True)
        )
        return row is not None

    async def finish(
        self, attempt: Attempt, state: DeliveryState, outcome: str, *, after_shadow: bool = False
    ) -> bool:
        """Ends the delivery with what came of it, in words; False when the attempt was superseded.

        `after_shadow`: only as long as shadow mode lasts (store.shadow).
        """
        return await self._leave(
            attempt, state=state, outcome=outcome, after_shadow=after_shadow, finished_at=func.now()
        )

    async def put_off(self, attempt: Attempt, until: datetime, outcome: str) -> bool:
        """Ends the attempt and lets the dispatcher start the next one at `until`; its run stays known till then."""
        return await self._leave(attempt, state=DeliveryState.WAITING, outcome=outcome, next_attempt_at=until)

    async def count_anew(self, attempt: Attempt) -> bool:
        """How long it fails counts from now on; False when the delivery is not this attempt's any more."""
        return await self._leave(attempt, first_attempt_at=func.now())

    async def _leave(self, attempt: Attempt, **values: object) -> bool:
        left = await self._session.scalar(
            update(Delivery)
            .where(
                Delivery.id == attempt.delivery_id,
                Delivery.attempt == attempt.number,
                Delivery.state == DeliveryState.RUNNING,
            )
            .values(**values)
            .returning(Delivery.id)
        )
        return left is not None
