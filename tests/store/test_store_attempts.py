"""The right to act: taken up once, held by one attempt, and lost to the next one for good."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store.attempts import Attempt, Attempts
from store.database import Database
from store.deliveries import Deliveries
from store.tables import DeliveryState
from store.vault import Vault
from tests.factories import connect
from tests.store.inbox import (
    LATER,
    claim,
    finish,
    next_attempt,
    put_off,
    record,
    row,
    running,
    stage_change,
    take_up,
)


async def _is_current(database: Database, attempt: Attempt) -> bool:
    async with database.transaction() as session:
        return await Attempts(session).is_current(attempt)


async def test_an_attempt_is_taken_up_once_however_many_runs_try(database: Database, vault: Vault) -> None:
    await record(database, stage_change(await connect(database, vault)))
    (attempt,) = await claim(database)
    taken = await asyncio.gather(*(take_up(database, attempt) for _ in range(10)))
    assert sum(taken) == 1
    assert (await row(database, 1)).state is DeliveryState.RUNNING


async def test_what_was_not_dispatched_is_not_taken_up(database: Database, vault: Vault) -> None:
    await record(database, stage_change(await connect(database, vault)))
    assert not await take_up(database, Attempt(1, 0))
    assert not await take_up(database, Attempt(1, 1))
    assert not await take_up(database, Attempt(2, 1))


async def test_a_finished_delivery_keeps_what_came_of_it(database: Database, vault: Vault) -> None:
    attempt = await running(database, stage_change(await connect(database, vault)))
    assert await finish(database, attempt, DeliveryState.DONE, "Reference request rq-1 sent.")
    kept = await row(database, 1)
    assert (kept.state, kept.outcome) == (DeliveryState.DONE, "Reference request rq-1 sent.")
    assert kept.finished_at is not None
    assert not await take_up(database, attempt)
    assert not await finish(database, attempt)
    assert not await put_off(database, attempt, LATER)


async def test_an_attempt_put_off_is_followed_by_the_next_number_at_its_time(
    database: Database, vault: Vault
) -> None:
    attempt = await running(database, stage_change(await connect(database, vault)))
    async with database.transaction() as session:
        await Deliveries(session).note_run(attempt, "run-1")
    until = datetime.now(UTC) + timedelta(minutes=5)
    assert await put_off(database, attempt, until)
    kept = await row(database, 1)
    assert (kept.state, kept.next_attempt_at, kept.flow_run_id) == (DeliveryState.WAITING, until, "run-1")
    assert kept.outcome == "Trying again: Lever is busy."
    assert await claim(database) == []


async def test_attempts_are_numbered_on_and_the_first_ones_time_is_kept(
    database: Database, vault: Vault
) -> None:
    attempt = await running(database, stage_change(await connect(database, vault)))
    began = (await row(database, 1)).first_attempt_at
    for number in (2, 3):
        attempt = await next_attempt(database, attempt)
        assert attempt.number == number
        assert await take_up(database, attempt)
    assert (await row(database, 1)).first_attempt_at == began


async def test_a_superseded_attempt_can_do_nothing_any_more(database: Database, vault: Vault) -> None:
    old = await running(database, stage_change(await connect(database, vault)))
    new = await next_attempt(database, old)
    for _ in range(2):
        assert not await take_up(database, old)
        assert not await finish(database, old)
        assert not await put_off(database, old, LATER)
        assert not await _is_current(database, old)
        await take_up(database, new)
    assert (await row(database, 1)).state is DeliveryState.RUNNING


async def test_the_run_of_a_superseded_attempt_is_not_noted(database: Database, vault: Vault) -> None:
    old = await running(database, stage_change(await connect(database, vault)))
    await next_attempt(database, old)
    async with database.transaction() as session:
        await Deliveries(session).note_run(old, "run-of-the-old-one")
    assert (await row(database, 1)).flow_run_id is None


async def test_an_attempt_is_current_from_taking_up_to_putting_down(database: Database, vault: Vault) -> None:
    await record(database, stage_change(await connect(database, vault)))
    (attempt,) = await claim(database)
    assert not await _is_current(database, attempt)
    await take_up(database, attempt)
    assert await _is_current(database, attempt)
    await finish(database, attempt)
    assert not await _is_current(database, attempt)


async def test_nobody_supersedes_an_attempt_between_its_check_and_its_commit(
    database: Database, vault: Vault
) -> None:
    attempt = await running(database, stage_change(await connect(database, vault)))
    lock = text("SELECT id FROM delivery WHERE id = 1 FOR NO KEY UPDATE NOWAIT")
    async with database.transaction() as acting:
        assert await Attempts(acting).is_current(attempt)
        with pytest.raises(DBAPIError, match="could not obtain lock"):
            async with database.transaction() as superseding:
                await superseding.execute(lock)
    async with database.transaction() as superseding:
        assert await superseding.scalar(lock) == 1


async def test_one_that_gets_on_counts_its_failing_anew(database: Database, vault: Vault) -> None:
    attempt = await running(database, stage_change(await connect(database, vault)))
    began = (await row(database, attempt.delivery_id)).first_attempt_at
    async with database.transaction() as session:
        assert await Attempts(session).count_anew(attempt)
    anew = (await row(database, attempt.delivery_id)).first_attempt_at
    assert began is not None
    assert anew is not None
    assert anew > began
    async with database.transaction() as session:
        assert not await Attempts(session).count_anew(Attempt(attempt.delivery_id, attempt.number - 1))
    assert (await row(database, attempt.delivery_id)).first_attempt_at == anew
