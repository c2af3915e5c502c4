"""Who was deleted in Lever: known again by a keyed hash of the e-mail under any lasting key, and by nothing else."""

from collections.abc import Sequence

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from store.database import Database
from store.erased_prospects import DELETED_BEFORE, ErasedProspects
from store.prospect_intake import ProspectIntake, SeenProspect
from store.prospect_tables import KnownProspect, ProspectKind, ProspectState
from store.prospects import Prospects
from store.sealed_prospects import derived_ids, email_index, email_indexes, erased_digests
from store.vault import Vault
from tests.factories import connect, vault_of

EMAIL = "ottoline@people.test"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
BEFORE, ROTATED = vault_of(OLD), vault_of(NEW, OLD)


@pytest.fixture
async def connection_id(database: Database) -> int:
    return (await connect(database, BEFORE)).connection.id


async def wait(database: Database, connection_id: int, *crosschq_ids: str) -> Sequence[KnownProspect]:
    """Prospects of one person; all rows, in their order."""
    index = email_index(BEFORE, EMAIL)
    seen = [SeenProspect(one, ProspectKind.EXISTING, True, b"sealed", index, None) for one in crosschq_ids]
    async with database.transaction() as session:
        await ProspectIntake(session, connection_id).take_in(seen, tuple(ProspectKind))
    return await rows(database)


async def rows(database: Database) -> Sequence[KnownProspect]:
    async with database.transaction() as session:
        return (await session.scalars(select(KnownProspect).order_by(KnownProspect.id))).all()


async def erase(database: Database, connection_id: int, crosschq_id: str, vault: Vault = BEFORE) -> None:
    """Its lead was made, and deleted."""
    [row, *_] = await rows(database)
    async with database.transaction() as session:
        await Prospects(session, connection_id).linked(row.id, "opp-1", ["tag"])
        await ErasedProspects(session, connection_id).erase([crosschq_id], vault.blind_index)


async def end_all_of(database: Database, connection_id: int, digests: dict[int, set[str]]) -> set[int]:
    async with database.transaction() as session:
        return await ErasedProspects(session, connection_id).end_all_of(digests)


async def test_one_whose_lead_was_deleted_is_forgotten_but_for_crosschqs_id(
    database: Database, connection_id: int
) -> None:
    await wait(database, connection_id, "pr_1")
    await erase(database, connection_id, "pr_1")
    [row] = await rows(database)
    assert (row.crosschq_id, row.state, row.sealed, row.email_index, row.opportunity_id, row.tags_given) == (
        *("pr_1", ProspectState.GONE),
        *(None, None, None, []),
    )


async def test_an_id_made_of_the_address_goes_with_it(database: Database, connection_id: int) -> None:
    [derived] = derived_ids(BEFORE, EMAIL)
    [row] = await wait(database, connection_id, derived)
    await erase(database, connection_id, derived)
    assert [one.crosschq_id for one in await rows(database)] == [f"erased-{row.id}"]


@pytest.mark.parametrize("laid_with", [BEFORE, ROTATED])
async def test_the_same_person_under_another_id_ends_whatever_key_is_the_newest(
    database: Database, connection_id: int, laid_with: Vault
) -> None:
    _, second = await wait(database, connection_id, "pr_1", "pr_2")
    await erase(database, connection_id, "pr_1", laid_with)
    digests = erased_digests(ROTATED, email_indexes(ROTATED, EMAIL))
    assert await end_all_of(database, connection_id, {second.id: digests}) == {second.id}
    [_, row] = await rows(database)
    assert (row.state, row.reason, row.sealed) == (ProspectState.GONE, DELETED_BEFORE, None)


async def test_nobody_else_ends(database: Database, connection_id: int) -> None:
    _, second = await wait(database, connection_id, "pr_1", "pr_2")
    await erase(database, connection_id, "pr_1")
    digests = erased_digests(BEFORE, email_indexes(BEFORE, "bram@people.test"))
    assert await end_all_of(database, connection_id, {second.id: digests}) == set()
    assert (await rows(database))[1].state is ProspectState.WAITING
