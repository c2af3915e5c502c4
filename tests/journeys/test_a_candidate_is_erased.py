"""Deleted in Lever: through gateway, dispatcher and worker, until neither our store nor Prefect knows of the person."""

import json
import os

import pytest
from sqlalchemy import text

from deployments.prefect_api import every, prefect_api
from tests.journeys.conftest import Installation
from tools.demo.story import StepFailed, Story
from wiring import open_parts

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif("LONG" not in os.environ, reason="three minutes of waiting: set LONG=1"),
]

KINDS = ("flow_runs", "task_runs", "logs", "artifacts")
OUR_TABLES = ("delivery", "reference_request", "effect", "follow_up", "hiring_outcome", "audit", "prospect")


async def traces_in_prefect(installation: Installation, told: Story) -> list[str]:
    async with prefect_api(installation.stack.settings) as api:
        kept = {kind: json.dumps(await every(api, f"/{kind}/filter")) for kind in KINDS}
    return [kind for kind, everything in kept.items() if told.opportunity_id in everything]


async def traces_with_us(installation: Installation, told: Story) -> list[str]:
    async with open_parts(installation.stack.settings) as parts, parts.database.transaction() as session:
        counts = {
            table: await session.scalar(
                text(f"SELECT count(*) FROM {table} AS one WHERE one::text LIKE :about"),  # noqa: S608 - our names
                {"about": f"%{told.opportunity_id}%"},
            )
            for table in OUR_TABLES
        }
    return [table for table, count in counts.items() if count]


async def test_nothing_is_left_of_a_candidate_who_was_deleted(installation: Installation) -> None:
    told = Story(installation.lever, installation.crosschq, patience=240)
    async for _ in told.play():
        pass
    assert await traces_with_us(installation, told)
    assert await traces_in_prefect(installation, told)
    await installation.lever.delete(told.opportunity_id)

    left = ["not looked yet"]

    async def is_forgotten() -> bool:
        left[:] = await traces_with_us(installation, told) + await traces_in_prefect(installation, told)
        return not left

    try:
        await told.wait_until("neither our store nor Prefect knows the candidate", is_forgotten)
    except StepFailed:
        pytest.fail(f"still known in {left}")
