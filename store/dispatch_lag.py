"""How far behind the dispatcher is. Changes and locks nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.due import whose_turn
from store.tables import Delivery, DeliveryState

SOON = timedelta(seconds=5)
"""An order at Prefect takes less."""


@dataclass(frozen=True)
class DispatchLag:
    """`oldest_due`: since when the first in line could have been dispatched; None: nothing waits."""

    oldest_due: datetime | None
    without_run: int
    """Deliveries taken up that Prefect has no run for: it refuses them, or is away."""


async def dispatch_lag(session: AsyncSession) -> DispatchLag:
    oldest = (
        whose_turn().with_only_columns(Delivery.next_attempt_at).order_by(Delivery.next_attempt_at).limit(1)
    )
    without_run = select(func.count()).where(
        Delivery.state == DeliveryState.DISPATCHED,
        Delivery.flow_run_id.is_(None),
        Delivery.next_attempt_at < func.now() - SOON,
    )
    return DispatchLag(await session.scalar(oldest), (await session.scalars(without_run)).one())
