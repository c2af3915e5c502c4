"""When a follow-up comes into the inbox: once for each generation, when it is due, and no more once it was changed."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from hiring.follow_ups import FollowUpState, spread
from hiring.outcomes import Outcome
from store.attempts import Attempt
from store.claiming import claim
from store.database import Database
from store.due_follow_ups import FOLLOW_UP_EVENT, DueFollowUps, TimeHasCome
from store.follow_ups import FollowUps, facts_of
from store.outcome_tables import FollowUp
from store.tables import Delivery, DeliveryState, ReferenceRequest
from store.vault import Vault
from store.wake_ups import WakeUps
from tests.factories import Connected, connect
from tests.store.inbox import LATER, claim_ids, finish, row, running, stage_change, take_up
from tests.store.waits import (
    REPORTED,
    arm,
    begin,
    end,
    get,
    hand_over,
    make_due,
    overdue,
    reschedule,
    void_runs,
)
from tools.bench.waiting import Waiting

SOON = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
async def connected(database: Database, vault: Vault) -> Connected:
    return await connect(database, vault)


async def test_a_follow_up_begins_once_for_each_request(database: Database, connected: Connected) -> None:
    begun = await begin(database, connected)
    async with database.transaction() as session:
        request = await session.get_one(ReferenceRequest, begun.request_id)
        await FollowUps(session).begin(request, REPORTED, SOON)
        assert [one.due_at for one in await FollowUps(session).next_due(10)] == [LATER]
    assert (begun.state, begun.generation, begun.reported_at) == (FollowUpState.WAITING, 1, REPORTED)


async def test_of_500_that_wait_exactly_the_due_ones_are_handed_over(
    database: Database, connected: Connected
) -> None:
    async with database.transaction() as session:
        await Waiting(session).add(connected.connection.id, 500, armed=True)
    due = set(range(3, 500, 7))
    for one in due:
        await make_due(database, one)
    handed = {one for one in range(1, 501) if isinstance(await hand_over(database, one), Delivery)}
    assert handed == due
    async with database.transaction() as session:
        keys = set(await session.scalars(select(Delivery.replay_key)))
    assert keys == {f"followup:{one}:1" for one in due}
    assert await overdue(database) == []


async def test_what_is_handed_over_is_a_delivery_like_others(
    database: Database, connected: Connected
) -> None:
    waiting = await begin(database, connected, "opportunity-7")
    await make_due(database, waiting.id)
    handed = await hand_over(database, waiting.id)
    assert isinstance(handed, Delivery)
    assert (handed.event, handed.subject, handed.origin) == (
        FOLLOW_UP_EVENT,
        "opportunity:opportunity-7",
        "follow-up",
    )
    assert (handed.state, handed.opportunity_id, handed.body) == (
        DeliveryState.WAITING,
        "opportunity-7",
        None,
    )
    assert (await get(database, waiting.id)).delivery_id == handed.id
    assert await claim_ids(database) == [handed.id]


async def test_before_its_time_nothing_comes_into_the_inbox(database: Database, connected: Connected) -> None:
    waiting = await begin(database, connected)
    assert await hand_over(database, waiting.id) is TimeHasCome.NOT_YET
    assert await claim_ids(database) == []


async def test_one_that_does_not_exist_is_no_more(database: Database, connected: Connected) -> None:
    assert await hand_over(database, 404) is TimeHasCome.NO_MORE


async def test_a_generation_is_handed_over_once(database: Database, connected: Connected) -> None:
    waiting = await begin(database, connected)
    await make_due(database, waiting.id)
    assert isinstance(await hand_over(database, waiting.id), Delivery)
    assert await hand_over(database, waiting.id) is TimeHasCome.NO_MORE


async def test_a_run_and_the_sweeps_at_the_same_moment_hand_a_generation_over_once(
    database: Database, connected: Connected
) -> None:
    waiting = await begin(database, connected)
    await arm(database)
    await make_due(database, waiting.id)
    by = [None, "run-1", "run-2"] * 4
    came = await asyncio.gather(*(hand_over(database, waiting.id, by_run=one) for one in by))
    assert sum(isinstance(one, Delivery) for one in came) == 1
    assert sum(one is TimeHasCome.NO_MORE for one in came) == len(by) - 1
    assert len(await claim_ids(database)) == 1


async def test_the_next_generation_is_handed_over_again(database: Database, connected: Connected) -> None:
    waiting = await begin(database, connected)
    for generation in (1, 2):
        await make_due(database, waiting.id)
        handed = await hand_over(database, waiting.id, generation)
        assert isinstance(handed, Delivery)
        assert handed.replay_key == f"followup:{waiting.id}:{generation}"
        await reschedule(database, waiting.id, LATER, FollowUpState.ASKED)
        assert await hand_over(database, waiting.id, generation + 1) is TimeHasCome.NOT_YET


async def test_scheduled_anew_the_run_of_the_generation_before_is_void(
    database: Database, connected: Connected
) -> None:
    waiting = await begin(database, connected)
    await arm(database, "run-1")
    await make_due(database, waiting.id)
    await reschedule(database, waiting.id, SOON)
    assert await hand_over(database, waiting.id, 1, by_run="run-1") is TimeHasCome.NO_MORE
    changed = await get(database, waiting.id)
    assert (changed.generation, changed.due_at, changed.flow_run_id) == (2, SOON, None)
    assert await void_runs(database) == {waiting.id: ["run-1"]}


async def test_an_ended_one_is_not_handed_over_and_its_run_is_void(
    database: Database, connected: Connected
) -> None:
    waiting = await begin(database, connected)
    await arm(database, "run-1")
    await make_due(database, waiting.id)
    await end(database, waiting.id, "Hired in Lever.")
    assert await hand_over(database, waiting.id, by_run="run-1") is TimeHasCome.NO_MORE
    ended = await get(database, waiting.id)
    assert (ended.ended_because, ended.ended_at is not None) == ("Hired in Lever.", True)
    assert await void_runs(database) == {waiting.id: ["run-1"]}


async def test_an_ended_one_can_be_scheduled_anew(database: Database, connected: Connected) -> None:
    waiting = await begin(database, connected)
    await end(database, waiting.id)
    await reschedule(database, waiting.id, LATER)
    await make_due(database, waiting.id)
    again = await get(database, waiting.id)
    assert (again.state, again.ended_because, again.ended_at) == (FollowUpState.WAITING, None, None)
    assert isinstance(await hand_over(database, waiting.id, 2), Delivery)


async def test_the_run_that_hands_its_follow_up_over_is_not_void(
    database: Database, connected: Connected
) -> None:
    waiting = await begin(database, connected)
    await arm(database, "run-1")
    await make_due(database, waiting.id)
    await hand_over(database, waiting.id, by_run="run-1")
    assert await void_runs(database) == {}


@pytest.mark.parametrize("by_run", [None, "somebody's own run"])
async def test_the_run_that_waits_is_void_once_another_was_quicker(
    database: Database, connected: Connected, by_run: str | None
) -> None:
    waiting = await begin(database, connected)
    await arm(database, "run-1")
    await make_due(database, waiting.id)
    await hand_over(database, waiting.id, by_run=by_run)
    assert await void_runs(database) == {waiting.id: ["run-1"]}


async def test_after_an_outage_each_begins_at_the_time_it_was_given(
    database: Database, connected: Connected
) -> None:
    for number, begin_at in enumerate([None, LATER, None], start=1):
        waiting = await begin(database, connected, f"opportunity-{number}")
        await make_due(database, waiting.id, ago=timedelta(days=1))
        async with database.transaction() as session:
            await DueFollowUps(session).hand_over(waiting.id, 1, not_before=begin_at)
    assert await claim_ids(database) == [1, 3]
    assert (await row(database, 2)).next_attempt_at == LATER


async def test_many_that_an_outage_held_up_do_not_begin_at_the_same_moment(
    database: Database, connected: Connected
) -> None:
    async with database.transaction() as session:
        await Waiting(session).add(connected.connection.id, 100)
        await session.execute(update(FollowUp).values(due_at=func.now() - timedelta(hours=2)))
    async with database.transaction() as session:
        now, many = datetime.now(UTC), await WakeUps(session).count_due()
        for number, waiting in enumerate(await WakeUps(session).overdue(timedelta(0), 1000)):
            begin_at = spread(waiting.due_at, many, now, dice=number / many)
            await DueFollowUps(session).hand_over(waiting.id, 1, not_before=begin_at)
    assert len(await claim_ids(database)) < 20
    async with database.transaction() as session:
        last = (await session.scalars(select(func.max(Delivery.next_attempt_at)))).one()
    assert timedelta(seconds=90) < last - now <= timedelta(seconds=100)


async def test_a_follow_up_waits_its_turn_behind_what_is_in_hand_about_the_opportunity(
    database: Database, connected: Connected
) -> None:
    moved = await running(database, stage_change(connected))
    waiting = await begin(database, connected)
    await make_due(database, waiting.id)
    handed = await hand_over(database, waiting.id)
    assert isinstance(handed, Delivery)
    async with database.transaction() as session:
        assert await claim(session, handed.id) is None
    await finish(database, moved)
    assert await claim_ids(database) == [handed.id]


async def test_an_attempt_finds_its_follow_up_until_somebody_changes_it(
    database: Database, connected: Connected
) -> None:
    attempt = await at_work(database, connected)
    assert await of_attempt(database, attempt) == 1
    await reschedule(database, 1, LATER)
    assert await of_attempt(database, attempt) is None


async def test_an_attempt_does_not_find_a_follow_up_that_was_ended(
    database: Database, connected: Connected
) -> None:
    attempt = await at_work(database, connected)
    await end(database, 1)
    assert await of_attempt(database, attempt) is None


async def test_only_those_whose_delivery_was_given_up_are_abandoned(
    database: Database, connected: Connected
) -> None:
    for number, state in enumerate((DeliveryState.DEAD, DeliveryState.DONE, None), start=1):
        attempt = await at_work(database, connected, f"opportunity-{number}")
        if state:
            assert await finish(database, attempt, state, "Given up.")
    async with database.transaction() as session:
        assert [one.id for one in await DueFollowUps(session).abandoned()] == [1]
    await end(database, 1)
    async with database.transaction() as session:
        assert await DueFollowUps(session).abandoned() == []


async def test_open_ones_are_found_by_opportunity_and_connection(database: Database, vault: Vault) -> None:
    one, other = await connect(database, vault), await connect(database, vault)
    await begin(database, one)
    await begin(database, one)
    await begin(database, one, "opportunity-2")
    await begin(database, other)
    await end(database, 1)
    async with database.transaction() as session:
        follow_ups = FollowUps(session)
        assert [found.id for found in await follow_ups.open_of(one.connection.id, "opportunity-1")] == [2]
        latest = await follow_ups.latest_of(one.connection.id, "opportunity-1")
        assert latest is not None
        assert latest.id == 2
        assert await follow_ups.latest_of(other.connection.id, "opportunity-2") is None


async def test_the_next_due_comes_first_and_the_newest_ended(
    database: Database, connected: Connected
) -> None:
    for number in range(1, 6):
        waiting = await begin(database, connected, f"opportunity-{number}")
        await make_due(database, waiting.id, ago=timedelta(hours=number))
    for number in (4, 2):
        await end(database, number)
    async with database.transaction() as session:
        follow_ups = FollowUps(session)
        assert [one.id for one in await follow_ups.next_due(2)] == [5, 3]
        assert [one.id for one in await follow_ups.newest_ended(2)] == [2, 4]


async def test_an_answer_is_kept_and_taken_back(database: Database, connected: Connected) -> None:
    waiting = await begin(database, connected)
    hired_on, at = REPORTED.date(), REPORTED + timedelta(days=15)
    for outcome, day, when in ((Outcome.HIRED, hired_on, at), (None, None, None)):
        async with database.transaction() as session:
            found = await FollowUps(session).find(waiting.id)
            assert found is not None
            await FollowUps(session).note_answer(found, outcome, day, when)
        answer = facts_of(await get(database, waiting.id)).answer
        assert (answer and (answer.outcome, answer.hired_on, answer.given_at)) == (
            outcome and (outcome, day, when)
        )


async def at_work(database: Database, connected: Connected, opportunity_id: str = "opportunity-1") -> Attempt:
    """The attempt at a follow-up that was handed over and taken up."""
    waiting = await begin(database, connected, opportunity_id)
    await make_due(database, waiting.id)
    handed = await hand_over(database, waiting.id)
    assert isinstance(handed, Delivery)
    assert await claim_ids(database) == [handed.id]
    attempt = Attempt(handed.id, 1)
    assert await take_up(database, attempt)
    return attempt


async def of_attempt(database: Database, attempt: Attempt) -> int | None:
    async with database.transaction() as session:
        found = await FollowUps(session).of_attempt(attempt)
        return found.id if found else None
