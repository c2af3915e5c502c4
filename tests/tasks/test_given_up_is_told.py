"""A delivery whose run died or was cancelled in Prefect, and that is given up for it, is told to ops."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from store.attempts import Attempt
from store.database import Database
from store.deliveries import Deliveries
from store.tables import Delivery, DeliveryState
from store.vault import Vault
from tasks import own_work
from tasks.seen_in_prefect import Fate
from tests.factories import connect, settings_at
from tests.store.inbox import finish, row, running, stage_change
from wiring import open_parts

Told = list[tuple[object, ...]]


@pytest.fixture
async def attempt(database: Database, vault: Vault, store_url: str, tmp_path: Path) -> AsyncIterator[Attempt]:
    """Begun long ago, with a run in Prefect."""
    one = await running(database, stage_change(await connect(database, vault)))
    long_ago = datetime.now(UTC) - timedelta(days=30)
    async with database.transaction() as session:
        await Deliveries(session).note_run(one, "run-1")
        await session.execute(update(Delivery).values(attempt=9, first_attempt_at=long_ago))
    settings = settings_at(tmp_path, store_url)
    async with open_parts(settings):
        yield Attempt(one.delivery_id, 9)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    sent: Told = []
    monkeypatch.setattr(own_work, "delivery_is_dead", lambda *about: sent.append(about))
    return sent


def prefect_says(monkeypatch: pytest.MonkeyPatch, fate: Fate) -> Any:
    async def fate_of(*_asked: object) -> Fate:
        return fate

    monkeypatch.setattr(own_work, "fate_of", fate_of)
    return own_work._decide


@pytest.mark.parametrize("fate", [Fate.CANCELLED, Fate.DEAD])
async def test_one_that_is_given_up_is_told_with_its_run(
    database: Database, attempt: Attempt, told: Told, monkeypatch: pytest.MonkeyPatch, fate: Fate
) -> None:
    suspect = await row(database, attempt.delivery_id)
    assert await prefect_says(monkeypatch, fate)(None, suspect) is False
    kept = await row(database, attempt.delivery_id)
    assert (kept.state, kept.flow_run_id) == (DeliveryState.DEAD, "run-1")
    assert told == [(suspect.id, suspect.connection_id, "run-1")]


@pytest.mark.parametrize("fate", [Fate.CANCELLED, Fate.DEAD])
async def test_one_that_came_back_to_life_is_not(
    database: Database, attempt: Attempt, told: Told, monkeypatch: pytest.MonkeyPatch, fate: Fate
) -> None:
    suspect = await row(database, attempt.delivery_id)
    assert await finish(database, attempt, DeliveryState.DONE, "Sent.")
    await prefect_says(monkeypatch, fate)(None, suspect)
    assert (await row(database, attempt.delivery_id)).state is DeliveryState.DONE
    assert told == []
