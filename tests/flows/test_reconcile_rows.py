"""A row that the database, or our own code, takes nothing of is left as it is, and stops no other row of its look."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text

from flows.reconcile import Scope
from tests.flows.office import Office

pytestmark = pytest.mark.stack

REFUSES = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$;
    CREATE TRIGGER refuses BEFORE {operation} ON {table} FOR EACH ROW WHEN ({row}) EXECUTE FUNCTION refuse()
"""


@dataclass(frozen=True)
class Rows:
    """`made`: SQL that makes the look find three rows; `done`: how many of them it has dealt with."""

    look: str
    made: str
    table: str
    done: str
    row: str = "NEW.id = 2"
    operation: str = "UPDATE"
    is_counted: bool = True


ROWS = [
    Rows(
        look="abandoned requests settled",
        made="UPDATE reference_request SET state = 'intended', crosschq_id = NULL, ended_at = NULL",
        table="reference_request",
        done="SELECT count(*) FROM reference_request WHERE state IN ('unknown', 'failed')",
    ),
    Rows(
        look="unshown outcomes queued",
        made="""
            INSERT INTO hiring_outcome
                (connection_id, opportunity_id, outcome, source, version, shown_version, decided_at)
            SELECT connection_id, opportunity_id, 'hired', 'lever', 1, 0, now() - interval '1 day'
            FROM reference_request
        """,
        table="delivery",
        operation="INSERT",
        row="NEW.replay_key = 'outcome-unshown:2:1'",
        done="SELECT count(*) FROM delivery WHERE replay_key LIKE 'outcome-unshown:%'",
    ),
    Rows(
        look="deliveries of an ended shadow mode taken up",
        made="UPDATE delivery SET after_shadow = true WHERE id <= 3",
        table="delivery",
        done="SELECT count(*) FROM delivery WHERE id <= 3 AND state = 'waiting'",
    ),
    Rows(
        look="abandoned follow-ups ended",
        made="""
            UPDATE delivery SET state = 'dead' WHERE id <= 3;
            UPDATE follow_up SET delivery_id = id
        """,
        table="follow_up",
        done="SELECT count(*) FROM follow_up WHERE state = 'ended'",
    ),
    Rows(
        look="abandoned follow-ups ended",
        made="""
            UPDATE delivery SET state = 'done' WHERE id <= 3;
            UPDATE follow_up SET delivery_id = id
        """,
        table="follow_up",
        done="SELECT count(*) FROM follow_up WHERE state <> 'ended' AND delivery_id IS NULL",
        is_counted=False,
    ),
]


async def run_sql(office: Office, statements: str) -> None:
    async with office.parts.database.transaction() as session:
        for one in statements.split(";\n"):
            await session.execute(text(one))


async def count(office: Office, query: str) -> int:
    async with office.parts.database.transaction() as session:
        return int((await session.scalars(text(query))).one())


@pytest.mark.parametrize("rows", ROWS, ids=lambda rows: rows.done)
async def test_a_row_that_is_refused_stops_no_other(office: Office, rows: Rows) -> None:
    for _ in range(3):
        await office.report_for()
    await run_sql(office, rows.made)
    await run_sql(office, REFUSES.format(operation=rows.operation, table=rows.table, row=rows.row))
    try:
        state = await office.look(Scope.OWN_WORK)
    finally:
        await run_sql(office, "DROP FUNCTION refuse CASCADE")
    assert await count(office, rows.done) == 2
    assert state.is_failed()
    if rows.is_counted:
        assert f"{rows.look}: 2" in (state.message or "")
    assert f"{rows.look}: DBAPIError" in (state.message or "")
    assert "poison" not in (state.message or "")
    assert (await office.look(Scope.OWN_WORK)).is_completed()
    assert await count(office, rows.done) == 3


async def test_a_run_id_that_is_none_stops_no_other(office: Office) -> None:
    for _ in range(3):
        await office.report_for()
    await office.time_passes(timedelta(days=1))
    await run_sql(office, "UPDATE follow_up SET flow_run_id = 'no uuid' WHERE id = 2")
    await run_sql(office, "UPDATE follow_up SET flow_run_id = gen_random_uuid() WHERE id <> 2")
    state = await office.look(Scope.OWN_WORK)
    assert "ValueError" in (state.message or "")
    assert await count(office, "SELECT count(*) FROM follow_up WHERE flow_run_id IS NULL") == 2
