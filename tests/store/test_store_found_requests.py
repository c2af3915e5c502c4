"""A request that is known from its status tag alone: open like any other, adopted late, ended by a person's word."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hiring.decisions import Previous, PreviousState
from store.audits import PersonsWord
from store.database import Database
from store.policies import previous_from
from store.requests import NewRequest, Requests
from store.requests_per_hour import RequestsPerHour
from store.resolving import resolve_request
from store.tables import Connection, ReferenceRequest, RequestState
from tests.store.reservations import INDEX, get, reserve, reserved

TAG = "Crosschq: 1 of 3"
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


async def found(database: Database, new: NewRequest, tag: str = TAG) -> ReferenceRequest | None:
    async with database.transaction() as session:
        return await Requests(session).add_found(new, tag, "It was not known.")


async def previous(database: Database, new: NewRequest) -> Previous | None:
    async with database.transaction() as session:
        rows = await Requests(session).of_opportunity(new.connection_id, new.opportunity_id)
        return previous_from(rows)


async def state_of(database: Database, new: NewRequest) -> PreviousState:
    known = await previous(database, new)
    assert known is not None
    return known.state


async def test_it_is_open_as_long_as_nobody_has_settled_it(database: Database, new: NewRequest) -> None:
    assert await found(database, new) is not None
    assert await state_of(database, new) is PreviousState.FOUND
    assert await found(database, new) is None
    assert await reserve(database, new) is None


async def test_where_another_is_open_none_is_found(database: Database, new: NewRequest) -> None:
    await reserved(database, new, RequestState.SENT)
    assert await found(database, new) is None
    assert await state_of(database, new) is PreviousState.OPEN


@pytest.mark.parametrize("made_at", [None, LONG_AGO])
async def test_crosschqs_news_adopt_it_however_long_ago_it_was_made(
    database: Database, new: NewRequest, made_at: datetime | None
) -> None:
    row = await found(database, new)
    assert row is not None
    async with database.transaction() as session:
        ours = await Requests(session).unanswered(new.connection_id, [INDEX], new.job_position, made_at)
    assert ours is not None
    assert ours.id == row.id


async def test_adopted_by_its_id_it_is_the_same_row(database: Database, new: NewRequest) -> None:
    row = await found(database, new)
    assert row is not None
    async with database.transaction() as session:
        await Requests(session).adopt(new, "rq-9", LONG_AGO)
    adopted = await get(database, row.id)
    assert (adopted.state, adopted.crosschq_id, adopted.sent_at) == (RequestState.SENT, "rq-9", LONG_AGO)
    async with database.transaction() as session:
        due = await Requests(session).to_check(new.connection_id, datetime.now(UTC), 10)
    assert [one.id for one in due] == [row.id]


async def test_adopted_before_anybody_was_asked_about_it_is_a_row_of_its_time(
    database: Database, new: NewRequest
) -> None:
    await reserved(database, new, RequestState.COMPLETED)
    async with database.transaction() as session:
        adopted = await Requests(session).adopt(new, "rq-9", LONG_AGO)
    assert adopted is not None
    assert (adopted.generation, adopted.created_at) == (2, LONG_AGO)
    async with database.transaction() as session:
        assert await Requests(session).adopt(new, "rq-10", LONG_AGO) is None


@pytest.mark.parametrize(("is_found", "tag"), [(True, TAG), (False, "Crosschq: unconfirmed")])
async def test_a_persons_word_covers_its_tag_until_a_later_request_reached_crosschq(
    database: Database, new: NewRequest, *, is_found: bool, tag: str
) -> None:
    row = await found(database, new) if is_found else await reserved(database, new, RequestState.UNKNOWN)
    assert row is not None
    async with database.transaction() as session:
        await resolve_request(session, row.id, None, PersonsWord("admin", "I looked."))
    for then, disproved in ((None, tag), (RequestState.INTENDED, tag), (RequestState.SENT, None)):
        if then is not None:
            await reserved(database, new, then)
        known = await previous(database, new)
        assert known is not None
        assert known.disproved_tag == disproved


async def test_what_crosschq_refused_disproves_nothing(database: Database, new: NewRequest) -> None:
    await reserved(database, new, RequestState.FAILED)
    known = await previous(database, new)
    assert known is not None
    assert (known.state, known.disproved_tag) == (PreviousState.FAILED, None)


async def test_an_earlier_report_is_remembered(database: Database, new: NewRequest) -> None:
    await reserved(database, new, RequestState.COMPLETED)
    await reserved(database, new, RequestState.FAILED)
    known = await previous(database, new)
    assert known is not None
    assert known.has_report


async def test_only_the_one_without_its_tag_is_ended(database: Database, new: NewRequest) -> None:
    other = replace(new, opportunity_id="opportunity-2")
    row, unknown = await found(database, new), await reserved(database, other, RequestState.UNKNOWN)
    assert row is not None
    async with database.transaction() as session:
        for one in (new, other):
            await Requests(session).end_found(one.connection_id, one.opportunity_id)
    assert (await get(database, row.id)).state is RequestState.FAILED
    assert (await get(database, unknown.id)).state is RequestState.UNKNOWN


async def test_it_does_not_count_as_sent_within_the_hour(database: Database, new: NewRequest) -> None:
    await found(database, new)
    await reserved(database, replace(new, opportunity_id="opportunity-2"), RequestState.SENT)
    async with database.transaction() as session:
        connection = await session.get_one(Connection, new.connection_id)
        lately = await RequestsPerHour(session).lately(connection)
    assert lately.number == 1
    assert lately.since is not None
    assert lately.since > datetime.now(UTC) - timedelta(minutes=5)
