"""The purge of each minute: bounded, and no kind of rows waits for the mend of another."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from store.database import Database
from store.deliveries import Deliveries
from store.retention import BATCH, Retention
from store.tables import Audit, Delivery
from store.vault import Vault
from tasks.looks import Look
from tasks.retention import MOST_BATCHES, in_batches, purge_expired_history
from tests.factories import connect, settings_at
from tests.store.inbox import stage_change
from wiring import make_parts, use_parts

AGES = timedelta(days=1000)


async def test_what_is_left_after_so_many_batches_waits_for_the_next_minute(database: Database) -> None:
    asked = []

    async def purge(one: Retention) -> int:
        asked.append(one)
        return BATCH

    assert await in_batches(database, purge, pause=0) == MOST_BATCHES * BATCH
    assert len(asked) == MOST_BATCHES


async def test_one_kind_that_fails_is_told_of_and_holds_up_no_other(
    database: Database, store_url: str, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected = await connect(database, vault)
    async with database.transaction() as session:
        await Deliveries(session).record(stage_change(connected, outcome="Ignored."))
        session.add(Audit(who="ada", what="replayed", subject="delivery:1"))
    async with database.transaction() as session:
        await session.execute(update(Delivery).values(finished_at=Delivery.finished_at - AGES))
        await session.execute(update(Audit).values(at=Audit.at - AGES))

    async def fail(_self: Retention, _older_than: timedelta) -> int:
        raise LookupError("a row as nobody expected")

    monkeypatch.setattr(Retention, "forget_deliveries", fail)
    look = Look("retention")
    async with make_parts(settings_at(tmp_path, store_url)) as parts:
        with use_parts(parts):
            await purge_expired_history(look)
    assert [str(error) for error in look.failures] == ["a row as nobody expected"]
    async with database.transaction() as session:
        assert (await session.scalars(select(Audit.id))).all() == []
        [kept] = await session.scalars(select(Delivery))
    assert kept.body is None
