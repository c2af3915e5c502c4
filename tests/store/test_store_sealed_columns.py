"""Everything encrypted comes under the newest key, whatever a running process does meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from store import sealed_columns
from store.base import Base
from store.database import Database
from store.key_ring import refresh_ring
from store.prospect_intake import ProspectIntake, SeenProspect
from store.prospect_tables import ProspectKind
from store.sealed_columns import SEALED, count_usage, reseal_all
from store.secret_key_report import KeyReport
from store.tables import Connection, Delivery
from store.vault import Vault, fingerprint
from tests.factories import connect
from tests.store.inbox import record, stage_change

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))
ALL = {one.title for one in SEALED}


def test_every_binary_column_is_encrypted_anew() -> None:
    binary = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert {(one.table_name, one.name) for one in SEALED} == binary


async def fill(database: Database, vault: Vault, *, bodies: int = 1) -> None:
    """A row at least in every column."""
    async with database.transaction() as session:
        await refresh_ring(vault, session)
    connected = await connect(database, vault)
    for _ in range(bodies):
        await record(database, stage_change(connected, body=vault.seal("body")))
    seen = SeenProspect("pr_1", ProspectKind.EXISTING, True, vault.seal("{}"), None, None)
    async with database.transaction() as session:
        await ProspectIntake(session, connected.connection.id).take_in([seen], tuple(ProspectKind))


async def report(database: Database, vault: Vault) -> KeyReport:
    return KeyReport.of(vault, await count_usage(database, vault, tries_unnamed=True))


async def as_an_earlier_release_stored_it(database: Database, key: str) -> None:
    """Without the key's name in front."""
    async with database.transaction() as session:
        for one in SEALED:
            rows = await session.execute(select(one.table.c.id, one.values).where(one.values.is_not(None)))
            for row_id, sealed in rows.all():
                earlier = Fernet(key).encrypt(Vault([key]).open(sealed).encode())
                await session.execute(
                    update(one.table).where(one.table.c.id == row_id).values({one.values: earlier})
                )


async def test_a_rotation_leaves_nothing_under_the_old_key(database: Database) -> None:
    await fill(database, Vault([OLD]))
    both = Vault([NEW, OLD])
    before = await report(database, both)
    assert set(before.held[1].needed_by) == ALL
    assert [one.done for one in await reseal_all(database, both)] == list(before.held[1].needed_by.values())
    after = await report(database, Vault([NEW]))
    assert (after.missing, set(after.held[0].needed_by)) == ([], ALL)


async def test_what_earlier_releases_stored_is_counted_and_encrypted_anew(database: Database) -> None:
    await fill(database, Vault([OLD]))
    await as_an_earlier_release_stored_it(database, OLD)
    both = Vault([NEW, OLD])
    assert set((await report(database, both)).held[1].needed_by) == ALL
    untried = KeyReport.of(both, await count_usage(database, both, tries_unnamed=False))
    assert (untried.unnamed, untried.may_go) == (untried.unnamed, [])
    assert untried.unnamed == sum(one.rows for one in (await report(database, both)).held)
    await reseal_all(database, both)
    after = await report(database, both)
    assert (after.held[1].rows, after.unnamed) == (0, 0)
    assert after.may_go == [
        f"Key 2 of CROSSCHQ_LEVER_SECRET_KEYS ({fingerprint(OLD)}) is needed by nothing here and may be taken out."
    ]


async def test_a_rotation_that_was_broken_off_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed_columns, "WINDOW", 2)
    await fill(database, Vault([OLD]), bodies=5)
    both = Vault([NEW, OLD])
    real = sealed_columns._reseal
    windows = iter(range(6))

    async def cut_off(*args: object) -> None:
        if next(windows, None) is None:
            raise ConnectionResetError
        await real(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(sealed_columns, "_reseal", cut_off)
        with pytest.raises(ConnectionResetError):
            await reseal_all(database, both)
    half = await report(database, both)
    assert half.held[0].rows > 0
    assert half.held[1].rows > 0
    done = sum(one.done for one in await reseal_all(database, both))
    assert done == half.held[1].rows
    assert (await report(database, both)).held[1].rows == 0


class SomebodySaves(Database):
    """Changes a row between the rotation's look at it and its write, as a running process may."""

    is_armed = True

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with super().transaction() as session:
            real = session.execute

            async def execute(statement: object, *args: object, **named: object) -> object:
                if self.is_armed and str(statement).startswith("UPDATE connection SET lever_key"):
                    self.is_armed = False
                    async with super(SomebodySaves, self).transaction() as other:
                        await other.execute(
                            update(Connection).values(lever_key=Vault([OLD]).seal("saved-meanwhile"))
                        )
                return await real(statement, *args, **named)  # type: ignore[call-overload]

            session.execute = execute  # type: ignore[method-assign, assignment]
            yield session


async def test_what_is_saved_meanwhile_is_not_overwritten(database: Database, store_url: str) -> None:
    await fill(database, Vault([OLD]))
    both = Vault([NEW, OLD])
    busy = SomebodySaves(store_url)
    [keys, *_] = await reseal_all(busy, both)
    await busy.close()
    assert (keys.done, keys.changed) == (0, 1)
    async with database.transaction() as session:
        assert both.open((await session.scalars(select(Connection.lever_key))).one()) == "saved-meanwhile"
    assert (await report(database, both)).still_needed == [
        f"Key 2 of CROSSCHQ_LEVER_SECRET_KEYS ({fingerprint(OLD)}) is still needed by 1 row (Lever API keys: 1)."
    ]


async def test_settings_that_are_open_on_a_page_can_still_be_saved(database: Database) -> None:
    await fill(database, Vault([OLD]))
    async with database.transaction() as session:
        before = (await session.scalars(select(Connection.updated_at))).one()
    await reseal_all(database, Vault([NEW, OLD]))
    async with database.transaction() as session:
        assert (await session.scalars(select(Connection.updated_at))).one() == before


@pytest.mark.parametrize("names_its_key", [True, False])
async def test_what_needs_a_missing_key_is_said_and_left_as_it_is(
    database: Database, names_its_key: bool
) -> None:
    await fill(database, Vault([LOST]))
    if not names_its_key:
        await as_an_earlier_release_stored_it(database, LOST)
    async with database.transaction() as session:
        stored = (await session.scalars(select(Delivery.body))).one()
    resealed = await reseal_all(database, Vault([NEW]))
    assert all(one.lost and not one.done for one in resealed)
    async with database.transaction() as session:
        assert (await session.scalars(select(Delivery.body))).one() == stored
    [problem] = (await report(database, Vault([NEW]))).problems
    which = f"the key {fingerprint(LOST)}" if names_its_key else "a key"
    assert problem.startswith(
        f"CROSSCHQ_LEVER_SECRET_KEYS does not hold {which}, which is needed by 11 rows ("
    )


async def test_rows_far_apart_are_found(database: Database) -> None:
    await fill(database, Vault([OLD]), bodies=3)
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE delivery SET id = 100000 WHERE id = (SELECT max(id) FROM delivery)")
        )
    await reseal_all(database, Vault([NEW, OLD]))
    assert (await report(database, Vault([NEW, OLD]))).held[1].rows == 0
