"""What is waiting, for whom and until when: requests under way in Crosschq, and follow-ups. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.follow_ups import is_open
from store.keyset import Leaf, Order, Spot, Turn, leaf
from store.outcome_tables import FollowUp
from store.tables import OPEN_REQUEST, Connection, ReferenceRequest, RequestState

FIRST = Turn()


@dataclass(frozen=True)
class WaitingRequest:
    request: ReferenceRequest
    connection: Connection


@dataclass(frozen=True)
class WaitingFollowUp:
    follow_up: FollowUp
    request: ReferenceRequest
    connection: Connection


async def unknown_requests(session: AsyncSession, limit: int) -> Sequence[WaitingRequest]:
    """Those that a person must resolve, the oldest first."""
    query = _requests().where(ReferenceRequest.state == RequestState.UNKNOWN)
    rows = await session.execute(query.order_by(ReferenceRequest.id).limit(limit))
    return [WaitingRequest(*row) for row in rows]


async def number_unknown(session: AsyncSession) -> int:
    """How many those are in all."""
    query = select(func.count(ReferenceRequest.id)).where(ReferenceRequest.state == RequestState.UNKNOWN)
    return (await session.scalars(query)).one()


async def open_requests(session: AsyncSession, turn: Turn = FIRST) -> Leaf[WaitingRequest]:
    """Those being sent or under way in Crosschq, the oldest first."""
    states = [state for state in OPEN_REQUEST if state is not RequestState.UNKNOWN]
    query = _requests().where(ReferenceRequest.state.in_(states))
    found = await leaf(session, query, _BY_BEGINNING, turn)
    return Leaf([WaitingRequest(*row) for row in found.rows], found.before, found.after)


async def open_follow_ups(session: AsyncSession, turn: Turn = FIRST) -> Leaf[WaitingFollowUp]:
    """The next due first."""
    found = await leaf(session, _follow_ups().where(is_open()), _BY_DUE_TIME, turn)
    return Leaf([WaitingFollowUp(*row) for row in found.rows], found.before, found.after)


async def ended_follow_ups(session: AsyncSession, turn: Turn = FIRST) -> Leaf[WaitingFollowUp]:
    """The newest first."""
    found = await leaf(session, _follow_ups().where(~is_open()), _BY_END, turn)
    return Leaf([WaitingFollowUp(*row) for row in found.rows], found.before, found.after)


async def one_follow_up(session: AsyncSession, follow_up_id: int) -> WaitingFollowUp | None:
    """None: there is no such follow-up."""
    rows = await session.execute(_follow_ups().where(FollowUp.id == follow_up_id))
    row = rows.one_or_none()
    return WaitingFollowUp(*row) if row else None


def _requests() -> Select[ReferenceRequest, Connection]:
    return select(ReferenceRequest, Connection).join(
        Connection, Connection.id == ReferenceRequest.connection_id
    )


def _follow_ups() -> Select[FollowUp, ReferenceRequest, Connection]:
    return (
        select(FollowUp, ReferenceRequest, Connection)
        .join(ReferenceRequest, ReferenceRequest.id == FollowUp.request_id)
        .join(Connection, Connection.id == FollowUp.connection_id)
    )


_BY_BEGINNING = Order[ReferenceRequest, Connection](
    ReferenceRequest.created_at, ReferenceRequest.id, lambda row: Spot(row[0].created_at, row[0].id)
)
_BY_DUE_TIME = Order[FollowUp, ReferenceRequest, Connection](
    FollowUp.due_at, FollowUp.id, lambda row: Spot(row[0].due_at, row[0].id)
)
_BY_END = Order[FollowUp, ReferenceRequest, Connection](
    # One that has ended has a time of its end; the type does not know.
    FollowUp.ended_at,
    FollowUp.id,
    lambda row: Spot(row[0].ended_at or row[0].due_at, row[0].id),
    newest_first=True,
)
