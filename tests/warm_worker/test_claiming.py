"""An offer may be a moment old: what has happened to the run meanwhile decides."""

from collections.abc import AsyncIterator

import pytest
from prefect.client.schemas.objects import FlowRun, State
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    temporary_settings,
)
from prefect.states import Cancelled, Completed, Failed, Pending, Running, Scheduled

from settings import Settings
from tests.warm_worker.workers import Trial
from warm_worker.carrying_out import _claim
from warm_worker.client import FrugalClient

pytestmark = pytest.mark.stack


@pytest.fixture
async def client(warm: Settings) -> AsyncIterator[FrugalClient]:
    to_prefect = {
        PREFECT_API_URL: warm.api_url,
        PREFECT_API_AUTH_STRING: warm.prefect_auth_string.get_secret_value(),
        PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True,
    }
    with temporary_settings(to_prefect):
        async with FrugalClient() as opened:
            yield opened


async def offered(client: FrugalClient, trial: Trial, now: State[object]) -> FlowRun:
    """A run that was Scheduled when it was offered, and is in this state now."""
    offer = FlowRun.model_validate(await trial.start("two-steps"))
    await client.set_flow_run_state(offer.id, now, force=True)
    return offer


async def test_what_is_still_scheduled_is_ours(client: FrugalClient, trial: Trial) -> None:
    assert await _claim(client, await offered(client, trial, Scheduled()))


@pytest.mark.parametrize("now", [Pending(), Running(), Cancelled()], ids=lambda state: state.name)
async def test_what_is_under_way_or_cancelled_is_not(
    client: FrugalClient, trial: Trial, now: State[object]
) -> None:
    offer = await offered(client, trial, now)
    assert not await _claim(client, offer)
    assert (await client.read_flow_run(offer.id)).state_type == now.type


@pytest.mark.parametrize(
    "now", [Completed(name="Superseded"), Failed(name="TryingAgain")], ids=lambda state: state.name
)
async def test_what_has_ended_is_not_and_keeps_its_end(
    client: FrugalClient, trial: Trial, now: State[object]
) -> None:
    offer = await offered(client, trial, now)
    assert not await _claim(client, offer)
    after = await client.read_flow_run(offer.id)
    assert (after.state_type, after.state_name) == (now.type, now.name)
