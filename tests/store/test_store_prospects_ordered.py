"""Orders to work on a connection's prospects: one at a time, and the widest one is never lost to a narrower one."""

import asyncio

import pytest
from sqlalchemy import select

from store.database import Database
from store.prospect_orders import EXISTING_EVENT, NEW_EVENT, SINGLE_EVENT, ProspectOrders
from store.tables import Delivery, DeliveryState
from store.vault import Vault
from tests.factories import connect


@pytest.fixture
async def connection_id(database: Database, vault: Vault) -> int:
    return (await connect(database, vault)).connection.id


@pytest.mark.parametrize("first", [NEW_EVENT, SINGLE_EVENT])
@pytest.mark.parametrize("state", list(DeliveryState)[:3])
async def test_a_walk_ordered_beside_another_order_is_never_lost(
    database: Database, connection_id: int, first: str, state: DeliveryState
) -> None:
    async with database.transaction() as session:
        orders = ProspectOrders(session, connection_id)
        (await orders.place(first, "test")).state = state
        await session.flush()
        walk = await orders.place(EXISTING_EVENT, "switch")
        assert (walk.event, walk.state) == (EXISTING_EVENT, DeliveryState.WAITING)
        assert await orders.place(EXISTING_EVENT, "switch") is walk
        number = len((await session.scalars(select(Delivery))).all())
    assert number == (1 if state is DeliveryState.WAITING else 2)


async def test_anything_else_ordered_beside_a_walk_is_that_walk(
    database: Database, connection_id: int
) -> None:
    async with database.transaction() as session:
        orders = ProspectOrders(session, connection_id)
        walk = await orders.place(EXISTING_EVENT, "switch")
        assert await orders.place(NEW_EVENT, "prefect") is walk
        assert await orders.place(SINGLE_EVENT, "prefect") is walk


async def test_two_who_order_at_once_order_once(database: Database, connection_id: int) -> None:
    async def order() -> int:
        async with database.transaction() as session:
            return (await ProspectOrders(session, connection_id).place(EXISTING_EVENT, "switch")).id

    placed = await asyncio.gather(*(order() for _ in range(5)))
    assert len(set(placed)) == 1


async def test_a_walk_at_work_may_be_ending_so_that_another_follows_it(
    database: Database, connection_id: int
) -> None:
    async with database.transaction() as session:
        orders = ProspectOrders(session, connection_id)
        (at_work := await orders.place(EXISTING_EVENT, "switch")).state = DeliveryState.RUNNING
        await session.flush()
        following = await orders.place(EXISTING_EVENT, "switch")
        assert following.id != at_work.id
        assert await orders.place(EXISTING_EVENT, "switch") is following
        assert await orders.unfinished() is at_work
