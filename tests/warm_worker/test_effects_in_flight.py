"""A run is cancelled while a vendor is being asked: the answer is waited for, or it stays open whether it was."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import tasks.effects
from store.database import Database
from store.deliveries import Deliveries
from store.tables import Effect, EffectState
from store.vault import Vault
from tasks.case import Case
from tests.factories import connect, settings_at
from tests.store.inbox import claim, record, stage_change, take_up
from wiring import open_parts


@pytest.fixture
async def case(database: Database, vault: Vault, store_url: str, tmp_path: Path) -> AsyncIterator[Case]:
    """A delivery in hand, inside the parts of a process."""
    await record(database, stage_change(await connect(database, vault)))
    [attempt] = await claim(database)
    assert await take_up(database, attempt)
    async with database.transaction() as session:
        delivery = await Deliveries(session).get(attempt.delivery_id)
    assert delivery
    settings = settings_at(tmp_path, store_url)
    async with open_parts(settings):
        yield Case.from_delivery(delivery)


class Vendor:
    """Answers when told to."""

    def __init__(self) -> None:
        self.asked, self.may_answer = asyncio.Event(), asyncio.Event()

    async def act(self) -> str:
        self.asked.set()
        await self.may_answer.wait()
        return "id-7"


async def effect(database: Database) -> Effect:
    async with database.transaction() as session:
        found = await session.get(Effect, 1)
    assert found
    return found


async def test_an_answer_that_comes_in_time_is_kept(case: Case, database: Database) -> None:
    vendor = Vendor()
    run = asyncio.ensure_future(tasks.effects.once(case, "note/1", vendor.act, at=None))
    await vendor.asked.wait()
    run.cancel()
    vendor.may_answer.set()
    with pytest.raises(asyncio.CancelledError):
        await run
    kept = await effect(database)
    assert (kept.state, kept.result) == (EffectState.DONE, "id-7")


async def test_without_an_answer_it_stays_open_whether_it_happened(
    case: Case, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.effects, "IN_FLIGHT_SECONDS", 0.05)
    vendor = Vendor()
    run = asyncio.ensure_future(tasks.effects.once(case, "note/1", vendor.act, at=None))
    await vendor.asked.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert (await effect(database)).state is EffectState.INTENDED
