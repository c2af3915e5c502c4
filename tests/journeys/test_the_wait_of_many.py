"""Hundreds wait at once: exactly those fire whose time has come, and after an outage not all at the same moment."""

import os
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from hiring.follow_ups import FollowUpState
from store.connections import Connections
from store.follow_ups import FollowUps
from store.outcome_tables import FollowUp
from store.tables import Connection, Delivery, DeliveryState, ReferenceRequest, RequestState
from tests.journeys.conftest import Installation
from tests.journeys.waiting import WaitingRoom, waiting_room
from tools.demo.story import Story

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif("LONG" not in os.environ, reason="500 orders to Prefect take a minute: set LONG=1"),
]

MANY = 500
IN_A_WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
async def room(installation: Installation) -> AsyncIterator[WaitingRoom]:
    async with waiting_room(installation.stack, installation.lever, installation.crosschq) as opened:
        yield opened


@pytest.fixture(scope="module")
async def crowd(room: WaitingRoom) -> list[int]:
    """The ids of the follow-ups of as many finished requests, each with its run in Prefect; they may wait on there."""
    async with room.parts.database.transaction() as session:
        connection = await Connections(session).named("demo")
        assert connection is not None
        requests = [_finished(connection) for _ in range(MANY)]
        session.add_all(requests)
        await session.flush()
        for request in requests:
            await FollowUps(session).begin(request, room.parts.now(), room.parts.now() + IN_A_WEEK)
        mine = FollowUp.request_id.in_([request.id for request in requests])
        ids = list(await session.scalars(select(FollowUp.id).where(mine).order_by(FollowUp.id)))
    await _until(room, "all have runs", ids, FollowUp.flow_run_id.is_not(None), MANY)
    return ids


def _finished(connection: Connection) -> ReferenceRequest:
    """About somebody who is not in Lever any more: then the follow-up ends as soon as its time has come."""
    return ReferenceRequest(
        connection_id=connection.id,
        opportunity_id=str(uuid4()),
        generation=1,
        template="Engineers",
        job_position="Engineer",
        candidate_index="",
        state=RequestState.COMPLETED,
    )


async def _until(room: WaitingRoom, what: str, ids: Sequence[int], holds: object, number: int) -> None:
    async def is_so() -> bool:
        async with room.parts.database.transaction() as session:
            query = select(func.count()).select_from(FollowUp).where(FollowUp.id.in_(ids), holds)  # type: ignore[arg-type]
            return await session.scalar(query) == number

    await Story(room.lever, room.crosschq).wait_until(what, is_so)


async def _time_comes(room: WaitingRoom, ids: Sequence[int], ago: timedelta) -> None:
    due_at = room.parts.now() - ago
    async with room.parts.database.transaction() as session:
        mine = FollowUp.id.in_(ids)
        await session.execute(update(FollowUp).where(mine).values(due_at=due_at))
        runs = list(await session.scalars(select(FollowUp.flow_run_id).where(mine)))
    for run in runs:
        await room.reschedule_run(run or "", due_at)


async def _deliveries(room: WaitingRoom, ids: Sequence[int]) -> list[Delivery]:
    keys = [f"followup:{one}:1" for one in ids]
    async with room.parts.database.transaction() as session:
        return list(await session.scalars(select(Delivery).where(Delivery.replay_key.in_(keys))))


async def test_of_500_that_wait_exactly_the_due_ones_fire(room: WaitingRoom, crowd: list[int]) -> None:
    due = crowd[::50]
    await _time_comes(room, due, timedelta(0))
    await _until(room, "the due ones have ended", due, FollowUp.state == FollowUpState.ENDED, len(due))
    await room.sweep(Story(room.lever, room.crosschq))
    fired = [one.replay_key for one in await _deliveries(room, crowd)]
    assert sorted(fired) == sorted(f"followup:{one}:1" for one in due)
    rest = sorted({*crowd} - {*due})
    waiting = (FollowUp.state == FollowUpState.WAITING) & FollowUp.flow_run_id.is_not(None)
    await _until(room, "the others wait as before", rest, waiting, len(rest))


async def test_those_that_an_outage_held_up_are_spread_and_each_comes_once(
    room: WaitingRoom, crowd: list[int]
) -> None:
    due, supervisor = crowd[1:37], room.stack.supervisor
    await supervisor.kill("worker")
    await _time_comes(room, due, timedelta(hours=5))
    await supervisor.revive("worker")
    taken_up = FollowUp.delivery_id.is_not(None) | (FollowUp.state == FollowUpState.ENDED)
    await _until(room, "all are taken up", due, taken_up, len(due))
    put_off = [one for one in await _deliveries(room, due) if one.state is DeliveryState.WAITING]
    assert len(put_off) > 10
    starts = [one.next_attempt_at for one in put_off]
    assert timedelta(seconds=5) < max(starts) - min(starts) < timedelta(seconds=40)
    await _hurry(room, [one.id for one in put_off])
    await _until(room, "all have ended", due, FollowUp.state == FollowUpState.ENDED, len(due))
    assert len(await _deliveries(room, due)) == len(due)


async def _hurry(room: WaitingRoom, delivery_ids: Sequence[int]) -> None:
    async with room.parts.database.transaction() as session:
        waiting = (Delivery.id.in_(delivery_ids), Delivery.state == DeliveryState.WAITING)
        await session.execute(update(Delivery).where(*waiting).values(next_attempt_at=room.parts.now()))
