"""The runs that wait in Prefect: each follow-up has one that counts, whatever crashed, was lost or came twice."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from store.database import Database
from store.outcome_tables import FollowUp
from store.vault import Vault
from store.wake_ups import WakeUps
from tests.factories import Connected, connect
from tests.store.inbox import LATER
from tests.store.waits import (
    arm,
    begin,
    end,
    get,
    hand_over,
    make_due,
    note_run,
    overdue,
    reschedule,
    unarmed,
    void_runs,
)

Change = Callable[[Database, int], Awaitable[object]]

SOON = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
async def connected(database: Database, vault: Vault) -> Connected:
    return await connect(database, vault)


async def test_a_new_follow_up_wants_a_run_until_one_is_noted(
    database: Database, connected: Connected
) -> None:
    waiting = await begin(database, connected)
    (wake_up,) = await unarmed(database)
    assert (wake_up.follow_up_id, wake_up.generation, wake_up.due_at) == (waiting.id, 1, LATER)
    assert (wake_up.opportunity_id, wake_up.connection_id) == ("opportunity-1", connected.connection.id)
    assert await note_run(database, wake_up, "run-1")
    assert await unarmed(database) == []
    noted = await get(database, waiting.id)
    assert (noted.flow_run_id, noted.seen_at is not None) == ("run-1", True)


async def test_a_crash_between_an_order_and_its_record_repeats_the_same_order(
    database: Database, connected: Connected
) -> None:
    await begin(database, connected)
    (before,) = await unarmed(database)
    (after,) = await unarmed(database)
    assert before.token == after.token == "followup:1:1:0"


async def test_two_that_order_the_same_run_note_it_both(database: Database, connected: Connected) -> None:
    await begin(database, connected)
    (wake_up,) = await unarmed(database)
    for _ in range(2):
        assert await note_run(database, wake_up, "run-1")
    assert await void_runs(database) == {}


async def test_no_more_are_given_than_asked_for_and_the_oldest_first(
    database: Database, connected: Connected
) -> None:
    for number in range(4):
        await begin(database, connected, f"opportunity-{number}")
    assert [one.follow_up_id for one in await unarmed(database, limit=2)] == [1, 2]


async def test_each_generation_has_an_order_of_its_own(database: Database, connected: Connected) -> None:
    waiting = await begin(database, connected)
    first = await arm(database)
    await reschedule(database, waiting.id, SOON)
    second = await arm(database, "run-2")
    assert first.token != second.token
    assert second.due_at == SOON


async def test_a_run_ordered_for_an_older_generation_is_void(
    database: Database, connected: Connected
) -> None:
    waiting = await begin(database, connected)
    (wake_up,) = await unarmed(database)
    await reschedule(database, waiting.id, SOON)
    assert not await note_run(database, wake_up, "run-1")
    assert await void_runs(database) == {waiting.id: ["run-1"]}
    assert (await get(database, waiting.id)).flow_run_id is None


@pytest.mark.parametrize("change", [end, hand_over])
async def test_a_run_ordered_for_what_waits_no_more_is_void(
    database: Database, connected: Connected, change: Change
) -> None:
    waiting = await begin(database, connected)
    await make_due(database, waiting.id)
    (wake_up,) = await unarmed(database)
    await change(database, waiting.id)
    assert await unarmed(database) == []
    assert not await note_run(database, wake_up, "run-1")
    assert await void_runs(database) == {waiting.id: ["run-1"]}


async def test_void_runs_of_many_generations_are_collected_and_forgotten_one_by_one(
    database: Database, connected: Connected
) -> None:
    waiting = await begin(database, connected)
    for number in range(1, 4):
        await arm(database, f"run-{number}")
        await reschedule(database, waiting.id, SOON)
    assert await void_runs(database) == {waiting.id: ["run-1", "run-2", "run-3"]}
    await forget(database, waiting.id, "run-2")
    assert await void_runs(database) == {waiting.id: ["run-1", "run-3"]}
    for flow_run_id in ("run-1", "run-3", "run-3"):
        await forget(database, waiting.id, flow_run_id)
    assert await void_runs(database) == {}


async def test_a_lost_run_is_ordered_anew_under_another_key_for_the_same_time(
    database: Database, connected: Connected
) -> None:
    waiting = await begin(database, connected)
    first = await arm(database, "run-1")
    await disarm(database, await get(database, waiting.id))
    (second,) = await unarmed(database)
    assert (second.token, second.due_at) == ("followup:1:1:1", first.due_at)
    assert await note_run(database, second, "run-2")
    assert await void_runs(database) == {}


async def test_a_late_record_of_a_lost_run_does_not_take_the_place_of_the_new_one(
    database: Database, connected: Connected
) -> None:
    waiting = await begin(database, connected)
    first = await arm(database, "run-1")
    await disarm(database, await get(database, waiting.id))
    await arm(database, "run-2")
    assert not await note_run(database, first, "run-1")
    assert (await get(database, waiting.id)).flow_run_id == "run-2"
    assert await void_runs(database) == {waiting.id: ["run-1"]}


async def test_a_run_that_was_found_lost_while_another_was_noted_changes_nothing(
    database: Database, connected: Connected
) -> None:
    waiting = await begin(database, connected)
    await arm(database, "run-1")
    seen = await get(database, waiting.id)
    await reschedule(database, waiting.id, SOON)
    await arm(database, "run-2")
    await disarm(database, seen)
    kept = await get(database, waiting.id)
    assert (kept.flow_run_id, kept.armed) == ("run-2", 0)


async def test_overdue_is_what_nobody_has_taken_up_within_the_grace_the_longest_first(
    database: Database, connected: Connected
) -> None:
    for number, minutes in enumerate((1, 30, 60, 90, 120), start=1):
        waiting = await begin(database, connected, f"opportunity-{number}")
        await make_due(database, waiting.id, ago=timedelta(minutes=minutes))
    await begin(database, connected, "opportunity-6")
    await hand_over(database, 4)
    await end(database, 5)
    grace = timedelta(minutes=10)
    assert await overdue(database, grace) == [3, 2]
    assert await overdue(database, grace, limit=1) == [3]
    async with database.transaction() as session:
        assert await WakeUps(session).count_due() == 3


async def test_the_run_that_was_not_looked_at_for_longest_is_looked_at_first(
    database: Database, connected: Connected
) -> None:
    for number in range(1, 5):
        await begin(database, connected, f"opportunity-{number}")
        if number != 4:
            await arm(database, f"run-{number}")
    assert await longest_unseen(database, 2) == [1, 2]
    async with database.transaction() as session:
        await WakeUps(session).note_seen([1, 2])
    assert (await longest_unseen(database, 9))[0] == 3
    await end(database, 3)
    assert sorted(await longest_unseen(database, 9)) == [1, 2]


async def test_a_cancelled_run_says_which_follow_up_waited_for_it(
    database: Database, connected: Connected
) -> None:
    for number in range(1, 4):
        await begin(database, connected, f"opportunity-{number}")
        await arm(database, f"run-{number}")
    await reschedule(database, 2, SOON)
    await end(database, 3)
    async with database.transaction() as session:
        found = await WakeUps(session).waiting_for(["run-1", "run-2", "run-3", "run-4"])
        assert [one.id for one in found] == [1]
        assert await WakeUps(session).waiting_for([]) == []


async def forget(database: Database, follow_up_id: int, flow_run_id: str) -> None:
    async with database.transaction() as session:
        await WakeUps(session).forget_void_run(follow_up_id, flow_run_id)


async def disarm(database: Database, follow_up: FollowUp) -> None:
    async with database.transaction() as session:
        await WakeUps(session).disarm(follow_up)


async def longest_unseen(database: Database, limit: int) -> list[int]:
    async with database.transaction() as session:
        return [row.id for row in await WakeUps(session).longest_unseen(limit)]
