"""Follow-ups whose time has come, as deliveries of the inbox: put there, taken up again, left behind.

Commits nothing itself.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hiring.follow_ups import FollowUpState
from store.deliveries import Deliveries, NewDelivery
from store.follow_ups import FollowUps, Schedule, is_open
from store.outcome_tables import FollowUp
from store.own_deliveries import own_delivery
from store.tables import Delivery, DeliveryState

FOLLOW_UP_EVENT = "followUpDue"
"""The event of a delivery that we send ourselves, when a follow-up's time has come."""


class TimeHasCome(Enum):
    """What a run finds that wakes up for a follow-up."""

    NOT_YET = auto()
    """The clock that woke it is ahead of the database's, or others go first."""
    NO_MORE = auto()
    """Ended, postponed, or in the inbox already."""


class DueFollowUps:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def hand_over(
        self,
        follow_up_id: int,
        generation: int,
        *,
        not_before: datetime | None = None,
        by_run: str | None = None,
    ) -> Delivery | TimeHasCome:
        """Puts a due follow-up into the inbox, once for each generation; from then on it is a delivery like others.

        It waits there until `not_before`. `by_run`: the run that has waited for it; one that still waits is void.
        """
        follow_up = await FollowUps(self._session).find(follow_up_id)
        if follow_up is None or follow_up.state is FollowUpState.ENDED or follow_up.generation != generation:
            return TimeHasCome.NO_MORE
        if follow_up.delivery_id is not None:
            return TimeHasCome.NO_MORE
        if follow_up.due_at > (await self._session.scalars(select(func.clock_timestamp()))).one():
            return TimeHasCome.NOT_YET
        new = _delivery_for(follow_up)
        await Deliveries(self._session).record(new)
        delivery = (
            await self._session.scalars(select(Delivery).where(Delivery.replay_key == new.replay_key))
        ).one()
        delivery.next_attempt_at = not_before or func.now()
        await FollowUps(self._session).note_delivery(follow_up, delivery.id, by_run)
        return delivery

    async def take_up_again(self, given_up: Delivery, now: datetime) -> FollowUp | None:
        """The one a delivery was given up for, due now in a new generation; None when that delivery was for none.

        New, as under the old one a mail may be unknown, and would stay so.
        """
        if given_up.event != FOLLOW_UP_EVENT:
            return None
        follow_ups = FollowUps(self._session)
        follow_up = await follow_ups.find(int(given_up.replay_key.split(":")[1]))
        if follow_up is not None:
            await follow_ups.reschedule(follow_up, Schedule(_state_before_the_end(follow_up), now))
        return follow_up

    async def left_behind(self) -> Sequence[FollowUp]:
        """Those whose delivery ended without a next step for them, and not only until shadow mode ends; locked."""
        return await self._whose_delivery_is(DeliveryState.DONE, DeliveryState.IGNORED)

    async def abandoned(self) -> Sequence[FollowUp]:
        """Those whose delivery was given up or cancelled, so that nobody works on them any more; locked."""
        return await self._whose_delivery_is(DeliveryState.DEAD)

    async def _whose_delivery_is(self, *states: DeliveryState) -> Sequence[FollowUp]:
        query = (
            select(FollowUp)
            .join(Delivery, Delivery.id == FollowUp.delivery_id)
            # Said outright, so that PostgreSQL begins at these few and not at all deliveries there ever were.
            .where(
                is_open(),
                FollowUp.delivery_id.is_not(None),
                Delivery.state.in_(states),
                Delivery.after_shadow.is_(False),
            )
            .with_for_update(of=FollowUp)
        )
        return (await self._session.scalars(query)).all()


def _state_before_the_end(follow_up: FollowUp) -> FollowUpState:
    if follow_up.answer is not None:
        return FollowUpState.ANSWERED
    return FollowUpState.ASKED if follow_up.asked_at is not None else FollowUpState.WAITING


def _delivery_for(follow_up: FollowUp) -> NewDelivery:
    key = f"followup:{follow_up.id}:{follow_up.generation}"
    return own_delivery(follow_up, FOLLOW_UP_EVENT, key, origin="follow-up", triggered_at=follow_up.due_at)
