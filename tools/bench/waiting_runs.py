"""Thousands of runs that wait in Prefect, as copies of one: straight into Prefect's tables, where that is ours.

Through Prefect's API the gateway orders some dozens a second, so that 10,000 would take minutes. A copy is the same to
everything that asks Prefect: it has an id, a key, a state, a time and parameters of its own.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

_COPY = text(
    """
    WITH wanted AS (
        SELECT *, gen_random_uuid() AS state_id
        FROM jsonb_to_recordset(CAST(:wanted AS jsonb))
            AS one(run_id uuid, follow_up_id int, opportunity_id text, due_at timestamptz)
    ),
    runs AS (
        INSERT INTO flow_run
        SELECT copy.* FROM wanted AS one, flow_run AS original,
            LATERAL jsonb_populate_record(original, jsonb_build_object(
                'id', one.run_id,
                'name', 'question-about-' || one.opportunity_id,
                'idempotency_key', 'followup:' || one.follow_up_id || ':1:0',
                'parameters', jsonb_build_object('follow_up_id', one.follow_up_id, 'generation', 1),
                'tags', jsonb_build_array('opportunity:' || one.opportunity_id),
                'state_id', one.state_id,
                'expected_start_time', one.due_at,
                'next_scheduled_start_time', one.due_at
            )) AS copy
        WHERE original.id = CAST(:original AS uuid)
    )
    INSERT INTO flow_run_state
    SELECT copy.* FROM wanted AS one, flow_run_state AS original,
        LATERAL jsonb_populate_record(original, jsonb_build_object(
            'id', one.state_id,
            'flow_run_id', one.run_id,
            'state_details', CAST(original.state_details AS jsonb) || jsonb_build_object(
                'flow_run_id', one.run_id, 'scheduled_time', one.due_at
            )
        )) AS copy
    WHERE original.flow_run_id = CAST(:original AS uuid)
    """
)
_FORGET = text("DELETE FROM flow_run WHERE id = ANY(CAST(:runs AS uuid[]))")


@dataclass(frozen=True)
class WaitingRun:
    """Of the first generation of a follow-up."""

    run_id: str
    follow_up_id: int
    opportunity_id: str
    due_at: datetime


async def copy_run(prefect: AsyncEngine, original: str, wanted: list[WaitingRun]) -> None:
    """Makes them of a run that waits."""
    rows = json.dumps([vars(one) for one in wanted], default=str)
    async with prefect.begin() as connection:
        await connection.execute(_COPY, {"original": original, "wanted": rows})


async def forget_runs(prefect: AsyncEngine, run_ids: list[str]) -> None:
    """With their states, as when somebody deletes them."""
    async with prefect.begin() as connection:
        await connection.execute(_FORGET, {"runs": run_ids})
