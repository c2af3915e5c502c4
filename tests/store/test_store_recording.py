"""What the edge records: everything once, whatever is sent twice."""

import asyncio
from dataclasses import replace

import pytest

from store.database import Database
from store.deliveries import Deliveries, Recorded
from store.tables import DeliveryState
from store.vault import Vault
from tests.factories import connect
from tests.store.inbox import (
    claim,
    claim_ids,
    finish,
    next_attempt,
    record,
    row,
    running,
    stage_change,
    take_up,
)


async def test_a_new_delivery_waits_and_is_due_at_once(database: Database, vault: Vault) -> None:
    new = stage_change(await connect(database, vault))
    assert await record(database, new) is Recorded.NEW
    kept = await row(database, 1)
    assert (kept.state, kept.attempt, kept.outcome) == (DeliveryState.WAITING, 0, None)
    assert (kept.subject, kept.body, kept.finished_at) == ("opportunity:opportunity-1", b"sealed", None)
    assert await claim_ids(database) == [1]


async def test_what_needs_no_run_is_kept_with_its_reason(database: Database, vault: Vault) -> None:
    new = stage_change(await connect(database, vault), outcome="Ignored: stage 'x' is not a trigger stage.")
    assert await record(database, new) is Recorded.NEW
    kept = await row(database, 1)
    assert (kept.state, kept.outcome) == (DeliveryState.IGNORED, new.outcome)
    assert kept.finished_at is not None
    assert await claim_ids(database) == []


async def test_the_same_delivery_again_is_a_repeat_at_every_step(database: Database, vault: Vault) -> None:
    new = stage_change(await connect(database, vault))
    await record(database, new)
    assert await record(database, new) is Recorded.REPEAT
    (attempt,) = await claim(database)
    assert await record(database, new) is Recorded.REPEAT
    await take_up(database, attempt)
    assert await record(database, new) is Recorded.REPEAT
    await finish(database, attempt)
    assert await record(database, new) is Recorded.REPEAT
    assert (await row(database, 1)).state is DeliveryState.DONE


async def test_many_copies_at_once_are_one_delivery(database: Database, vault: Vault) -> None:
    new = stage_change(await connect(database, vault))
    answers = await asyncio.gather(*(record(database, new) for _ in range(12)))
    assert sorted(answer.name for answer in answers) == ["NEW"] + ["REPEAT"] * 11
    # Which of them it was says nothing: those that come second use up numbers, too.
    assert len(await claim_ids(database)) == 1


@pytest.mark.parametrize("state", [DeliveryState.DONE, DeliveryState.DEAD])
async def test_the_same_key_with_another_body_is_an_alarm_and_changes_nothing(
    database: Database, vault: Vault, state: DeliveryState
) -> None:
    new = stage_change(await connect(database, vault))
    await finish(database, await running(database, new), state)
    assert await record(database, replace(new, body=b"x", body_sha256="f" * 64)) is Recorded.ANOTHER_BODY
    kept = await row(database, 1)
    assert (kept.state, kept.body) == (state, b"sealed")


async def test_a_rerun_of_what_was_given_up_starts_anew(database: Database, vault: Vault) -> None:
    new = stage_change(await connect(database, vault))
    attempt = await next_attempt(database, await running(database, new))
    await take_up(database, attempt)
    await finish(database, attempt, DeliveryState.DEAD, "Given up.")
    assert await record(database, new) is Recorded.QUEUED_AGAIN
    kept = await row(database, 1)
    assert (kept.state, kept.first_attempt_at, kept.finished_at) == (DeliveryState.WAITING, None, None)
    assert [again.number for again in await claim(database)] == [3]


async def test_the_dead_attempt_cannot_finish_the_rerun(database: Database, vault: Vault) -> None:
    new = stage_change(await connect(database, vault))
    dead = await running(database, new)
    await finish(database, dead, DeliveryState.DEAD)
    await record(database, new)
    (again,) = await claim(database)
    assert not await finish(database, dead)
    assert not await take_up(database, dead)
    assert await take_up(database, again)


async def test_a_rerun_of_what_was_ignored_stays_ignored(database: Database, vault: Vault) -> None:
    new = stage_change(await connect(database, vault), outcome="Ignored: not a trigger stage.")
    await record(database, new)
    assert await record(database, new) is Recorded.REPEAT
    assert (await row(database, 1)).state is DeliveryState.IGNORED


async def test_deliveries_are_counted_by_state_and_listed_newest_first(
    database: Database, vault: Vault
) -> None:
    connected = await connect(database, vault)
    await record(database, stage_change(connected, "a"))
    await record(database, stage_change(connected, "b"))
    await record(database, stage_change(connected, "c", outcome="Ignored."))
    async with database.transaction() as session:
        counts = await Deliveries(session).count_by_state()
        newest = await Deliveries(session).newest(2)
    assert counts == {DeliveryState.WAITING: 2}
    assert [delivery.id for delivery in newest] == [3, 2]
