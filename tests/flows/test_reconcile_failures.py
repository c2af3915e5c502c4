"""A look of reconcile that fails stops no other, a connection none of the others, a malformed item none of the rest."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Scheduled
from sqlalchemy import select, text, update

from flows.reconcile import Scope
from store.attempts import Attempt, Attempts
from store.claiming import claim_due
from store.outcome_tables import FollowUp
from store.tables import Connection, Delivery, DeliveryState, ReferenceRequest
from tasks.lost_webhooks import MOST_UNANSWERED
from tasks.waits import take_up_overdue
from tests.flows.office import Office

pytestmark = pytest.mark.stack

LATER = timedelta(minutes=3)
WITHOUT_KEYS = 0
"""The id of a connection that is asked before the office's own."""


OF_THE_OTHER = """
    INSERT INTO reference_request
        (connection_id, opportunity_id, generation, template, job_position, candidate_index, state, crosschq_id)
    SELECT 0, opportunity_id, 1, template, job_position, candidate_index, state, crosschq_id FROM reference_request
"""
"""A request of that connection, to be read in Crosschq."""


@pytest.fixture
async def broken(office: Office) -> AsyncIterator[Office]:
    """The first connection's secrets were sealed with a key that nobody has any more."""
    async with office.parts.database.transaction() as session:
        own = (await session.scalars(select(Connection))).one()
        values = {column.key: getattr(own, column.key) for column in Connection.__table__.columns}
        lost = {"id": WITHOUT_KEYS, "name": "lost", "lever_key": b"lost", "crosschq_key": b"lost"}
        session.add(Connection(**values | lost))
    return office


@asynccontextmanager
async def without(office: Office, table: str) -> AsyncIterator[None]:
    """Whoever asks this table fails."""

    async def rename(before: str, after: str) -> None:
        async with office.parts.database.transaction() as session:
            await session.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))

    await rename(table, f"{table}_away")
    try:
        yield
    finally:
        await rename(f"{table}_away", table)


