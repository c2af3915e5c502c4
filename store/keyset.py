"""Pages of a list in the order of time, by keyset: they stay the same while rows come and go. Changes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, TypeVarTuple

from sqlalchemy import Row, Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

PAGE = 50

Columns = TypeVarTuple("Columns")
Shown = TypeVar("Shown")


@dataclass(frozen=True)
class Spot:
    """Where a row stands: by its time, and among those of one time by its id."""

    at: datetime
    id: int


@dataclass(frozen=True)
class Turn:
    """Which page: the one after a spot, or before one; neither is the first. At most one is given."""

    after: Spot | None = None
    before: Spot | None = None


@dataclass(frozen=True)
class Leaf(Generic[Shown]):
    """A page, and the spots to turn from; None where nothing lies beyond."""

    rows: Sequence[Shown]
    before: Spot | None
    after: Spot | None


@dataclass(frozen=True)
class Order(Generic[*Columns]):
    """`spot_of` tells the two columns of a row."""

    at: InstrumentedAttribute[Any]
    id: InstrumentedAttribute[int]
    spot_of: Callable[[Row[*Columns]], Spot]
    newest_first: bool = False


async def leaf(
    session: AsyncSession, query: Select[*Columns], order: Order[*Columns], turn: Turn
) -> Leaf[Row[*Columns]]:
    """Up to PAGE rows."""
    is_back = turn.before is not None
    spot = turn.before or turn.after
    is_rising = order.newest_first is is_back
    if spot is not None:
        key, bound = tuple_(order.at, order.id), tuple_(literal(spot.at), literal(spot.id))
        query = query.where(key > bound if is_rising else key < bound)
    columns = (order.at, order.id)
    query = query.order_by(*(one.asc() if is_rising else one.desc() for one in columns)).limit(PAGE + 1)
    found = (await session.execute(query)).all()
    rows = found[:PAGE][::-1] if is_back else found[:PAGE]
    is_more = len(found) > PAGE
    has_before, has_after = (is_more, True) if is_back else (turn.after is not None, is_more)
    return Leaf(
        rows,
        order.spot_of(rows[0]) if rows and has_before else None,
        order.spot_of(rows[-1]) if rows and has_after else None,
    )
