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


async def due_ids(session: AsyncSession, limit: int) -> Sequence[int]:
    """What `claim_due` would take, without reading the rows: one of them may be such that it cannot be read."""
    claimed = due().with_only_columns(Delivery.id).limit(limit)
    lost = claimed_without_run().with_only_columns(Delivery.id).limit(limit)
    return [*await session.scalars(claimed), *await session.scalars(lost)]


async def claim_or_take_back(session: AsyncSession, delivery_id: int) -> Delivery | None:
    """As `claim_due` for one, also where it was claimed and never had a run."""
    if claimed := await claim(session, delivery_id):
        return claimed
    lost = claimed_without_run().where(Delivery.id == delivery_id)
    delivery = (await session.scalars(lost)).one_or_none()
    if delivery is not None:
        delivery.next_attempt_at = func.now()
        await session.flush()
        await session.refresh(delivery)
    return delivery


async def set_aside(session: AsyncSession, delivery_id: int, why: str) -> bool:
    """Give it up before it had a run: a person must look. False when somebody else has it by now."""
    ended = await session.scalar(
        update(Delivery)
        .where(
            Delivery.id == delivery_id,
            Delivery.state.in_((DeliveryState.WAITING, DeliveryState.DISPATCHED)),
            Delivery.flow_run_id.is_(None),
        )
        .values(state=DeliveryState.DEAD, finished_at=func.now(), outcome=why)
        .returning(Delivery.id)
    )
    return ended is not None


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
