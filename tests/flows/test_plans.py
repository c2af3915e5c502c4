"""Every statement that is asked by schedule, by scrape, by page load or by a story finds its rows by an index."""

import ast

import pytest
from sqlalchemy import text

from deployments.environment import ROOT
from flows.reconcile import Scope
from onboarding.self_test.prefect_checks import SCHEDULED
from store.base import Base
from store.database import Database
from store.deliveries import NewDelivery
from store.tombstones import DELETED_EVENT
from tasks.case import Case
from tasks.erasure_steps import close_door, erase_kept
from tests.flows.office import Office
from tests.store.inbox import row, running
from tools.bench.history import LARGE, fill
from tools.bench.statements import LOOPS, Statement, by_page, by_schedule, read_whole, recording
from wiring import use_parts

pytestmark = pytest.mark.stack

DELIVERIES = 30_000
"""A tenth of what `make bench` fills in, with 90,000 effects: from some thousand rows on the planner chooses alike."""

SMALL = {
    *(
        "connection",
        "webhook_endpoint",
        "request_template",
        "rate_bucket",
        "prospect_settings",
        "prospect_walk",
    ),
    *(
        "page_person",
        "page_address",
        "page_session",
        "sign_in_failure",
        "heartbeat",
        "secret_key_age",
        "vendor_health",
        "lasting_key",
    ),
}
"""As many rows as there are connections, and people who sign in: a session or failure lasts for hours at most."""


async def test_no_statement_of_a_schedule_a_page_or_a_story_reads_a_large_table_whole(office: Office) -> None:
    database = office.parts.database
    await fill(database, await office.connection_id(), DELIVERIES)
    candidate = await office.lever.meet_candidate()
    await office.crosschq.add_prospects(3)
    await office.want_prospects()
    with recording(database) as heard:
        loaded = await by_page(office.parts, heard, candidate["id"])
        assert {"/ready", "/status", "/metrics", "/"} <= {*loaded}
        with office.prefect_settings():
            await by_schedule(office.parts, heard)
        heard.occasion = "a story"
        await a_story(office)
    await analyse(database)
    whole = [one async for one in read_whole(database, heard.statements.values())]
    assert not whole, "\n\n".join(whole)
    assert len({one.occasion for one in heard.statements.values()}) > 60


async def a_story(office: Office) -> None:
    """From the move to the hire; then the opportunity is erased, and prospects are exported."""
    candidate, _ = await office.report_for()
    await office.archive(candidate)
    await office.work()
    await office.export()
    told = NewDelivery(
        connection_id=await office.connection_id(),
        origin="webhook",
        event=DELETED_EVENT,
        subject=f"opportunity:{candidate['id']}",
        opportunity_id=candidate["id"],
        replay_key="deleted",
    )
    attempt = await running(office.parts.database, told)
    with use_parts(office.parts):
        case = Case.from_delivery(await row(office.parts.database, attempt.delivery_id))
        await close_door(case)
        assert await erase_kept(case, "It was a test.")


async def analyse(database: Database) -> None:
    """What was done meanwhile, as autovacuum sees to."""
    async with database.transaction() as session:
        await session.execute(text(f"ANALYZE {', '.join(sorted(LARGE))}"))


async def test_a_statement_without_an_index_is_found(database: Database) -> None:
    asked = Statement("SELECT count(*) FROM delivery WHERE outcome = 'x'", (), "a test")
    assert [one async for one in read_whole(database, [asked])] == [
        f"a test reads all of delivery:\n{asked.sql}"
    ]


def test_every_table_is_known_to_stay_small_or_to_grow() -> None:
    assert {table.name for table in Base.metadata.sorted_tables} == SMALL | LARGE


def test_every_loop_of_the_gateway_is_among_those_that_are_listened_to() -> None:
    loops = {
        made.name
        for source in (ROOT / "webhook_gateway").glob("*.py")
        for made in ast.walk(ast.parse(source.read_text()))
        if isinstance(made, ast.ClassDef)
        and any(isinstance(one, ast.AsyncFunctionDef) and one.name == "run" for one in made.body)
    }
    assert loops == set(LOOPS)


def test_every_deployment_that_a_schedule_starts_for_all_is_a_scope_of_reconcile() -> None:
    assert {f"reconcile/{scope}" for scope in Scope} == set(SCHEDULED)
