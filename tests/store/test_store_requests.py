"""At most one open request per opportunity; after its end comes the next generation."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from store.database import Database
from store.requests import NewRequest, Requests
from store.tables import RequestState
from store.vault import Vault
from tests.factories import connect
from tests.store.reservations import INDEX, get, reserve, reserved

ENDED = [RequestState.COMPLETED, RequestState.FAILED, RequestState.CANCELLED]


async def test_the_first_request_is_intended_before_it_is_sent(database: Database, new: NewRequest) -> None:
    made = await reserve(database, new)
    assert made is not None
    assert (made.generation, made.state, made.crosschq_id) == (1, RequestState.INTENDED, None)
    assert (made.template, made.job_position, made.candidate_index) == ("Engineers", "Engineer II", INDEX)


async def test_many_at_once_reserve_one_request(database: Database, new: NewRequest) -> None:
    for number in range(10):
        move = replace(new, opportunity_id=f"opportunity-{number}")
        made = await asyncio.gather(*(reserve(database, move) for _ in range(12)))
        assert len({request.id for request in made if request}) == 1
    async with database.transaction() as session:
        assert await Requests(session).count_open() == 10


async def test_what_an_earlier_attempt_left_intended_is_handed_out_again_as_decided_now(
    database: Database, new: NewRequest
) -> None:
    first = await reserved(database, new, RequestState.INTENDED)
    again = await reserve(database, replace(new, template="Sales"))
    assert again is not None
    assert (again.id, again.generation, again.template) == (first.id, 1, "Sales")


@pytest.mark.parametrize("state", [RequestState.UNKNOWN, RequestState.SENT])
async def test_nothing_is_reserved_while_another_may_be_open_in_crosschq(
    database: Database, new: NewRequest, state: RequestState
) -> None:
    await reserved(database, new, state)
    assert await reserve(database, replace(new, template="Sales")) is None
    assert (await get(database, 1)).template == "Engineers"


@pytest.mark.parametrize("state", ENDED)
async def test_after_the_end_the_next_generation_isreserved(
    database: Database, new: NewRequest, state: RequestState
) -> None:
    ended = await reserved(database, new, state)
    again = await reserve(database, new)
    assert again is not None
    assert (again.id != ended.id, again.generation) == (True, 2)
    async with database.transaction() as session:
        latest = await Requests(session).latest(new.connection_id, new.opportunity_id)
    assert latest is not None
    assert latest.id == again.id


async def test_opportunities_and_connections_do_not_share_a_request(
    database: Database, vault: Vault, new: NewRequest
) -> None:
    other = await connect(database, vault)
    for move in (new, replace(new, opportunity_id="b"), replace(new, connection_id=other.connection.id)):
        made = await reserve(database, move)
        assert made is not None
        assert made.generation == 1


async def test_a_sent_request_is_known_by_crosschqs_id_within_its_connection(
    database: Database, vault: Vault, new: NewRequest
) -> None:
    sent = await reserved(database, new, RequestState.SENT)
    assert sent.sent_at is not None
    other = await connect(database, vault)
    async with database.transaction() as session:
        found = await Requests(session).by_crosschq_id(new.connection_id, "rq-1")
        assert found is not None
        assert found.id == sent.id
        assert await Requests(session).by_crosschq_id(other.connection.id, "rq-1") is None
        assert await Requests(session).latest(other.connection.id, new.opportunity_id) is None


async def test_those_to_be_read_are_the_longest_due_and_none_that_has_expired(
    database: Database, new: NewRequest
) -> None:
    for number in range(3):
        await reserved(database, replace(new, opportunity_id=f"o-{number}"), RequestState.SENT)
    now = datetime.now(UTC)
    async with database.transaction() as session:
        requests = Requests(session)
        assert [one.id for one in await requests.to_check(new.connection_id, now, 2)] == [1, 2]
        await requests.note_check(1, now, now + timedelta(days=1))
        await requests.note_check(2, now, None)
        assert [one.id for one in await requests.to_check(new.connection_id, now, 10)] == [3]
        due = await requests.to_check(new.connection_id, now + timedelta(days=2), 10)
        assert [(one.id, one.is_expired) for one in due] == [(3, False), (1, False)]
        assert [(one.id, one.is_expired) for one in await requests.expired(10)] == [(2, True)]


async def test_progress_and_failure_are_remembered(database: Database, new: NewRequest) -> None:
    sent = await reserved(database, new, RequestState.SENT)
    async with database.transaction() as session:
        await Requests(session).note_progress(sent.id, answered=1, asked=3, updated_on=sent.created_at)
    kept = await get(database, sent.id)
    assert (kept.answered, kept.asked, kept.crosschq_updated_on) == (1, 3, sent.created_at)
    async with database.transaction() as session:
        await Requests(session).mark_failed(sent.id, "Crosschq refused it.")
    kept = await get(database, sent.id)
    assert (kept.state, kept.problem) == (RequestState.FAILED, "Crosschq refused it.")
    assert kept.ended_at is not None


async def test_open_requests_are_counted(database: Database, new: NewRequest) -> None:
    for number, state in enumerate(RequestState):
        await reserved(database, replace(new, opportunity_id=f"opportunity-{number}"), state)
    async with database.transaction() as session:
        assert await Requests(session).count_open() == 3
        assert await session.scalar(text("SELECT count(*) FROM reference_request")) == len(RequestState)
