"""After an unknown outcome acts are held back until a read that began later has succeeded, and longer each time."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from store.circuit_breaker import LONGEST_HOLD, CircuitBreaker, Tripped, hold_after
from store.database import Database
from store.tables import Vendor, VendorHealth
from store.vault import Vault
from tests.factories import connect

NO_TIME = timedelta(0)


@pytest.fixture
async def connection_id(database: Database, vault: Vault) -> int:
    return (await connect(database, vault)).connection.id


async def tripped(database: Database, connection_id: int, vendor: Vendor = Vendor.CROSSCHQ) -> Tripped | None:
    async with database.transaction() as session:
        return await CircuitBreaker(session, connection_id, vendor).tripped()


async def trip(database: Database, connection_id: int) -> Tripped:
    async with database.transaction() as session:
        await CircuitBreaker(session, connection_id, Vendor.CROSSCHQ).trip()
    found = await tripped(database, connection_id)
    assert found
    return found


async def reset(database: Database, connection_id: int, seen: Tripped) -> None:
    async with database.transaction() as session:
        await CircuitBreaker(session, connection_id, Vendor.CROSSCHQ).reset(seen)


async def test_one_unknown_outcome_holds_back_one_vendor_of_one_connection(
    database: Database, vault: Vault, connection_id: int
) -> None:
    other = (await connect(database, vault)).connection.id
    assert await tripped(database, connection_id) is None
    seen = await trip(database, connection_id)
    assert seen.held_for <= NO_TIME, "a read may be tried at once"
    assert await tripped(database, connection_id, Vendor.LEVER) is None
    assert await tripped(database, other) is None
    await reset(database, connection_id, seen)
    assert await tripped(database, connection_id) is None


async def test_a_read_that_began_before_another_outcome_was_unknown_frees_nothing(
    database: Database, connection_id: int
) -> None:
    before_the_read = await trip(database, connection_id)
    newer = await trip(database, connection_id)
    await reset(database, connection_id, before_the_read)
    assert await tripped(database, connection_id) is not None
    await reset(database, connection_id, newer)
    assert await tripped(database, connection_id) is None


async def test_acts_under_way_together_count_once_and_those_after_a_read_again(
    database: Database, connection_id: int
) -> None:
    for _ in range(6):
        seen = await trip(database, connection_id)
    assert seen.held_for <= NO_TIME
    await reset(database, connection_id, seen)
    again = await trip(database, connection_id)
    assert again.held_for > timedelta(seconds=5)


async def test_a_confirmed_act_makes_the_next_unknown_outcome_a_first_one(
    database: Database, connection_id: int
) -> None:
    await reset(database, connection_id, await trip(database, connection_id))
    async with database.transaction() as session:
        await CircuitBreaker(session, connection_id, Vendor.CROSSCHQ).note_success()
    assert (await trip(database, connection_id)).held_for <= NO_TIME


async def test_one_that_was_under_way_and_is_confirmed_frees_nothing(
    database: Database, connection_id: int
) -> None:
    await trip(database, connection_id)
    async with database.transaction() as session:
        await CircuitBreaker(session, connection_id, Vendor.CROSSCHQ).note_success()
    assert await tripped(database, connection_id) is not None


async def test_a_vendor_that_fails_now_and_then_is_never_held_back_for_long(
    database: Database, connection_id: int
) -> None:
    for _ in range(5):
        seen = await trip(database, connection_id)
        async with database.transaction() as session:
            await CircuitBreaker(session, connection_id, Vendor.CROSSCHQ).note_success()
        mixed = await tripped(database, connection_id)
        assert mixed, "what is held back stays so until a read"
        assert mixed.since == seen.since
        assert mixed.held_for <= NO_TIME
        await reset(database, connection_id, mixed)


async def test_a_hold_passes(database: Database, connection_id: int) -> None:
    await reset(database, connection_id, await trip(database, connection_id))
    await trip(database, connection_id)
    async with database.transaction() as session:
        earlier = VendorHealth.unconfirmed_since - timedelta(minutes=1)
        await session.execute(update(VendorHealth).values(unconfirmed_since=earlier))
    found = await tripped(database, connection_id)
    assert found
    assert found.held_for <= NO_TIME


def test_a_hold_grows_to_its_limit_and_no_further() -> None:
    holds = [hold_after(number) for number in range(40)]
    assert holds[:5] == [NO_TIME, NO_TIME, *(timedelta(seconds=each) for each in (10, 30, 90))]
    assert holds == sorted(holds)
    assert holds[-1] == LONGEST_HOLD


@pytest.mark.parametrize("is_first", [True, False], ids=["no row yet", "a row"])
async def test_whoever_trips_it_waits_for_an_act_that_is_just_being_intended(
    database: Database, connection_id: int, is_first: bool
) -> None:
    if not is_first:
        await tripped(database, connection_id)
    async with database.transaction() as session:
        assert await CircuitBreaker(session, connection_id, Vendor.CROSSCHQ).tripped() is None
        tripping = asyncio.ensure_future(trip(database, connection_id))
        while not await _somebody_waits(database):
            assert not tripping.done()
    await tripping
    assert await tripped(database, connection_id) is not None


async def _somebody_waits(database: Database) -> bool:
    async with database.transaction() as session:
        found = text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return (await session.execute(found)).first() is not None
