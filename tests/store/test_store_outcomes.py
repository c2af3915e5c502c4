"""One outcome for each opportunity, in versions: each change is a new one, and is shown once."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from hiring.outcomes import Outcome, OutcomeSource
from store.database import Database
from store.outcome_tables import HiringOutcome
from store.outcomes import Outcomes
from store.vault import Vault
from tests.factories import Connected, connect

STARTED = date(2026, 2, 2)


@pytest.fixture
async def connected(database: Database, vault: Vault) -> Connected:
    return await connect(database, vault)


async def test_nobody_has_said_anything_at_first(database: Database, connected: Connected) -> None:
    async with database.transaction() as session:
        assert await Outcomes(session).find(connected.connection.id, "opportunity-1") is None


async def test_the_first_word_is_version_one_and_still_to_be_shown(
    database: Database, connected: Connected
) -> None:
    made = await record(database, connected, Outcome.HIRED, STARTED)
    assert (made.outcome, made.source, made.hired_on) == (Outcome.HIRED, OutcomeSource.ANSWER, STARTED)
    assert (made.version, made.shown_version, made.in_crosschq) == (1, 0, None)


async def test_each_change_is_a_new_version_of_the_one_row(database: Database, connected: Connected) -> None:
    await record(database, connected, Outcome.NOT_HIRED)
    await record(database, connected, Outcome.OPEN)
    last = await record(database, connected, Outcome.HIRED, STARTED)
    assert (last.version, last.outcome, last.hired_on) == (3, Outcome.HIRED, STARTED)
    async with database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(HiringOutcome)) == 1


async def test_a_later_change_is_decided_later(database: Database, connected: Connected) -> None:
    first = await record(database, connected, Outcome.NOT_HIRED)
    second = await record(database, connected, Outcome.HIRED)
    assert second.decided_at > first.decided_at


async def test_opportunities_and_connections_have_outcomes_of_their_own(
    database: Database, vault: Vault
) -> None:
    one, other = await connect(database, vault), await connect(database, vault)
    await record(database, one, Outcome.HIRED)
    await record(database, other, Outcome.NOT_HIRED)
    await record(database, one, Outcome.OPEN, opportunity_id="opportunity-2")
    assert (await known(database, one)).outcome is Outcome.HIRED
    assert (await known(database, other)).outcome is Outcome.NOT_HIRED


async def test_a_version_that_was_shown_late_does_not_hide_a_newer_one(
    database: Database, connected: Connected
) -> None:
    made = await record(database, connected, Outcome.HIRED)
    await record(database, connected, Outcome.NOT_HIRED)
    for shown in (2, 1):
        async with database.transaction() as session:
            await Outcomes(session).note_shown(made.id, shown)
    assert (await known(database, connected)).shown_version == 2


async def test_shown_is_one_version_and_a_change_after_it_is_not(
    database: Database, connected: Connected
) -> None:
    made = await record(database, connected, Outcome.HIRED)
    async with database.transaction() as session:
        await Outcomes(session).note_shown(made.id, 1)
    changed = await record(database, connected, Outcome.NOT_HIRED)
    assert (changed.version, changed.shown_version) == (2, 1)


async def test_what_crosschq_was_told_is_kept_beside_the_outcome(
    database: Database, connected: Connected
) -> None:
    made = await record(database, connected, Outcome.HIRED)
    async with database.transaction() as session:
        await Outcomes(session).note_in_crosschq(made.id, Outcome.HIRED)
    changed = await record(database, connected, Outcome.OPEN)
    assert (changed.outcome, changed.in_crosschq) == (Outcome.OPEN, Outcome.HIRED)


async def test_two_who_decide_at_once_count_one_after_the_other(
    database: Database, connected: Connected
) -> None:
    await record(database, connected, Outcome.OPEN)
    made = await asyncio.gather(*(record(database, connected, Outcome.HIRED) for _ in range(8)))
    assert sorted(one.version for one in made) == list(range(2, 10))


async def test_two_first_words_at_once_make_one_row(database: Database, connected: Connected) -> None:
    words = [record(database, connected, outcome) for outcome in (Outcome.HIRED, Outcome.NOT_HIRED)]
    said = await asyncio.gather(*words, return_exceptions=True)
    refused = [one for one in said if isinstance(one, BaseException)]
    assert all(isinstance(one, IntegrityError) for one in refused)
    async with database.transaction() as session:
        versions = list(await session.scalars(select(HiringOutcome.version)))
    assert versions == [len(said) - len(refused)]


async def record(
    database: Database,
    connected: Connected,
    outcome: Outcome,
    hired_on: date | None = None,
    opportunity_id: str = "opportunity-1",
) -> HiringOutcome:
    async with database.transaction() as session:
        return await Outcomes(session).record(
            connected.connection.id, opportunity_id, outcome, OutcomeSource.ANSWER, hired_on
        )


async def known(database: Database, connected: Connected) -> HiringOutcome:
    async with database.transaction() as session:
        found = await Outcomes(session).find(connected.connection.id, "opportunity-1")
    assert found is not None
    return found
