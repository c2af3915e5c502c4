"""Behind a tombstone nothing about the erased is recorded, whoever says it, and nobody else is kept out."""

import pytest

from store.database import Database
from store.deliveries import NewDelivery, Recorded
from store.tables import DeliveryState
from store.tombstones import Tombstones
from store.vault import Vault
from tests.factories import Connected, connect, vault_of
from tests.store.inbox import claim, finish, record, running, stage_change


@pytest.fixture
async def connected(database: Database, vault: Vault) -> Connected:
    return await connect(database, vault)


async def lay(database: Database, connected: Connected, digest: str) -> None:
    async with database.transaction() as session:
        await Tombstones(session).lay(connected.connection.id, [digest])


def told(connected: Connected, vault: Vault, opportunity_id: str = "o-1", **changes: object) -> NewDelivery:
    digests = tuple(vault.blind_indexes(f"opportunity:{opportunity_id}"))
    return stage_change(connected, opportunity_id, **{"subject_digests": digests, **changes})


async def test_nothing_about_the_erased_is_recorded(
    database: Database, connected: Connected, vault: Vault
) -> None:
    await lay(database, connected, vault.blind_index("opportunity:o-1"))
    assert await record(database, told(connected, vault)) is Recorded.ERASED
    assert await record(database, told(connected, vault, origin="reconcile")) is Recorded.ERASED
    assert await record(database, told(connected, vault, "o-2")) is Recorded.NEW
    assert len(await claim(database)) == 1


async def test_a_tombstone_stands_in_its_own_connection_only(
    database: Database, connected: Connected, vault: Vault
) -> None:
    other = await connect(database, vault)
    await lay(database, other, vault.blind_index("opportunity:o-1"))
    assert await record(database, told(connected, vault)) is Recorded.NEW


async def test_a_tombstone_is_known_under_every_lasting_key(database: Database, connected: Connected) -> None:
    old, new = vault_of(KEYS[0]), vault_of(*reversed(KEYS))
    await lay(database, connected, old.blind_index("opportunity:o-1"))
    assert await record(database, told(connected, new)) is Recorded.ERASED


async def test_an_erasure_given_up_half_way_is_taken_up_when_the_vendor_sends_it_again(
    database: Database, connected: Connected, vault: Vault
) -> None:
    deletion = told(connected, vault, event="candidateDeleted")
    attempt = await running(database, deletion)
    await lay(database, connected, vault.blind_index("opportunity:o-1"))
    await finish(database, attempt, DeliveryState.DEAD)
    assert await record(database, deletion) is Recorded.QUEUED_AGAIN


async def test_nothing_else_that_was_given_up_comes_back(
    database: Database, connected: Connected, vault: Vault
) -> None:
    move = told(connected, vault)
    attempt = await running(database, move)
    await finish(database, attempt, DeliveryState.DEAD)
    await lay(database, connected, vault.blind_index("opportunity:o-1"))
    assert await record(database, move) is Recorded.ERASED


async def test_a_tombstone_laid_again_keeps_its_time(database: Database, connected: Connected) -> None:
    laid = []
    for digests in (["a"], ["a", "b"]):
        async with database.transaction() as session:
            laid.append(await Tombstones(session).lay(connected.connection.id, digests))
    assert laid[0] == laid[1]


KEYS = ["R1hqUVZ3aUo0dHl3b1FqZG1kTkhzM2VQMVZyc0V3R0U=", "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktMTIzNDU="]
