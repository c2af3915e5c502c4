"""Deliveries whose run may have died, and putting them back for the next attempt. Commits nothing itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.attempts import Attempt
from store.tables import Delivery, DeliveryState, ReferenceRequest, RequestState


class Stranded:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def suspects(self, silence: timedelta) -> Sequence[Delivery]:
        """Taken up and silent for so long, or dispatched to a run that has not taken them up for as long."""
        long_ago = func.now() - silence
        rows = await self._session.scalars(
            select(Delivery)
            .where(
                or_(
                    and_(Delivery.state == DeliveryState.RUNNING, Delivery.alive_at < long_ago),
                    and_(
                        Delivery.state == DeliveryState.DISPATCHED,
                        Delivery.flow_run_id.is_not(None),
                        Delivery.next_attempt_at < long_ago,
                    ),
                )
            )
            .order_by(Delivery.id)
        )
        return rows.all()

    async def set_free(self, suspect: Delivery, until: datetime, why: str) -> bool:
        """Lets the next attempt begin at `until`: from now on the old run may not act, should it come back."""
        return await self._end(suspect, state=DeliveryState.WAITING, next_attempt_at=until, outcome=why)

    async def finish(self, suspect: Delivery, state: DeliveryState, why: str) -> bool:
        """Ends it for good: ops cancelled its run, or it has died too often."""
        return await self._end(suspect, state=state, finished_at=func.now(), outcome=why)

    async def is_in_hand(self, attempt: Attempt) -> bool:
        """Whether the attempt's run is to be left alone."""
        row = await self._session.scalar(
            select(Delivery.id).where(
                Delivery.id == attempt.delivery_id,
                Delivery.attempt == attempt.number,
                Delivery.state.in_((DeliveryState.DISPATCHED, DeliveryState.RUNNING)),
            )
        )
        return row is not None

    async def abandoned_requests(self) -> Sequence[ReferenceRequest]:
        """Requests about to be sent whose delivery has ended otherwise, so that nobody sends them any more."""
        unfinished = (DeliveryState.WAITING, DeliveryState.DISPATCHED, DeliveryState.RUNNING)
        rows = await self._session.scalars(
            select(ReferenceRequest)
            .outerjoin(Delivery, Delivery.id == ReferenceRequest.delivery_id)
            .where(
                ReferenceRequest.state == RequestState.INTENDED,
                or_(Delivery.id.is_(None), Delivery.state.not_in(unfinished)),
            )
            .with_for_update(of=ReferenceRequest)
        )
        return rows.all()

    async def _end(self, suspect: Delivery, **values: object) -> bool:
        # Only if it is as it was seen: it may have come back to life meanwhile.
        seen_alive = (
            Delivery.alive_at.is_(None) if suspect.alive_at is None else Delivery.alive_at == suspect.alive_at
        )
        ended = await self._session.scalar(
            update(Delivery)
            .where(
                Delivery.id == suspect.id,
                Delivery.attempt == suspect.attempt,
                Delivery.state == suspect.state,
                seen_alive,
            )
            .values(**values, alive_at=None)
            .returning(Delivery.id)
        )
        return ended is not None
