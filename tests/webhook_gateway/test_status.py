"""`/status` tells how each part is and since when, also while Prefect or the database hang, and asks little for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text, update

from store.claiming import claim_due
from store.database import Database
from store.tables import Connection, Delivery
from tests.webhook_gateway.senders import NOW, Senders, stage_change
from tests.webhook_gateway.test_gateway_outage import NOWHERE
from tests.webhook_gateway.test_gateway_silence import told_by
from webhook_gateway.health import PoolSeen
from webhook_gateway.prefect_runs import PrefectUnavailable
from webhook_gateway.private import create_private_app
from webhook_gateway.readiness import Readiness
from webhook_gateway.status import KEPT_SECONDS, StatusBoard


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Pools:
    """Prefect, as it tells of our work pool."""

    def __init__(self) -> None:
        self.seen: PoolSeen | None = PoolSeen(is_paused=False, heartbeats=[NOW])
        self.is_away = self.hangs = False
        self.asked = 0

    async def pool(self, name: str) -> PoolSeen | None:
        self.asked += 1
        assert name == "crosschq-lever"
        if self.hangs:
            await asyncio.Event().wait()
        if self.is_away:
            raise PrefectUnavailable("Prefect's API could not be asked: nothing listens there.")
        return self.seen


@pytest.fixture
def pools() -> Pools:
    return Pools()


SHORT = 0.3
"""Seconds, where something hangs; elsewhere a busy machine has as long as it needs."""


def board(
    senders: Senders, pools: Pools, folder: Path, database: Database | None = None, patience: float = 30.0
) -> StatusBoard:
    store = database or senders.database
    readiness = Readiness(store, senders.gateway.last, patience=patience)
    return StatusBoard(
        store, readiness, pools, "crosschq-lever", folder, senders.clock, patience=patience, clock=Clock()
    )


@asynccontextmanager
async def private(senders: Senders, shown: StatusBoard) -> AsyncIterator[httpx.AsyncClient]:
    app = create_private_app(shown.database, senders.gateway.metrics, readiness=shown.readiness, board=shown)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://private.test") as http:
        yield http


async def look(senders: Senders, shown: StatusBoard) -> dict[str, Any]:
    """As it is now: what was measured before counts no more."""
    assert isinstance(shown.clock, Clock)
    shown.clock.seconds += KEPT_SECONDS
    async with private(senders, shown) as http:
        answer = await http.get("/status")
    assert answer.status_code == 200
    return dict(answer.json())


def ill(status: dict[str, Any]) -> set[str]:
    return {name for name, part in status.items() if name != "ok" and not part["ok"]}


async def test_all_is_well(senders: Senders, pools: Pools, tmp_path: Path) -> None:
    status = await look(senders, board(senders, pools, tmp_path / "not" / "made" / "yet"))
    assert list(status) == ["ok", "database", "prefect", "work_pool", "worker", "dispatcher", "disk"]
    assert ill(status) == set()
    assert status["ok"] is True
    assert status["worker"] == {
        "ok": True,
        "says": "A worker is at work.",
        "since": "2026-01-01T00:01:00+00:00",
    }


async def test_it_tells_since_when(senders: Senders, pools: Pools, tmp_path: Path) -> None:
    shown = board(senders, pools, tmp_path)
    await look(senders, shown)
    pools.is_away = True
    for _ in range(2):
        senders.clock.now += timedelta(minutes=1)
        status = await look(senders, shown)
    assert ill(status) == {"prefect", "work_pool", "worker"}
    assert status["ok"] is False
    assert status["prefect"]["since"] == "2026-01-01T00:02:00+00:00"
    assert status["database"]["since"] == "2026-01-01T00:01:00+00:00"


async def test_a_prefect_that_hangs_does_not_hang_it(senders: Senders, pools: Pools, tmp_path: Path) -> None:
    pools.hangs = True
    async with asyncio.timeout(5):
        status = await look(senders, board(senders, pools, tmp_path, patience=SHORT))
    assert ill(status) == {"prefect", "work_pool", "worker"}
    assert (
        status["prefect"]["says"] == "Webhooks are recorded and wait: Prefect's API does not answer in time."
    )


@pytest.mark.parametrize("which", ["away", "locked"])
async def test_a_database_that_does_not_answer_does_not_hang_it(
    senders: Senders, pools: Pools, tmp_path: Path, which: str
) -> None:
    database = Database(NOWHERE) if which == "away" else senders.database
    async with senders.database.transaction() as session, asyncio.timeout(5):
        await session.execute(text("LOCK TABLE delivery, heartbeat IN ACCESS EXCLUSIVE MODE"))
        status = await look(senders, board(senders, pools, tmp_path, database, SHORT))
    assert ill(status) == {"database", "dispatcher"}
    assert status["dispatcher"]["says"] == "Not known: the database does not tell."


async def test_what_waits_to_be_dispatched_is_told_and_measured(
    senders: Senders, pools: Pools, tmp_path: Path
) -> None:
    shown = board(senders, pools, tmp_path)
    await senders.lever(stage_change(senders.key))
    async with senders.database.transaction() as session:
        await session.execute(update(Delivery).values(next_attempt_at=NOW - timedelta(minutes=5)))
    status = await look(senders, shown)
    assert status["dispatcher"]["says"] == "What came in has waited for its flow run for 5 minutes."
    async with private(senders, shown) as http:
        metrics = (await http.get("/metrics")).text.splitlines()
    assert "crosschq_lever_dispatcher_oldest_due_seconds 300.0" in metrics
    assert 'crosschq_lever_part_ok{part="dispatcher"} 0.0' in metrics
    assert 'crosschq_lever_part_ok{part="worker"} 1.0' in metrics
    async with senders.database.transaction() as session:
        await session.execute(update(Connection).values(paused_because="A person."))
    assert ill(await look(senders, shown)) == set()


async def test_what_prefect_does_not_take_is_told(senders: Senders, pools: Pools, tmp_path: Path) -> None:
    shown = board(senders, pools, tmp_path)
    await senders.lever(stage_change(senders.key))
    async with senders.database.transaction() as session:
        await claim_due(session, 10)
    assert ill(await look(senders, shown)) == set()
    async with senders.database.transaction() as session:
        await session.execute(text("UPDATE delivery SET next_attempt_at = now() - interval '6 seconds'"))
    status = await look(senders, shown)
    assert status["dispatcher"]["says"] == "Prefect has not taken the flow runs of 1 delivery."


async def test_looking_locks_nothing_that_the_dispatcher_wants(
    senders: Senders, pools: Pools, tmp_path: Path
) -> None:
    await senders.lever(stage_change(senders.key))
    async with senders.database.transaction() as session:
        assert len(await claim_due(session, 10)) == 1
        assert ill(await look(senders, board(senders, pools, tmp_path))) == set()


async def test_many_who_look_at_once_or_soon_after_cause_one_measurement(
    senders: Senders, pools: Pools, tmp_path: Path
) -> None:
    shown = board(senders, pools, tmp_path)
    await asyncio.gather(*(shown.look() for _ in range(20)))
    await shown.look()
    assert pools.asked == 1
    assert isinstance(shown.clock, Clock)
    shown.clock.seconds += KEPT_SECONDS
    await shown.look()
    assert pools.asked == 2


async def test_it_tells_no_address_no_id_and_no_person(
    senders: Senders, pools: Pools, tmp_path: Path
) -> None:
    await senders.lever(stage_change(senders.key))
    told = str(await look(senders, board(senders, pools, tmp_path)))
    assert [one for one in [*told_by(senders), "o-1", "postgres", str(tmp_path)] if one in told] == []