async def lost_move(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.set_knobs(lose_webhooks=100)
    await office.move(candidate)
    await office.minutes_later(3)


async def test_a_key_that_cannot_be_decrypted_stops_no_other_connection(broken: Office) -> None:
    await lost_move(broken)
    state = await broken.look(Scope.LEVER)
    assert (await broken.work_once()).name == "RequestSent"
    assert state.is_failed()
    assert state.message is not None
    assert "moves without a webhook (connection 0): VaultError" in state.message
    assert "archivings without a webhook (connection 0): VaultError" in state.message
    assert "moves without a webhook (connection 1): 1" in state.message


@pytest.mark.parametrize("scope", [Scope.CROSSCHQ, Scope.DELETIONS])
async def test_each_scope_says_which_connection_failed(broken: Office, scope: Scope) -> None:
    candidate, _ = await broken.report_for()
    async with broken.parts.database.transaction() as session:
        await session.execute(text("UPDATE reference_request SET state = 'sent', answered = 0"))
        await session.execute(text(OF_THE_OTHER))
    await broken.lever.set_knobs(lose_webhooks=100)
    await broken.lever.delete(candidate["id"])
    state = await broken.look(scope)
    assert state.is_failed()
    assert "(connection 0): VaultError" in (state.message or "")
    assert "(connection 1): 1" in (state.message or "")


@pytest.mark.parametrize("table", ["reference_request", "prospect_settings"])
async def test_a_look_that_fails_stops_no_other(office: Office, table: str) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    async with office.parts.database.transaction() as session:
        (delivery,) = await claim_due(session, 1)
        await Attempts(session).take_up(Attempt(delivery.id, delivery.attempt))
        long_ago = office.parts.now() - LATER
        await session.execute(update(Delivery).values(alive_at=long_ago, body=b"x", body_sha256="x"))
    async with without(office, table):
        state = await office.look(Scope.OWN_WORK)
    assert (await office.delivery(delivery.id)).state is DeliveryState.WAITING
    assert state.is_failed()
    assert "stranded deliveries set free: 1" in (state.message or "")
    assert "ProgrammingError" in (state.message or "")
    assert (await office.look(Scope.OWN_WORK)).is_completed()


async def test_what_comes_after_a_look_that_failed_is_done(office: Office) -> None:
    candidate, _ = await office.report_for()
    await office.time_passes(timedelta(days=15))
    async with without(office, "hiring_outcome"):
        state = await office.look(Scope.OWN_WORK)
    assert "overdue follow-ups taken up: 1" in (state.message or "")
    assert "unshown outcomes queued: ProgrammingError" in (state.message or "")
    assert (await office.follow_up(candidate)).delivery_id is not None


async def test_a_row_that_cannot_be_looked_at_stops_no_other_row(office: Office) -> None:
    for _ in range(3):
        await office.move(await office.lever.meet_candidate())
    async with office.parts.database.transaction() as session:
        claimed = await claim_due(session, 3)
        values = {"state": DeliveryState.RUNNING, "alive_at": office.parts.now() - LATER}
        await session.execute(update(Delivery).values(**values))
        poison = update(Delivery).where(Delivery.id == claimed[0].id)
        await session.execute(poison.values(flow_run_id="no uuid"))
    state = await office.look(Scope.OWN_WORK)
    assert "stranded deliveries set free: 2" in (state.message or "")
    assert "stranded deliveries set free: ValueError" in (state.message or "")
    assert "no uuid" not in (state.message or "")


async def test_a_malformed_opportunity_hides_no_lost_move(office: Office) -> None:
    malformed = await office.lever.meet_candidate()
    await office.move(malformed)
    await office.work()
    office.lever_app.state.lever.account.opportunities[malformed["id"]].opportunity_location = {
        "first": "Ada"
    }
    await lost_move(office)
    state = await office.look(Scope.LEVER)
    assert state.is_completed()
    assert "moves without a webhook (connection 1): 1" in (state.message or "")
    assert "moves without a webhook (connection 1): 1 unreadable left out" in (state.message or "")
    assert "Ada" not in (state.message or "")


async def test_a_malformed_opportunity_hides_no_lost_hire(office: Office) -> None:
    malformed, _ = await office.report_for()
    candidate, request_id = await office.report_for()
    await office.lever.set_knobs(lose_webhooks=100)
    for one in (malformed, candidate):
        await office.archive(one)
    office.lever_app.state.lever.account.opportunities[malformed["id"]].opportunity_location = {
        "first": "Ada"
    }
    state = await office.look(Scope.LEVER, LATER)
    assert "archivings without a webhook (connection 1): 1 unreadable left out" in (state.message or "")
    await office.work()
    told = [one["hiring_status"] for one in await office.crosschq.outcomes(request_id)]
    assert told == ["hired"]


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # of the sandbox, made to answer so
async def test_a_malformed_archive_reason_hides_no_hire_with_another_one(office: Office) -> None:
    candidate, request_id = await office.report_for()
    reasons = office.lever_app.state.lever.account.archive_reasons.values()
    next(one for one in reasons if one.type != "hired").text = {"first": "Ada"}
    await office.archive(candidate)
    await office.work()
    told = [one["hiring_status"] for one in await office.crosschq.outcomes(request_id)]
    assert told == ["hired"]


async def test_a_vendor_that_is_away_fails_its_looks_and_says_so(office: Office) -> None:
    await office.lever.set_knobs(fail_status=503, fail_count=1000)
    state = await office.look(Scope.LEVER)
    assert state.is_failed()
    assert "moves without a webhook (connection 1): Unavailable" in (state.message or "")


async def test_a_follow_up_cancelled_in_prefect_is_never_taken_up_as_overdue(office: Office) -> None:
    """Also where the look that usually notices it has failed, or looked too late."""
    candidate, _ = await office.report_for()
    waiting = await office.follow_up(candidate)
    with office.prefect_settings():
        async with get_client() as client:
            deployment = await client.read_deployment_by_name("hiring-followup/due")
            run = await client.create_flow_run_from_deployment(
                deployment.id,
                parameters={"follow_up_id": waiting.id, "generation": waiting.generation},
                state=Scheduled(scheduled_time=waiting.due_at),
            )
            await client.set_flow_run_state(run.id, Cancelled(), force=True)
    async with office.parts.database.transaction() as session:
        await session.execute(update(FollowUp).values(flow_run_id=str(run.id)))
    await office.time_passes(timedelta(days=15))
    with pytest.MonkeyPatch.context() as patch:
        # As after an outage longer than the look back.
        patch.setattr("tasks.waits.LOOK_BACK", timedelta(0))
        patch.setattr("flows.reconcile.OWN_WORK", {"overdue": take_up_overdue})
        await office.reconcile(Scope.OWN_WORK)
    ended = await office.follow_up(candidate)
    assert (ended.delivery_id, ended.ended_because) == (None, "Cancelled in Prefect by a person.")


@pytest.mark.in_prefect
@pytest.mark.parametrize("scope", Scope)
async def test_a_look_leaves_one_run_in_prefect_and_no_task_runs(office: Office, scope: Scope) -> None:
    await lost_move(office)
    before = await task_runs(office, await office.look(scope, LATER))
    after = await task_runs(office, await office.look(scope, LATER))
    assert (before, after) == (0, 0)


async def task_runs(office: Office, state: State[object]) -> int:
    run_id = state.state_details.flow_run_id
    assert run_id is not None
    with office.prefect_settings():
        async with get_client() as client:
            of_run = FlowRunFilter(id=FlowRunFilterId(any_=[run_id]))
            return len(await client.read_task_runs(flow_run_filter=of_run))


async def test_a_request_that_crosschq_never_answers_for_stops_no_other(office: Office) -> None:
    moved = [await office.lever.meet_candidate() for _ in range(2)]
    await office.crosschq.set_knobs(lose_webhooks=1000)
    for candidate in moved:
        await office.move(candidate)
        await office.work()
    broken, whole = [(await office.the_request(one))["id"] for one in moved]
    await office.act(whole, "self_reference", "add_references", "answer_next")
    await office.crosschq.set_knobs(fail_status=500, fail_count=1000, match=f"GET .*{broken}")
    state = await office.look(Scope.CROSSCHQ)
    assert "requests with news without a webhook (connection 1): 1" in (state.message or "")
    await office.work()
    assert await office.status_tags(moved[1]) == ["Crosschq: 1 of 3"]


async def test_after_some_reads_without_an_answer_crosschq_is_left_alone_and_the_next_look_begins_with_others(
    office: Office,
) -> None:
    await office.crosschq.set_knobs(lose_webhooks=1000)
    for _ in range(MOST_UNANSWERED + 1):
        await office.move(await office.lever.meet_candidate())
        await office.work()
    await office.crosschq.set_knobs(fail_status=500, fail_count=1000, match="GET .*reference-request")
    await office.look(Scope.CROSSCHQ)
    async with office.parts.database.transaction() as session:
        rows = [*await session.scalars(select(ReferenceRequest).order_by(ReferenceRequest.next_check_at))]
    assert [row.id for row in rows] == [MOST_UNANSWERED + 1, *range(1, MOST_UNANSWERED + 1)]
    assert not any(row.is_expired for row in rows)


async def test_what_was_not_read_does_not_expire(office: Office) -> None:
    await office.move(await office.lever.meet_candidate())
    await office.work()
    ago = timedelta(days=200)
    times = ("sent_at", "crosschq_updated_on", "next_check_at", "last_checked_at")
    async with office.parts.database.transaction() as session:
        earlier = {name: getattr(ReferenceRequest, name) - ago for name in times}
        await session.execute(update(ReferenceRequest).values(**earlier))
        key = (await session.scalars(select(Connection.crosschq_key))).one()
        await session.execute(update(Connection).values(crosschq_key=b"lost"))
    office.parts._crosschqs.clear()
    await office.look(Scope.CROSSCHQ)
    await office.crosschq.set_knobs(fail_status=403, fail_count=1, match="GET .*reference-request")
    async with office.parts.database.transaction() as session:
        await session.execute(update(Connection).values(crosschq_key=key))
    await office.look(Scope.CROSSCHQ)
    async with office.parts.database.transaction() as session:
        assert not (await session.scalars(select(ReferenceRequest))).one().is_expired
