"""Ordered flow runs are announced in the database: with the commit, and saying nothing but that."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from store.database import Database
from store.run_orders import CHANNEL, announce


@pytest.fixture
async def heard(database: Database) -> AsyncIterator[asyncio.Queue[str]]:
    """What another connection hears, payloads."""
    queue = asyncio.Queue[str]()
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection

        def hear(_connection: object, _pid: int, _channel: str, payload: str) -> None:
            queue.put_nowait(payload)

        await driver.add_listener(CHANNEL, hear)
        yield queue
        await driver.remove_listener(CHANNEL, hear)


async def test_others_hear_of_orders_when_they_are_committed_and_once(
    database: Database, heard: asyncio.Queue[str]
) -> None:
    async with asyncio.timeout(5):
        async with database.transaction() as session:
            await announce(session)
            await announce(session)
            assert heard.empty()
        assert await heard.get() == ""
    assert heard.empty()


async def test_nothing_is_heard_of_orders_that_were_not_noted(
    database: Database, heard: asyncio.Queue[str]
) -> None:
    async with database.transaction() as session:
        await announce(session)
        await session.rollback()
    # PostgreSQL tells in the order of commits: what is heard next is the other one.
    async with asyncio.timeout(5):
        async with database.transaction() as session:
            await announce(session)
        await heard.get()
    assert heard.empty()
