"""What the follow-ups' figures rest on: processor time of whole process trees, and rows and runs made in bulk."""

import subprocess
import sys
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psutil
import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    temporary_settings,
)
from prefect.states import Scheduled
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine

from deployments.stack import Stack
from hiring.follow_ups import FollowUpState
from store.database import Database
from store.outcome_tables import FollowUp
from store.requests import Requests
from store.vault import Vault
from store.wake_ups import WakeUps
from tests.factories import connect
from tools.bench.follow_ups import cpu_seconds
from tools.bench.waiting import AT_ONCE, Waiting
from tools.bench.waiting_runs import WaitingRun, copy_run, forget_runs

BURN = "import time\nwhile time.process_time() < 0.3: pass\n"
"""Takes so many seconds of a core."""
IN_A_WEEK = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)


def test_processor_time_is_that_of_children_and_of_theirs_that_ended() -> None:
    nested = (
        f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])\n{BURN}print(flush=True)\n"
    )
    argv = [sys.executable, "-c", f"{nested}input()"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        before = cpu_seconds(psutil.Process())
        child.stdout.readline()
        # Two times 0.3, in the kernel's ticks.
        assert 0.5 < cpu_seconds(psutil.Process()) - before < 1.5
        child.communicate(b"\n")


async def test_follow_ups_in_bulk_are_such_as_reports_leave(database: Database, vault: Vault) -> None:
    connection = (await connect(database, vault)).connection
    async with database.transaction() as session:
        await Waiting(session).add(connection.id, 20)
        made = (await session.scalars(select(FollowUp))).all()
        requests = [await Requests(session).by_id(one.request_id) for one in made]
        assert len(await WakeUps(session).unarmed(50)) == 20
    assert {one.opportunity_id for one in made} == {one.opportunity_id for one in requests}
    assert len({one.opportunity_id for one in made}) == 20
    for one in made:
        assert one.state is FollowUpState.WAITING
        assert timedelta(days=1) <= one.due_at - one.reported_at <= timedelta(days=14)


async def test_armed_ones_have_a_run_each_and_more_than_one_statement_makes_is_made(
    database: Database, vault: Vault
) -> None:
    connection = (await connect(database, vault)).connection
    async with database.transaction() as session:
        await Waiting(session).add(connection.id, AT_ONCE + 1, armed=True)
        runs = await Waiting(session).runs()
        assert (await Waiting(session).armed())[0] == AT_ONCE + 1
        assert await WakeUps(session).unarmed(50) == []
    assert len({run.run_id for run in runs}) == AT_ONCE + 1


async def test_the_seconds_are_those_to_the_last_run_that_was_noted(database: Database, vault: Vault) -> None:
    connection = (await connect(database, vault)).connection
    async with database.transaction() as session:
        await Waiting(session).add(connection.id, 2)
    for run_id, armed in (("run-1", 1), ("run-2", 2)):
        async with database.transaction() as session:
            wake_up, *_ = await WakeUps(session).unarmed(2)
            await WakeUps(session).note_run(wake_up, run_id)
        async with database.transaction() as session:
            found, seconds = await Waiting(session).armed()
            began = (await session.scalars(select(FollowUp.reported_at))).all()[0]
            (last,) = await session.scalars(select(FollowUp.seen_at).order_by(FollowUp.id.desc()).limit(1))
        assert found == armed
    assert last is not None
    assert seconds == pytest.approx((last - began).total_seconds())


async def test_forgotten_none_is_left(database: Database, vault: Vault) -> None:
    connection = (await connect(database, vault)).connection
    async with database.transaction() as session:
        await Waiting(session).add(connection.id, 20)
        await Waiting(session).forget()
        assert (await session.scalars(select(FollowUp))).all() == []


@pytest.mark.stack
async def test_copies_of_a_waiting_run_are_runs_to_prefect_until_they_are_forgotten(stack: Stack) -> None:
    engine = create_async_engine(stack.settings.prefect_store_url)
    wanted = [WaitingRun(str(uuid4()), 10**9 + n, f"nobody-{n}", IN_A_WEEK) for n in range(3)]
    with to_prefect(stack):
        async with get_client() as client:
            original = await waiting_run(client)
            await copy_run(engine, str(original.id), wanted)
            copies = await found(client, wanted)
            for one in wanted:
                copy = copies[one.run_id]
                assert copy.deployment_id == original.deployment_id
                assert copy.work_queue_id == original.work_queue_id
                assert copy.next_scheduled_start_time == IN_A_WEEK
                assert copy.parameters == {"follow_up_id": one.follow_up_id, "generation": 1}
                assert copy.state is not None
                assert (copy.state.type, copy.state.state_details.flow_run_id) == (
                    StateType.SCHEDULED,
                    copy.id,
                )
            await forget_runs(engine, [str(original.id), *copies])
            assert await found(client, wanted) == {}
    await engine.dispose()


def to_prefect(stack: Stack) -> AbstractContextManager[object]:
    return temporary_settings(
        {
            PREFECT_API_URL: stack.settings.api_url,
            PREFECT_API_AUTH_STRING: stack.settings.prefect_auth_string.get_secret_value(),
            PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True,
        }
    )


async def waiting_run(client: PrefectClient) -> FlowRun:
    deployment = await client.read_deployment_by_name("hiring-followup/due")
    parameters = {"follow_up_id": 10**9 + 10, "generation": 1}
    made = await client.create_flow_run_from_deployment(
        deployment.id, parameters=parameters, state=Scheduled(scheduled_time=IN_A_WEEK + timedelta(days=1))
    )
    return await client.read_flow_run(made.id)


async def found(client: PrefectClient, wanted: list[WaitingRun]) -> dict[str, FlowRun]:
    ids = FlowRunFilterId(any_=[UUID(one.run_id) for one in wanted])
    return {str(run.id): run for run in await client.read_flow_runs(flow_run_filter=FlowRunFilter(id=ids))}
