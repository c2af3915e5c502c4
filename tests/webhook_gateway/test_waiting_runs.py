"""Runs that wait in a real Prefect: one for each order however often it comes, and cancelled only while they wait."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from prefect.client.schemas.objects import State, StateType
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    temporary_settings,
)
from prefect.states import Completed, Running

from deployments.stack import Stack
from store.wake_ups import WakeUp
from webhook_gateway.prefect_runs import PrefectRuns

pytestmark = pytest.mark.stack

CONNECTION = 1_000_000_000
"""No connection of the stack has this number."""
TAG = f"connection:{CONNECTION}"
IN_TWO_WEEKS = datetime.now(UTC).replace(microsecond=0) + timedelta(days=14)


@pytest.fixture
async def client(stack: Stack) -> AsyncIterator[PrefectClient]:
    to_prefect = {
        PREFECT_API_URL: stack.settings.api_url,
        PREFECT_API_AUTH_STRING: stack.settings.prefect_auth_string.get_secret_value(),
        PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True,
    }
    with temporary_settings(to_prefect):
        async with get_client() as client:
            yield client


@pytest.fixture
async def runs(client: PrefectClient) -> AsyncIterator[PrefectRuns]:
    runs = PrefectRuns()
    yield runs
    await runs.aclose()
    ours = FlowRunFilter(tags=FlowRunFilterTags(all_=[TAG]))
    for run in await client.read_flow_runs(flow_run_filter=ours):
        await client.delete_flow_run(run.id)


def wake_up(**changes: int) -> WakeUp:
    """Of a follow-up that no store knows."""
    values = {
        "follow_up_id": uuid4().int % 10**9 + 10**9,
        "generation": 1,
        "connection_id": CONNECTION,
        "armed": 0,
    }
    return WakeUp(**{**values, **changes}, opportunity_id="opportunity-1", due_at=IN_TWO_WEEKS)


async def test_the_run_is_there_to_be_seen_with_its_time_and_ids_only(
    runs: PrefectRuns, client: PrefectClient
) -> None:
    ordered = wake_up()
    run = await client.read_flow_run(UUID(await runs.schedule(ordered)))
    assert run.state is not None
    assert (run.state.type, run.state.state_details.scheduled_time) == (StateType.SCHEDULED, IN_TWO_WEEKS)
    assert run.next_scheduled_start_time == IN_TWO_WEEKS
    assert run.parameters == {"follow_up_id": ordered.follow_up_id, "generation": 1}
    assert run.name == "question-about-opportunity-1"
    assert set(run.tags) == {TAG, "opportunity:opportunity-1"}


async def test_the_same_order_is_the_same_run_and_each_other_one_is_another(runs: PrefectRuns) -> None:
    ordered = wake_up()
    again = wake_up(follow_up_id=ordered.follow_up_id)
    anew = wake_up(follow_up_id=ordered.follow_up_id, armed=1)
    next_generation = wake_up(follow_up_id=ordered.follow_up_id, generation=2)
    made = [await runs.schedule(one) for one in (ordered, again, anew, next_generation)]
    assert made[0] == made[1]
    assert len(set(made)) == 3


async def test_a_run_that_waits_is_cancelled_and_stays_so(runs: PrefectRuns, client: PrefectClient) -> None:
    flow_run_id = await runs.schedule(wake_up())
    for _ in range(2):
        await runs.cancel(flow_run_id)
    assert await state_of(client, flow_run_id) is StateType.CANCELLED


async def test_a_run_that_is_gone_or_never_was_needs_no_cancelling(
    runs: PrefectRuns, client: PrefectClient
) -> None:
    flow_run_id = await runs.schedule(wake_up())
    await client.delete_flow_run(UUID(flow_run_id))
    for gone in (flow_run_id, str(uuid4())):
        await runs.cancel(gone)


@pytest.mark.parametrize("state", [Running(), Completed()])
async def test_a_run_at_work_or_over_stays_as_it_is(
    runs: PrefectRuns, client: PrefectClient, state: State[None]
) -> None:
    flow_run_id = await runs.schedule(wake_up())
    await client.set_flow_run_state(UUID(flow_run_id), state, force=True)
    await runs.cancel(flow_run_id)
    assert await state_of(client, flow_run_id) is state.type


async def state_of(client: PrefectClient, flow_run_id: str) -> StateType | None:
    return (await client.read_flow_run(UUID(flow_run_id))).state_type
