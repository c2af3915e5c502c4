"""What dispatchers are handed: what is due, in order per subject, and nothing twice."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from store.attempts import Attempt
from store.claiming import claim_due
from store.connections import Connections
from store.database import Database
from store.deliveries import Deliveries
from store.due import DISPATCH_LEASE
from store.tables import DeliveryState
from store.vault import Vault
from tests.factories import connect
from tests.store.inbox import (
    LATER,
    claim,
    claim_ids,
    finish,
    make_due,
    put_off,
    record,
    row,
    running,
    snapshot,
    stage_change,
    take_up,
)


async def test_a_claimed_delivery_is_dispatched_under_its_first_attempt(
    database: Database, vault: Vault
) -> None:
    await record(database, stage_change(await connect(database, vault)))
    (attempt,) = await claim(database)
    assert attempt == Attempt(delivery_id=1, number=1)
    assert attempt.token == "delivery:1:1"
    kept = await row(database, 1)
    assert kept.state is DeliveryState.DISPATCHED
    assert kept.first_attempt_at is not None


async def test_moves_of_one_opportunity_go_one_after_the_other(database: Database, vault: Vault) -> None:
    connected = await connect(database, vault)
    for _ in range(2):
        await record(database, stage_change(connected))
    (first,) = await claim(database)
    assert (first.delivery_id, await claim_ids(database)) == (1, [])
    await take_up(database, first)
    assert await claim_ids(database) == []
    await finish(database, first)
    assert await claim_ids(database) == [2]


async def test_a_move_waits_for_an_earlier_one_that_is_being_retried(
    database: Database, vault: Vault
) -> None:
    connected = await connect(database, vault)
    await put_off(database, await running(database, stage_change(connected)), LATER)
    await record(database, stage_change(connected))
    assert await claim_ids(database) == []
    await make_due(database, 1)
    assert await claim_ids(database) == [1]


async def test_other_opportunities_and_connections_do_not_wait(database: Database, vault: Vault) -> None:
    one, other = await connect(database, vault), await connect(database, vault)
    await record(database, stage_change(one, "a"))
    await record(database, stage_change(one, "b"))
    await record(database, stage_change(other, "a"))
    assert await claim_ids(database) == [1, 2, 3]


async def test_what_has_been_due_longest_goes_first_and_no_more_than_asked_for(
    database: Database, vault: Vault
) -> None:
    connected = await connect(database, vault)
    for number in range(1, 5):
        await record(database, stage_change(connected, f"opportunity-{number}"))
    await make_due(database, 3, ago=timedelta(minutes=1))
    assert [attempt.delivery_id for attempt in await claim(database, limit=2)] == [3, 1]
    assert [attempt.delivery_id for attempt in await claim(database, limit=2)] == [2, 4]


async def test_a_paused_connection_waits_and_goes_on_after_repair(database: Database, vault: Vault) -> None:
    paused, other = await connect(database, vault), await connect(database, vault)
    async with database.transaction() as session:
        await Connections(session).pause(paused.connection.id, "Lever refused the key.")
    await record(database, stage_change(paused))
    await record(database, stage_change(other))
    assert await claim_ids(database) == [2]
    async with database.transaction() as session:
        (await Connections(session).get(paused.connection.id)).paused_because = None
    assert await claim_ids(database) == [1]


async def test_the_newest_snapshot_covers_the_older_ones(database: Database, vault: Vault) -> None:
    connected = await connect(database, vault)
    for _ in range(3):
        await record(database, snapshot(connected))
    await record(database, snapshot(connected, "rq-2"))
    assert await claim_ids(database) == [3, 4]
    for older in (1, 2):
        kept = await row(database, older)
        assert kept.state is DeliveryState.DONE
        assert kept.outcome == "Covered by delivery 3, which reads the same request later."


async def test_a_snapshot_waits_for_the_one_in_hand_and_covers_nothing_that_runs(
    database: Database, vault: Vault
) -> None:
    connected = await connect(database, vault)
    first = await running(database, snapshot(connected))
    await record(database, snapshot(connected))
    assert await claim_ids(database) == []
    assert (await row(database, 1)).state is DeliveryState.RUNNING
    await finish(database, first)
    assert await claim_ids(database) == [2]
    assert (await row(database, 1)).outcome == "Done."


async def test_a_newer_snapshot_takes_the_place_of_one_that_is_being_retried(
    database: Database, vault: Vault
) -> None:
    connected = await connect(database, vault)
    await put_off(database, await running(database, snapshot(connected)), LATER)
    await record(database, snapshot(connected))
    assert await claim_ids(database) == [2]
    assert (await row(database, 1)).state is DeliveryState.DONE


async def test_a_claimed_delivery_without_a_run_is_handed_out_again_under_the_same_attempt(
    database: Database, vault: Vault
) -> None:
    await record(database, stage_change(await connect(database, vault)))
    (attempt,) = await claim(database)
    assert await claim(database) == []
    await make_due(database, 1, ago=DISPATCH_LEASE + timedelta(seconds=1))
    assert await claim(database) == [attempt]
    assert await claim(database) == []


async def test_a_claimed_delivery_with_a_run_is_not_handed_out_again(
    database: Database, vault: Vault
) -> None:
    await record(database, stage_change(await connect(database, vault)))
    (attempt,) = await claim(database)
    async with database.transaction() as session:
        await Deliveries(session).note_run(attempt, "run-1")
    await make_due(database, 1, ago=2 * DISPATCH_LEASE)
    assert await claim(database) == []
    assert (await row(database, 1)).flow_run_id == "run-1"


async def test_many_dispatchers_at_once_never_claim_one_delivery_twice(
    database: Database, vault: Vault
) -> None:
    connected = await connect(database, vault)
    for number in range(40):
        await record(database, stage_change(connected, f"opportunity-{number % 30}"))
    claims = await asyncio.gather(*(claim(database, limit=4) for _ in range(12)))
    claimed = [attempt.delivery_id for some in claims for attempt in some]
    assert sorted(claimed) == list(range(1, 31))


async def test_a_snapshot_that_comes_while_another_dispatcher_claims_an_older_one_waits(
    database: Database, vault: Vault
) -> None:
    connected = await connect(database, vault)
    await record(database, snapshot(connected))
    async with database.transaction() as session:
        assert [one.id for one in await claim_due(session, 50)] == [1]
        await record(database, snapshot(connected))
        other_dispatcher = asyncio.create_task(claim_ids(database))
        await _somebody_waits_for_a_lock(database)
    assert await other_dispatcher == []
    assert (await row(database, 2)).state is DeliveryState.WAITING


async def _somebody_waits_for_a_lock(database: Database) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(10):
        while True:
            async with database.transaction() as session:
                if await session.scalar(waiting):
                    return
