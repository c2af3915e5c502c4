"""Lets deliveries be handled once more, by a person's word. Writes rows only, and commits nothing itself.

A new attempt reads anew what the vendors say now; every effect has its key (store.effects), so nothing is doubled.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.audits import Audits, PersonsWord
from store.deliveries import Deliveries
from store.delivery_search import Wanted, conditions
from store.due import PING_EVENT
from store.due_follow_ups import FOLLOW_UP_EVENT, DueFollowUps
from store.erasure import ERASED
from store.prospect_orders import EXISTING_EVENT, NEW_EVENT, SINGLE_EVENT
from store.tables import UNFINISHED, Delivery, DeliveryState

MOST_AT_ONCE = 500
"""Failed ones that one word replays, the oldest first: they are locked until all are queued."""

EVERY = Wanted()
"""No filter."""

_ORDERS = (EXISTING_EVENT, NEW_EVENT, SINGLE_EVENT)


class NotReplayable(Exception):  # noqa: N818 - says what it is
    """It is in hand, or there is nothing to read anew; the message says which, and what to do instead."""


@dataclass(frozen=True)
class Replayed:
    """How many were queued; `are_more`: others failed in that time, too, and stayed as they are."""

    number: int
    are_more: bool


def why_not(delivery: Delivery, now: datetime, retention: timedelta) -> str | None:
    """Why it cannot be replayed, as a sentence; None when it can. `retention`: of what has ended."""
    if delivery.state in UNFINISHED:
        return "It is in hand: it waits for its turn, or a run is at work on it."
    if delivery.subject.startswith(ERASED):
        return "Whom it was about was erased: there is nothing left to read."
    if delivery.state is DeliveryState.DEAD:
        return None
    if _ended_at(delivery) < now - retention:
        return f"It ended more than {retention.days} days ago: what it did may be forgotten, and could be done twice."
    if delivery.event == FOLLOW_UP_EVENT:
        return "Its follow-up has gone on since: let that one be asked now."
    if delivery.event == PING_EVENT:
        return "It was Lever's trial of the connection: there is nothing to do."
    if delivery.event in _ORDERS:
        return "It was an order of ours: start another export."
    return None


def _ended_at(delivery: Delivery) -> datetime:
    """Since when its retention runs (store.retention)."""
    return max(at for at in (delivery.kept_at, delivery.finished_at, delivery.received_at) if at)


async def replay(
    session: AsyncSession, delivery_id: int, word: PersonsWord, now: datetime, retention: timedelta
) -> Delivery:
    """One that was handled, ignored or given up. Raises NotReplayable."""
    delivery = await locked(session, delivery_id)
    if delivery is None:
        raise NotReplayable(
            f"There is no delivery {delivery_id} (any more): one that has ended is kept for {retention.days} days."
        )
    if reason := why_not(delivery, now, retention):
        raise NotReplayable(f"Delivery {delivery_id} is not replayed. {reason}")
    await _replay(session, delivery, word, now)
    return delivery


async def replay_failed(
    session: AsyncSession, since: datetime, word: PersonsWord, now: datetime, wanted: Wanted = EVERY
) -> Replayed:
    """Those that were given up since then, of all that the filters of `wanted` leave, whose state does not count."""
    can_be_read = ~Delivery.subject.startswith(ERASED, autoescape=True)
    query = select(Delivery).where(Delivery.state == DeliveryState.DEAD, Delivery.finished_at >= since)
    query = query.where(can_be_read, *conditions(replace(wanted, state=None, has_unknown=False)))
    query = query.order_by(Delivery.id).limit(MOST_AT_ONCE + 1).with_for_update()
    failed = (await session.scalars(query)).all()
    for delivery in failed[:MOST_AT_ONCE]:
        await _replay(session, delivery, word, now)
    return Replayed(min(len(failed), MOST_AT_ONCE), are_more=len(failed) > MOST_AT_ONCE)


async def try_again(session: AsyncSession, given_up: Delivery, words: str, now: datetime) -> None:
    """A new attempt at it; what a follow-up is due for again gets a delivery of its own."""
    deliveries = Deliveries(session)
    is_dead = given_up.state is DeliveryState.DEAD
    follow_up = await DueFollowUps(session).take_up_again(given_up, now) if is_dead else None
    if follow_up is not None:
        await deliveries.drop(given_up, f"{words} Follow-up {follow_up.id} is due again.")
    else:
        await deliveries.queue_again(given_up, words)


async def locked(session: AsyncSession, delivery_id: int) -> Delivery | None:
    """As it is now, and stays until the transaction ends."""
    return await session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)


async def _replay(session: AsyncSession, delivery: Delivery, word: PersonsWord, now: datetime) -> None:
    before = delivery.state.value
    await try_again(session, delivery, f"Replayed, as a person said: {word.why}", now)
    Audits(session).add(
        who=word.who,
        what=f"replayed: it was {before}",
        subject=f"delivery:{delivery.id}",
        connection_id=delivery.connection_id,
        why=word.why,
    )
