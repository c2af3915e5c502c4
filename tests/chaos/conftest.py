"""An installation that outlives kills, with two gateways and two workers at once, and quick to notice what died."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from cli.demo import connect_sandbox
from deployments import lineup
from deployments.stack import Stack, running_stack
from store.deliveries import Deliveries
from store.tables import Delivery
from tools.chaos.campaign import sweep_often, watched
from tools.demo.people import CrosschqPeople, LeverPeople
from tools.demo.settings import demo_settings
from tools.demo.story import Story
from wiring import Parts, make_parts

PORTS = (13600, 13610, 13620)
SECOND = {"public_port": 13700, "private_port": 13710}


@dataclass(frozen=True)
class Hardy:
    """The installation, and what a test looks at."""

    stack: Stack
    lever: LeverPeople
    crosschq: CrosschqPeople
    parts: Parts

    async def story(self) -> Story:
        """Of a candidate who has not been moved yet."""
        candidate = await self.lever.meet_candidate()
        return Story(
            self.lever, self.crosschq, opportunity_id=candidate["id"], email=candidate["email"], patience=100
        )

    async def about(self, story: Story) -> list[Delivery]:
        async with self.parts.database.transaction() as session:
            newest = await Deliveries(session).newest(1000)
        return [one for one in newest if one.opportunity_id == story.opportunity_id]


# For this folder's kills only: two gateways, two workers and a look every five seconds would slow the rest down.
@pytest.fixture(scope="package")
async def hardy(short_folder: Path) -> AsyncIterator[Hardy]:
    settings = demo_settings(short_folder / "hardy", PORTS)
    settings = settings.model_copy(update={"run_silence": timedelta(seconds=3)})
    async with (
        running_stack(settings, with_sandbox=True, progress=lambda _name: None) as stack,
        httpx.AsyncClient(timeout=30) as http,
        make_parts(settings) as parts,  # not the current ones: the fixture lives on beside other tests
    ):
        second = lineup.gateway(stack.settings.model_copy(update=SECOND), http, [])
        worker = lineup.worker(stack.settings, "-2")
        await stack.supervisor.start([replace(second, name="gateway-2"), replace(worker, name="worker-2")])
        lever, crosschq = LeverPeople(http, stack.lever_url), CrosschqPeople(http, stack.crosschq_url)
        await connect_sandbox(stack, lever, crosschq)
        await sweep_often(settings, seconds=5)
        async with watched(stack):
            yield Hardy(stack, lever, crosschq, parts)


@pytest.fixture(autouse=True)
async def peace(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """No fault of one test reaches the next."""
    yield
    if "hardy" in request.fixturenames:
        hardy: Hardy = request.getfixturevalue("hardy")
        await hardy.lever.behave()
        await hardy.crosschq.behave()
