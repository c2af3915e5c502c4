"""An outside act is intended before it is done, settled after it, and belongs to one attempt at a time."""

import asyncio

import pytest

from store.attempts import Attempt
from store.database import Database
from store.effects import Before, Effects
from store.tables import Effect, EffectState
from store.vault import Vault
from tests.factories import connect
from tests.store.inbox import record, stage_change

KEY = "note/opportunity-1/request-1-sent"
FIRST, SECOND = Attempt(1, 1), Attempt(1, 2)


@pytest.fixture
async def connection_id(database: Database, vault: Vault) -> int:
    """A connection with the delivery that the attempts belong to."""
    connected = await connect(database, vault)
    await record(database, stage_change(connected))
    return connected.connection.id


async def _intend(database: Database, connection_id: int, attempt: Attempt, key: str = KEY) -> Before | None:
    async with database.transaction() as session:
        return await Effects(session).intend(connection_id, key, attempt)


async def _settle(
    database: Database, connection_id: int, attempt: Attempt, state: EffectState, result: str | None = None
) -> bool:
    async with database.transaction() as session:
        return await Effects(session).settle(
            connection_id, KEY, attempt, state, result=result, detail="Lever, POST notes: time-out."
        )


async def _row(database: Database) -> Effect:
    async with database.transaction() as session:
        found = await session.get(Effect, 1)
    assert found is not None
    return found


async def test_nobody_has_intended_a_new_effect(database: Database, connection_id: int) -> None:
    assert await _intend(database, connection_id, FIRST) is None
    kept = await _row(database)
    assert (kept.state, kept.attempt_token, kept.delivery_id) == (EffectState.INTENDED, FIRST.token, 1)


async def test_after_a_crash_the_next_attempt_finds_it_intended(
    database: Database, connection_id: int
) -> None:
    await _intend(database, connection_id, FIRST)
    assert await _intend(database, connection_id, SECOND) == Before(EffectState.INTENDED, None)
    assert (await _row(database)).attempt_token == SECOND.token


@pytest.mark.parametrize("state", [EffectState.REFUSED, EffectState.UNKNOWN])
async def test_what_was_not_done_for_sure_is_intended_again(
    database: Database, connection_id: int, state: EffectState
) -> None:
    await _intend(database, connection_id, FIRST)
    await _settle(database, connection_id, FIRST, state)
    assert await _intend(database, connection_id, SECOND) == Before(state, None)
    kept = await _row(database)
    assert (kept.state, kept.attempt_token) == (EffectState.INTENDED, SECOND.token)


async def test_what_was_done_stays_done_with_its_result(database: Database, connection_id: int) -> None:
    await _intend(database, connection_id, FIRST)
    await _settle(database, connection_id, FIRST, EffectState.DONE, result="note-1")
    assert await _intend(database, connection_id, SECOND) == Before(EffectState.DONE, "note-1")
    kept = await _row(database)
    assert (kept.state, kept.attempt_token) == (EffectState.DONE, FIRST.token)
    assert not await _settle(database, connection_id, SECOND, EffectState.REFUSED)


async def test_the_same_attempt_may_look_again_within_its_run(database: Database, connection_id: int) -> None:
    await _intend(database, connection_id, FIRST)
    await _settle(database, connection_id, FIRST, EffectState.UNKNOWN)
    assert await _intend(database, connection_id, FIRST) == Before(EffectState.UNKNOWN, None)
    assert await _settle(database, connection_id, FIRST, EffectState.DONE, result="note-1")
    assert (await _row(database)).result == "note-1"


async def test_an_old_attempt_cannot_settle_what_a_newer_one_took_over(
    database: Database, connection_id: int
) -> None:
    await _intend(database, connection_id, FIRST)
    await _intend(database, connection_id, SECOND)
    assert not await _settle(database, connection_id, FIRST, EffectState.DONE, result="note-1")
    kept = await _row(database)
    assert (kept.state, kept.result, kept.detail) == (EffectState.INTENDED, None, None)
    assert await _settle(database, connection_id, SECOND, EffectState.DONE, result="note-2")
    assert (await _row(database)).result == "note-2"


async def test_nothing_is_settled_that_was_not_intended(database: Database, connection_id: int) -> None:
    assert not await _settle(database, connection_id, FIRST, EffectState.DONE)


async def test_of_many_at_once_one_is_first_and_all_others_know_it(
    database: Database, connection_id: int
) -> None:
    attempts = [Attempt(1, number) for number in range(1, 11)]
    before = await asyncio.gather(*(_intend(database, connection_id, attempt) for attempt in attempts))
    assert before.count(None) == 1
    assert before.count(Before(EffectState.INTENDED, None)) == 9


async def test_the_same_key_of_another_connection_is_another_effect(
    database: Database, vault: Vault, connection_id: int
) -> None:
    other = await connect(database, vault)
    assert await _intend(database, connection_id, FIRST) is None
    assert await _intend(database, other.connection.id, FIRST) is None
