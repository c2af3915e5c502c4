"""No more requests within an hour than the connection may send: then it is paused, whoever comes at the same moment."""

import asyncio

from sqlalchemy import select, text, update

from store.audits import Audits
from store.connections import Connections
from store.database import Database
from store.requests import NewRequest, Requests
from store.requests_per_hour import RequestsPerHour
from store.tables import Audit, Connection, RequestState
from store.vault import Vault
from tests.factories import connect
from tests.store.reservations import INDEX, reserved


async def limited(database: Database, vault: Vault, most: int | None = 2) -> int:
    return (await connect(database, vault, most_per_hour=most)).connection.id


async def ask(database: Database, connection_id: int, number: int) -> str | None:
    """As a run does, in one transaction: why not, or the request is reserved."""
    opportunity = f"opportunity-{number}"
    async with database.transaction() as session:
        held = await RequestsPerHour(session).why_not_another(connection_id, opportunity)
        if held is None:
            await Requests(session).reserve(new(connection_id, number))
        return held.because if held else None


def new(connection_id: int, number: int) -> NewRequest:
    return NewRequest(connection_id, f"opportunity-{number}", None, "Engineers", "Engineer II", INDEX)


async def connection_of(database: Database, connection_id: int) -> Connection:
    async with database.transaction() as session:
        return await Connections(session).get(connection_id)


async def resume(database: Database, connection_id: int) -> None:
    """As `connect` and the page do."""
    async with database.transaction() as session:
        await session.execute(
            update(Connection).where(Connection.id == connection_id).values(paused_because=None)
        )


async def an_hour_passes(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE reference_request SET created_at = created_at - interval '1 hour'")
        )


async def test_without_a_most_any_number_is_sent(database: Database, vault: Vault) -> None:
    connection_id = await limited(database, vault, None)
    assert [await ask(database, connection_id, one) for one in range(5)] == [None] * 5


async def test_the_one_after_the_most_pauses_the_connection_in_words(
    database: Database, vault: Vault
) -> None:
    connection_id = await limited(database, vault)
    assert [await ask(database, connection_id, one) for one in range(2)] == [None, None]
    said = await ask(database, connection_id, 2) or ""
    assert said.startswith("2 reference requests were sent since ")
    assert "sends 2 an hour at most" in said
    assert "press 'Resume'" in said
    connection = await connection_of(database, connection_id)
    assert (connection.paused_because, connection.capped_at is not None) == (said, True)
    async with database.transaction() as session:
        [audit] = await session.scalars(select(Audit))
        assert (audit.what, audit.subject, audit.why) == ("paused", f"connection:{connection_id}", said)
        assert await Requests(session).latest(connection_id, "opportunity-2") is None


async def test_many_at_once_stay_within_the_most(database: Database, vault: Vault) -> None:
    connection_id = await limited(database, vault, 5)
    answers = await asyncio.gather(*(ask(database, connection_id, one) for one in range(12)))
    async with database.transaction() as session:
        assert await Requests(session).count_open() == 5
    assert answers.count(None) == 5
    assert len(set(answers)) == 2


async def test_after_it_goes_on_it_counts_anew(database: Database, vault: Vault) -> None:
    connection_id = await limited(database, vault)
    for one in range(3):
        await ask(database, connection_id, one)
    await resume(database, connection_id)
    assert [await ask(database, connection_id, one) for one in (2, 3)] == [None, None]
    assert await ask(database, connection_id, 4)


async def test_what_was_sent_more_than_an_hour_ago_does_not_count(database: Database, vault: Vault) -> None:
    connection_id = await limited(database, vault)
    for one in range(2):
        await ask(database, connection_id, one)
    await an_hour_passes(database)
    assert await ask(database, connection_id, 2) is None


async def test_what_crosschq_refused_does_not_count_and_all_else_does(
    database: Database, vault: Vault
) -> None:
    connection_id = await limited(database, vault, 9)
    for number, state in enumerate(RequestState):
        await reserved(database, new(connection_id, number), state)
    async with database.transaction() as session:
        lately = await RequestsPerHour(session).lately(await Connections(session).get(connection_id))
    assert lately.number == len(RequestState) - 1


async def test_an_attempt_is_not_held_up_by_what_it_reserved_itself(database: Database, vault: Vault) -> None:
    connection_id = await limited(database, vault, 1)
    await ask(database, connection_id, 1)
    assert await ask(database, connection_id, 1) is None


async def test_one_that_was_held_up_for_an_hour_counts_when_it_is_sent(
    database: Database, vault: Vault
) -> None:
    connection_id = await limited(database, vault, 1)
    await ask(database, connection_id, 1)
    await an_hour_passes(database)
    await ask(database, connection_id, 1)
    assert await ask(database, connection_id, 2)


async def test_a_pause_for_another_reason_stays_what_it_is(database: Database, vault: Vault) -> None:
    connection_id = await limited(database, vault, 1)
    async with database.transaction() as session:
        await Connections(session).pause(connection_id, "Lever refused the key.")
    assert await ask(database, connection_id, 1) == "Lever refused the key."
    assert (await connection_of(database, connection_id)).capped_at is None


async def test_connections_do_not_count_each_others(database: Database, vault: Vault) -> None:
    one, other = await limited(database, vault, 1), await limited(database, vault, 1)
    await ask(database, one, 1)
    assert await ask(database, other, 1) is None


async def test_a_delivery_is_recorded_while_somebody_counts(database: Database, vault: Vault) -> None:
    connection_id = await limited(database, vault)
    async with database.transaction() as counting, asyncio.timeout(5):
        assert await RequestsPerHour(counting).why_not_another(connection_id, "opportunity-1") is None
        async with database.transaction() as session:
            Audits(session).add(who="test", what="wrote", subject="x", connection_id=connection_id)


async def test_a_person_who_pauses_it_stops_the_runs_at_work_also_without_a_limit(
    database: Database, vault: Vault
) -> None:
    connection_id = await limited(database, vault, most=None)
    async with database.transaction() as session:
        await Connections(session).pause(connection_id, "By hand: the key leaked.")
    assert await ask(database, connection_id, 1) == "By hand: the key leaked."


async def test_a_pause_of_a_person_is_not_taken_for_one_of_the_machine(
    database: Database, vault: Vault
) -> None:
    connection_id = await limited(database, vault)
    for why in ("By hand: the key leaked.", "Lever, GET /users: the API key was refused (401)."):
        async with database.transaction() as session:
            await Connections(session).pause(connection_id, why)
    assert (await connection_of(database, connection_id)).paused_because == "By hand: the key leaked."
