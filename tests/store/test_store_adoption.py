"""A request whose creation Crosschq never answered is adopted when Crosschq tells of it; nobody else's is."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from store.database import Database
from store.requests import CLOCKS_DIFFER_BY, NewRequest, Requests
from store.tables import RequestState
from store.vault import Vault
from tests.factories import connect
from tests.store.inbox import claim_ids, record, row, snapshot
from tests.store.reservations import INDEX, reserved


async def _unanswered(
    database: Database,
    new: NewRequest,
    made_at: datetime | None = None,
    *,
    index: str = INDEX,
    job: str = "Engineer II",
) -> int | None:
    async with database.transaction() as session:
        found = await Requests(session).unanswered(new.connection_id, ["of-an-old-key", index], job, made_at)
        return found.id if found else None


@pytest.mark.parametrize("state", RequestState)
async def test_only_what_crosschq_never_answered_is_adopted(
    database: Database, new: NewRequest, state: RequestState
) -> None:
    await reserved(database, new, state)
    adoptable = state in (RequestState.UNKNOWN, RequestState.INTENDED)
    assert await _unanswered(database, new) == (1 if adoptable else None)


async def test_a_request_made_before_ours_was_intended_is_not_ours(
    database: Database, new: NewRequest
) -> None:
    ours = (await reserved(database, new, RequestState.UNKNOWN)).created_at
    limit = ours - CLOCKS_DIFFER_BY
    assert await _unanswered(database, new, limit) == 1
    assert await _unanswered(database, new, limit - timedelta(microseconds=1)) is None
    assert await _unanswered(database, new, ours + timedelta(days=3)) == 1


@pytest.mark.parametrize(
    ("index", "job"), [("index-of-bram", "Engineer II"), (INDEX, "Account Executive"), ("", "")]
)
async def test_a_request_for_another_person_or_job_is_not_ours(
    database: Database, new: NewRequest, index: str, job: str
) -> None:
    await reserved(database, new, RequestState.UNKNOWN)
    assert await _unanswered(database, new, index=index, job=job) is None


async def test_another_connections_request_is_not_adopted(
    database: Database, vault: Vault, new: NewRequest
) -> None:
    await reserved(database, new, RequestState.UNKNOWN)
    other = await connect(database, vault)
    assert await _unanswered(database, replace(new, connection_id=other.connection.id)) is None


async def test_of_two_unanswered_requests_the_older_is_adopted_first(
    database: Database, new: NewRequest
) -> None:
    await reserved(database, new, RequestState.UNKNOWN)
    await reserved(database, replace(new, opportunity_id="opportunity-2"), RequestState.UNKNOWN)
    assert await _unanswered(database, new) == 1
    async with database.transaction() as session:
        await Requests(session).mark_sent(1, "rq-1")
    assert await _unanswered(database, new) == 2


async def test_a_snapshot_is_shown_with_the_opportunity_whose_request_it_tells_of(
    database: Database, vault: Vault, new: NewRequest
) -> None:
    connected, other = await connect(database, vault), await connect(database, vault)
    await reserved(database, replace(new, connection_id=connected.connection.id), RequestState.SENT)
    for news in (snapshot(connected, "rq-1"), snapshot(connected, "rq-2"), snapshot(other, "rq-1")):
        await record(database, news)
    assert await claim_ids(database) == [1, 2, 3]
    shown = [(await row(database, number)).opportunity_id for number in (1, 2, 3)]
    assert shown == ["opportunity-1", None, None]
