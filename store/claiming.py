"""The inbox hands out what is due, each under a new attempt. Commits nothing itself."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.due import SNAPSHOT_EVENT, claimed_without_run, due
from store.tables import Delivery, DeliveryState, ReferenceRequest

_CLAIMING = 7_265_066_100_002
"""Any number, the same in every process: the advisory lock of the dispatcher that is claiming."""


async def claim_due(session: AsyncSession, limit: int) -> Sequence[Delivery]:
    """Takes what is due, in order per subject, as `dispatched`; several dispatchers may ask."""
    # One after the other: a row lock alone does not show that an older snapshot of the subject is being claimed.
    await session.execute(select(func.pg_advisory_xact_lock(_CLAIMING)))
    claimed = list(await session.scalars(due().limit(limit)))
    for delivery in claimed:
        await _begin_attempt(session, delivery)
    lost = list(await session.scalars(claimed_without_run().limit(limit)))
    for delivery in lost:
        delivery.next_attempt_at = func.now()
    await session.flush()
    return [*claimed, *lost]


async def claim(session: AsyncSession, delivery_id: int) -> Delivery | None:
    """As `claim_due` for one of them; None when its turn has not come, or somebody else has it."""
    await session.execute(select(func.pg_advisory_xact_lock(_CLAIMING)))
    delivery = (await session.scalars(due().where(Delivery.id == delivery_id))).one_or_none()
    if delivery is not None:
        await _begin_attempt(session, delivery)
        await session.flush()
        await session.refresh(delivery)
    return delivery


async def _begin_attempt(session: AsyncSession, delivery: Delivery) -> None:
    delivery.state = DeliveryState.DISPATCHED
    delivery.attempt += 1
    delivery.next_attempt_at = func.now()
    delivery.first_attempt_at = delivery.first_attempt_at or func.now()
    delivery.flow_run_id = None
    if delivery.event == SNAPSHOT_EVENT:
        await _cover_older(session, delivery)
        delivery.opportunity_id = await _opportunity_of(session, delivery)


async def _opportunity_of(session: AsyncSession, snapshot: Delivery) -> str | None:
    return (
        await session.scalars(
            select(ReferenceRequest.opportunity_id).where(
                ReferenceRequest.connection_id == snapshot.connection_id,
                ReferenceRequest.crosschq_id == snapshot.subject.partition(":")[2],
            )
        )
    ).one_or_none()


async def _cover_older(session: AsyncSession, newest: Delivery) -> None:
    await session.execute(
        update(Delivery)
        .where(
            Delivery.connection_id == newest.connection_id,
            Delivery.subject == newest.subject,
            Delivery.event == newest.event,
            Delivery.state == DeliveryState.WAITING,
            Delivery.id < newest.id,
        )
        .values(
            state=DeliveryState.DONE,
            finished_at=func.now(),
            outcome=f"Covered by delivery {newest.id}, which reads the same request later.",
        )
    )
