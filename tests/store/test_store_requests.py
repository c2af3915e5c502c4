"""At most one open request per opportunity; one whose creation was never answered is adopted, not repeated."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from store.database import Database
from store.requests import CLOCKS_DIFFER_BY, NewRequest, Requests
from store.tables import ReferenceRequest, RequestState
from store.vault import Vault
from tests.factories import connect

ENDED = [RequestState.COMPLETED, RequestState.FAILED, RequestState.CANCELLED]
INDEX = "index-of-ada"


@pytest.fixture
async def new(database: Database, vault: Vault) -> NewRequest:
    connected = await connect(database, vault)
    return NewRequest(
        connected.connection.id, "opportunity-1", "contact-1", "Engineers", "Engineer II", INDEX
    )


async def _reserve(database: Database, new: NewRequest) -> ReferenceRequest | None:
    async with database.transaction() as session:
        return await Requests(session).reserve(new)


async def _reserved(database: Database, new: NewRequest, state: RequestState) -> ReferenceRequest:
    made = await _reserve(database, new)
    assert made is not None
    async with database.transaction() as session:
        requests = Requests(session)
        match state:
            case RequestState.SENT:
                await requests.is_sent(made.id, f"rq-{made.id}")
            case RequestState.UNKNOWN:
                await requests.is_unknown(made.id, "Crosschq did not answer.")
            case RequestState.INTENDED:
                pass
            case _:
                await requests.has_ended(made.id, state)
    return await _get(database, made.id)


async def _get(database: Database, request_id: int) -> ReferenceRequest:
    async with database.transaction() as session:
        return await Requests(session).by_id(request_id)


async def _unanswered(
    database: Database, new: NewRequest, made_at: datetime | None = None, **changes: str
) -> int | None:
    index, job = changes.get("index", INDEX), changes.get("job", new.job_position)
    async with database.transaction() as session:
        found = await Requests(session).unanswered(new.connection_id, ["of-an-old-key", index], job, made_at)
        return found.id if found else None


async def test_the_first_request_is_intended_before_it_is_sent(database: Database, new: NewRequest) -> None:
    made = await _reserve(database, new)
    assert made is not None
    assert (made.generation, made.state, made.crosschq_id) == (1, RequestState.INTENDED, None)
    assert (made.template, made.job_position, made.candidate_index) == ("Engineers", "Engineer II", INDEX)


async def test_many_at_once_reserve_one_request(database: Database, new: NewRequest) -> None:
    for number in range(10):
        move = replace(new, opportunity_id=f"opportunity-{number}")
        made = await asyncio.gather(*(_reserve(database, move) for _ in range(12)))
        assert len({request.id for request in made if request}) == 1
    async with database.transaction() as session:
        assert await Requests(session).count_open() == 10


async def test_what_an_earlier_attempt_left_intended_is_handed_out_again_as_decided_now(
    database: Database, new: NewRequest
) -> None:
    first = await _reserved(database, new, RequestState.INTENDED)
    again = await _reserve(database, replace(new, template="Sales"))
    assert again is not None
    assert (again.id, again.generation, again.template) == (first.id, 1, "Sales")


@pytest.mark.parametrize("state", [RequestState.UNKNOWN, RequestState.SENT])
async def test_nothing_is_reserved_while_another_may_be_open_in_crosschq(
    database: Database, new: NewRequest, state: RequestState
) -> None:
    await _reserved(database, new, state)
    assert await _reserve(database, replace(new, template="Sales")) is None
    assert (await _get(database, 1)).template == "Engineers"


@pytest.mark.parametrize("state", ENDED)
async def test_after_the_end_the_next_generation_is_reserved(
    database: Database, new: NewRequest, state: RequestState
) -> None:
    ended = await _reserved(database, new, state)
    again = await _reserve(database, new)
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
        made = await _reserve(database, move)
        assert made is not None
        assert made.generation == 1


async def test_a_sent_request_is_known_by_crosschqs_id_within_its_connection(
    database: Database, vault: Vault, new: NewRequest
) -> None:
    sent = await _reserved(database, new, RequestState.SENT)
    assert sent.sent_at is not None
    other = await connect(database, vault)
    async with database.transaction() as session:
        found = await Requests(session).by_crosschq_id(new.connection_id, "rq-1")
        assert found is not None
        assert found.id == sent.id
        assert await Requests(session).by_crosschq_id(other.connection.id, "rq-1") is None
        assert await Requests(session).latest(other.connection.id, new.opportunity_id) is None


async def test_progress_and_failure_are_remembered(database: Database, new: NewRequest) -> None:
    sent = await _reserved(database, new, RequestState.SENT)
    async with database.transaction() as session:
        await Requests(session).has_progressed(sent.id, answered=1, asked=3, updated_on=sent.created_at)
    kept = await _get(database, sent.id)
    assert (kept.answered, kept.asked, kept.crosschq_updated_on) == (1, 3, sent.created_at)
    async with database.transaction() as session:
        await Requests(session).has_failed(sent.id, "Crosschq refused it.")
    kept = await _get(database, sent.id)
    assert (kept.state, kept.problem) == (RequestState.FAILED, "Crosschq refused it.")
    assert kept.ended_at is not None


@pytest.mark.parametrize("state", RequestState)
async def test_only_what_crosschq_never_answered_is_adopted(
    database: Database, new: NewRequest, state: RequestState
) -> None:
    await _reserved(database, new, state)
    adoptable = state in (RequestState.UNKNOWN, RequestState.INTENDED)
    assert await _unanswered(database, new) == (1 if adoptable else None)


async def test_a_request_made_before_ours_was_intended_is_not_ours(
    database: Database, new: NewRequest
) -> None:
    ours = (await _reserved(database, new, RequestState.UNKNOWN)).created_at
    limit = ours - CLOCKS_DIFFER_BY
    assert await _unanswered(database, new, limit) == 1
    assert await _unanswered(database, new, limit - timedelta(microseconds=1)) is None
    assert await _unanswered(database, new, ours + timedelta(days=3)) == 1


@pytest.mark.parametrize("change", [{"index": "index-of-bram"}, {"job": "Account Executive"}])
async def test_a_request_for_another_person_or_job_is_not_ours(
    database: Database, new: NewRequest, change: dict[str, str]
) -> None:
    await _reserved(database, new, RequestState.UNKNOWN)
    assert await _unanswered(database, new, **change) is None


async def test_another_connections_request_is_not_adopted(
    database: Database, vault: Vault, new: NewRequest
) -> None:
    await _reserved(database, new, RequestState.UNKNOWN)
    other = await connect(database, vault)
    assert await _unanswered(database, replace(new, connection_id=other.connection.id)) is None


async def test_of_two_unanswered_requests_the_older_is_adopted_first(
    database: Database, new: NewRequest
) -> None:
    await _reserved(database, new, RequestState.UNKNOWN)
    await _reserved(database, replace(new, opportunity_id="opportunity-2"), RequestState.UNKNOWN)
    assert await _unanswered(database, new) == 1
    async with database.transaction() as session:
        await Requests(session).is_sent(1, "rq-1")
    assert await _unanswered(database, new) == 2


async def test_open_requests_are_counted(database: Database, new: NewRequest) -> None:
    for number, state in enumerate(RequestState):
        await _reserved(database, replace(new, opportunity_id=f"opportunity-{number}"), state)
    async with database.transaction() as session:
        assert await Requests(session).count_open() == 3
        assert await session.scalar(text("SELECT count(*) FROM reference_request")) == len(RequestState)
