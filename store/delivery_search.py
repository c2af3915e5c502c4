"""Looks deliveries up: by filters and in pages, and all that hangs on one of them. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Audit, Connection, Delivery, DeliveryState, Effect, EffectState, ReferenceRequest
from store.unknown_effects import has_unknown, unknown_of

PAGE = 50
SUBJECTS = ("opportunity", "request")
"""What may stand before the id that is looked for."""
MOST_EFFECTS = 200
"""Of one delivery: an export of prospects has tens of thousands."""


@dataclass(frozen=True)
class Wanted:
    """None and blank are no filter. Of `older_than` and `newer_than`, ids both, at most one is given."""

    connection_id: int | None = None
    event: str = ""
    state: DeliveryState | None = None
    has_unknown: bool = False
    """Only those with an outside act of which nobody knows whether it happened."""
    opportunity: str = ""
    """How its id in Lever begins, or a request's in Crosschq."""
    older_than: int | None = None
    newer_than: int | None = None


@dataclass(frozen=True)
class Found:
    """A page, the newest first. The ids to go on from; None where nothing lies beyond."""

    rows: Sequence[tuple[Delivery, Connection]]
    older: int | None
    newer: int | None


@dataclass(frozen=True)
class Whole:
    """A delivery with what it led to, in the order of time."""

    delivery: Delivery
    connection: Connection
    requests: Sequence[ReferenceRequest]
    effects: Sequence[Effect]
    """Up to MOST_EFFECTS, those that are unknown before all others."""
    further_effects: int
    unknown: frozenset[int]
    """The ids of those effects that a person may have to look for."""
    audits: Sequence[Audit]


async def search(session: AsyncSession, wanted: Wanted, most: int = PAGE) -> Found:
    """Up to `most` of them, by keyset: pages stay the same while new ones come in."""
    query, by_id = _filtered(wanted).limit(most + 1), Delivery.id.expression
    if wanted.opportunity:
        # No column: PostgreSQL would go through all the newer ones in the order of ids, hoping to meet these soon.
        by_id = Delivery.id + 0
    if wanted.newer_than is not None:
        query = query.where(Delivery.id > wanted.newer_than).order_by(by_id)
        rows = (await session.execute(query)).all()
        newer = rows[most - 1][0].id if len(rows) > most else None
        shown = rows[:most][::-1]
        return Found(shown, shown[-1][0].id if shown else None, newer)
    if wanted.older_than is not None:
        query = query.where(Delivery.id < wanted.older_than)
    rows = (await session.execute(query.order_by(by_id.desc()))).all()
    shown = rows[:most]
    is_first = wanted.older_than is None or not shown
    return Found(shown, shown[-1][0].id if len(rows) > most else None, None if is_first else shown[0][0].id)


async def whole(session: AsyncSession, delivery_id: int) -> Whole | None:
    """None: there is no such delivery."""
    both = select(Delivery, Connection).join(Connection, Connection.id == Delivery.connection_id)
    row = (await session.execute(both.where(Delivery.id == delivery_id))).one_or_none()
    if row is None:
        return None
    delivery, connection = row
    of_it = ReferenceRequest.delivery_id == delivery_id
    requests = (
        await session.scalars(select(ReferenceRequest).where(of_it).order_by(ReferenceRequest.id))
    ).all()
    effects, further = await _effects(session, delivery_id)
    unknown = frozenset(await unknown_of(session, delivery_id))
    subjects = [f"delivery:{delivery_id}", *(f"request:{one.id}" for one in requests)]
    about = or_(Audit.subject.in_(subjects), Audit.who == f"delivery:{delivery_id}")
    audits = (await session.scalars(select(Audit).where(about).order_by(Audit.id))).all()
    return Whole(delivery, connection, requests, effects, further, unknown, audits)


async def number_of(session: AsyncSession, wanted: Wanted) -> int:
    """How many the filters leave, on all pages."""
    return (await session.scalars(select(func.count(Delivery.id)).where(*conditions(wanted)))).one()


async def _effects(session: AsyncSession, delivery_id: int) -> tuple[Sequence[Effect], int]:
    """Up to MOST_EFFECTS, and how many there are besides."""
    is_its = Effect.delivery_id == delivery_id
    order = ((Effect.state != EffectState.UNKNOWN), Effect.created_at, Effect.id)
    query = select(Effect).where(is_its).order_by(*order).limit(MOST_EFFECTS)
    effects = (await session.scalars(query)).all()
    if len(effects) < MOST_EFFECTS:
        return effects, 0
    number = (await session.scalars(select(func.count(Effect.id)).where(is_its))).one()
    return effects, number - len(effects)


def _filtered(wanted: Wanted) -> Select[Delivery, Connection]:
    both = select(Delivery, Connection).join(Connection, Connection.id == Delivery.connection_id)
    return both.where(*conditions(wanted))


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What the filters demand of a delivery; which page is wanted is none of them."""
    part = wanted.opportunity
    demanded = [
        (wanted.connection_id is not None, Delivery.connection_id == wanted.connection_id),
        (wanted.event, Delivery.event == wanted.event),
        (wanted.state is not None, Delivery.state == wanted.state),
        (wanted.has_unknown, has_unknown()),
        (
            part,
            or_(
                Delivery.opportunity_id.startswith(part, autoescape=True),
                *(Delivery.subject.startswith(f"{kind}:{part}", autoescape=True) for kind in SUBJECTS),
            ),
        ),
    ]
    return [condition for is_wanted, condition in demanded if is_wanted]
