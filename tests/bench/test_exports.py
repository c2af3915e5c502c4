"""What the exports' figures rest on: what is read from Lever's ledger, the kernel's word, and rows made in bulk."""

import os

import pytest
from sqlalchemy import select

from store.database import Database
from store.prospect_intake import ProspectIntake, SeenProspect
from store.prospect_tables import KnownProspect, ProspectKind, ProspectState
from store.prospects import Prospects
from store.sealed_prospects import email_index
from store.vault import Vault
from tests.factories import LONG_AGO, connect
from tools.bench.export_memory import peak_mb
from tools.bench.exports import creations, refused
from tools.bench.figures import NotMeasured
from tools.bench.known_prospects import AT_ONCE, KnownProspects


def call(method: str, path: str, at: float, status: int = 200) -> dict[str, object]:
    return {"method": method, "path": path, "at": at, "status": status, "executed": status < 400}


def prospect(number: int) -> dict[str, str]:
    return {
        "id": f"pr_{number}",
        "email": f"Somebody.{number}@people.test",
        "updated_on": LONG_AGO.isoformat(),
    }


def test_creations_are_the_executed_posts_of_opportunities_in_order() -> None:
    calls = [
        call("POST", "/v1/opportunities", 2.5),
        call("POST", "/v1/opportunities", 1.5),
        call("POST", "/v1/opportunities", 3.5, 429),
        call("POST", "/v1/opportunities/1/addTags", 4.5),
        call("GET", "/v1/opportunities", 5.5),
    ]
    assert creations(calls) == [1.5, 2.5]


def test_refused_are_those_that_were_too_many_once_leads_are_made() -> None:
    calls = [
        call("GET", "/v1/opportunities", 1.0, 429),
        call("POST", "/v1/opportunities", 2.0),
        call("POST", "/v1/opportunities", 3.0, 429),
        call("POST", "/v1/opportunities", 4.0, 503),
    ]
    assert refused(calls) == 1


def test_the_peak_stays_when_the_memory_is_given_back() -> None:
    before = peak_mb(os.getpid())
    taken = bytearray(os.urandom(1_000_000) * 200)
    assert len(taken) == 200_000_000
    with_it = peak_mb(os.getpid())
    del taken
    assert peak_mb(os.getpid()) >= with_it >= max(before, 200.0)


def test_without_a_process_there_is_no_peak() -> None:
    with pytest.raises(NotMeasured, match="peak memory of process 0"):
        peak_mb(0)


async def test_known_ones_in_bulk_are_such_as_a_backfill_leaves(database: Database, vault: Vault) -> None:
    connection = (await connect(database, vault)).connection
    known = KnownProspects(database, vault)
    await known.add(connection.id, [prospect(n) for n in range(20)])
    await known.add(connection.id, [prospect(n) for n in range(30)])
    async with database.transaction() as session:
        rows = (await session.scalars(select(KnownProspect))).all()
    assert {row.crosschq_id for row in rows} == {f"pr_{n}" for n in range(30)}
    assert {(row.state, row.kind) for row in rows} == {(ProspectState.LINKED, ProspectKind.EXISTING)}
    assert len({row.opportunity_id for row in rows}) == 30
    assert all(row.sealed is None and row.ended_at for row in rows)


async def test_a_walk_that_meets_them_again_changes_nothing(database: Database, vault: Vault) -> None:
    connection = (await connect(database, vault)).connection
    await KnownProspects(database, vault).add(connection.id, [prospect(1)])
    index = email_index(vault, "somebody.1@people.test")
    seen = SeenProspect("pr_1", ProspectKind.EXISTING, True, b"sealed", index, LONG_AGO)
    async with database.transaction() as session:
        prospects = Prospects(session, connection.id)
        assert list(await prospects.same_people([index])) == [index]
        assert await ProspectIntake(session, connection.id).take_in([seen], tuple(ProspectKind)) == 0


async def test_more_than_one_statement_makes_are_made(database: Database, vault: Vault) -> None:
    connection = (await connect(database, vault)).connection
    await KnownProspects(database, vault).add(connection.id, [prospect(n) for n in range(AT_ONCE + 1)])
    async with database.transaction() as session:
        count = await Prospects(session, connection.id).count()
    assert count == {ProspectState.LINKED: AT_ONCE + 1}
