"""The product's own flow, cancelled and cut short while a vendor is being asked: done once or never at the vendors."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from cli.demo import connect_sandbox
from deployments.prefect_api import checked, every
from deployments.stack import Stack
from deployments.work_pool import ensure_work_pool
from settings import Settings
from store.tables import Delivery, DeliveryState, Effect, EffectState
from tests.warm_worker.conftest import with_pool
from tests.warm_worker.workers import Trial, started, until
from tools.demo.people import CrosschqPeople, LeverPeople
from wiring import Parts, open_parts

pytestmark = pytest.mark.stack


@pytest.fixture
async def ours(stack: Stack, api: httpx.AsyncClient) -> AsyncIterator[Settings]:
    """The product's deployments on a pool whose workers the test starts, and back again."""
    settings = with_pool(stack.settings, work_pool="product-trial", worker_grace=timedelta(seconds=1))
    await ensure_work_pool(api, settings.work_pool, settings.work_pool_type)
    before = [one for one in await every(api, "/deployments/filter") if one["name"] != "trial"]
    for one in before:
        pool = {"work_pool_name": settings.work_pool}
        checked(await api.patch(f"/deployments/{one['id']}", json=pool))
    yield settings
    for one in before:
        pool = {"work_pool_name": one["work_pool_name"]}
        checked(await api.patch(f"/deployments/{one['id']}", json=pool))


@dataclass
class Product:
    parts: Parts
    lever: LeverPeople
    crosschq: CrosschqPeople
    trial: Trial

    async def effect(self, key: str, state: EffectState) -> Effect:
        """Of the newest delivery, once it has this state."""

        async def seen() -> Effect | None:
            wanted = select(Effect).where(Effect.key.startswith(key), Effect.state == state)
            async with self.parts.database.transaction() as session:
                return await session.scalar(wanted.order_by(Effect.id.desc()))

        return await until(seen, 30)

    async def delivery(self, opportunity_id: str, state: DeliveryState) -> Delivery:
        async def seen() -> Delivery | None:
            subject = Delivery.subject == f"opportunity:{opportunity_id}"
            async with self.parts.database.transaction() as session:
                return await session.scalar(select(Delivery).where(subject, Delivery.state == state))

        return await until(seen, 60)

    async def run_for(self, opportunity_id: str) -> dict[str, Any]:
        wanted = {"flow_runs": {"name": {"any_": [f"references-for-{opportunity_id}"]}}}
        return (await self.trial.eventually("/flow_runs/filter", wanted, count=1))[0]


@pytest.fixture
async def product(stack: Stack, trial: Trial) -> AsyncIterator[Product]:
    async with httpx.AsyncClient(timeout=30) as http, open_parts(stack.settings) as parts:
        lever, crosschq = LeverPeople(http, stack.lever_url), CrosschqPeople(http, stack.crosschq_url)
        await connect_sandbox(stack, lever, crosschq)
        yield Product(parts, lever, crosschq, trial)
        await crosschq.set_knobs(latency_ms=0, match=None)
        await lever.set_knobs(latency_ms=0, match=None)


async def test_cancelled_while_crosschq_is_asked_the_answer_is_kept_and_nothing_more_is_done(
    ours: Settings, product: Product, told: Path
) -> None:
    async with started(ours, told, "product", module="prefect"):
        await product.crosschq.set_knobs(latency_ms=3000, match="POST ")
        candidate = await product.lever.meet_candidate()
        await product.lever.move(candidate["id"])
        await product.effect("crosschq-request/", EffectState.INTENDED)
        run = await product.run_for(candidate["id"])
        await product.trial.set_state(run, "CANCELLING")
        assert await product.trial.end(run) == ("CANCELLED", "Cancelled")
    assert (await product.effect("crosschq-request/", EffectState.DONE)).result
    delivery = await product.delivery(candidate["id"], DeliveryState.DEAD)
    assert "Cancelled in Prefect" in (delivery.outcome or "")
    assert len(await product.crosschq.requests_for(candidate["email"])) == 1
    assert not [tag for tag in await product.lever.tags(candidate["id"]) if tag.startswith("Crosschq: ")]


async def test_cut_short_by_a_restart_it_is_done_by_the_next_worker_and_once(
    ours: Settings, product: Product, told: Path
) -> None:
    async with started(ours, told, "first", module="prefect") as first:
        await product.lever.set_knobs(latency_ms=6000, match="GET /v1/opportunities")
        candidate = await product.lever.meet_candidate()
        await product.lever.move(candidate["id"])
        run = await product.run_for(candidate["id"])
        await first.says(f"Beginning flow run 'references-for-{candidate['id']}'")
        first.tell_to_stop()
        assert await first.end(seconds=30) == 0
    assert await product.trial.end(run) == ("CRASHED", "HandedBack")
    await product.lever.set_knobs(latency_ms=0, match=None)
    async with started(ours, told, "second", module="prefect"):
        delivery = await product.delivery(candidate["id"], DeliveryState.DONE)
    assert delivery.attempt == 2
    assert len(await product.crosschq.requests_for(candidate["email"])) == 1
