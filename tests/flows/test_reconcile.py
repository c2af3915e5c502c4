"""What a crash, a lost webhook or Prefect itself leaves undone is found by asking, and done once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.states import AwaitingRetry, Cancelled, Completed, Crashed, Pending, Running, Scheduled
from sqlalchemy import update

from flows.reconcile import Scope
from lever.webhooks import CANDIDATE_STAGE_CHANGE
from outbound.limiter import Priority
from store.attempts import Attempt, Attempts
from store.claiming import claim_due
from store.deliveries import Deliveries
from store.requests import Requests
from store.tables import Delivery, DeliveryState, ReferenceRequest, RequestState
from tests.flows.office import Office
from webhook_gateway.prefect_runs import DEPLOYMENTS

pytestmark = pytest.mark.stack

LATER = timedelta(minutes=3)


async def let_time_pass(office: Office, minutes: int = 2) -> None:
    ago = office.parts.now() - timedelta(minutes=minutes)
    async with office.parts.database.transaction() as session:
        await session.execute(update(Delivery).values(next_attempt_at=ago, alive_at=ago))


async def dispatched(office: Office, candidate: dict[str, Any]) -> Delivery:
    """A stage change whose flow run Prefect has, and no worker takes: it is scheduled for tomorrow."""
    await office.move(candidate)
    async with office.parts.database.transaction() as session:
        (delivery,) = await claim_due(session, 1)
    with office.prefect_settings():
        async with get_client() as client:
            deployment = await client.read_deployment_by_name(DEPLOYMENTS[CANDIDATE_STAGE_CHANGE])
            run = await client.create_flow_run_from_deployment(
                deployment.id,
                parameters={"delivery_id": delivery.id, "attempt": delivery.attempt},
                state=Scheduled(scheduled_time=office.parts.now() + timedelta(days=1)),
            )
    async with office.parts.database.transaction() as session:
        await Deliveries(session).note_run(Attempt(delivery.id, delivery.attempt), str(run.id))
    return await office.delivery(delivery.id)


async def put_run(office: Office, delivery: Delivery, state: Any) -> None:
    assert delivery.flow_run_id is not None
    with office.prefect_settings():
        async with get_client() as client:
            await client.set_flow_run_state(UUID(delivery.flow_run_id), state, force=True)


async def state_of_run(office: Office, run_id: str | None) -> str:
    with office.prefect_settings():
        async with get_client() as client:
            run = await client.read_flow_run(UUID(run_id or ""))
    return run.state.type.value if run.state else ""


@pytest.mark.parametrize("state", ["crashed", "completed", "pending", "running", "awaiting retry", "deleted"])
async def test_a_run_that_prefect_or_a_crash_stranded_is_done_again(office: Office, state: str) -> None:
    candidate = await office.lever.meet_candidate()
    delivery = await dispatched(office, candidate)
    states = {
        "crashed": Crashed(),
        "completed": Completed(),
        "pending": Pending(),
        "running": Running(),
        "awaiting retry": AwaitingRetry(scheduled_time=office.parts.now() + timedelta(days=1)),
    }
    if state == "deleted":
        with office.prefect_settings():
            async with get_client() as client:
                await client.delete_flow_run(UUID(delivery.flow_run_id or ""))
    else:
        await put_run(office, delivery, states[state])
    await let_time_pass(office)
    await office.reconcile(Scope.OWN_WORK, LATER)
    assert (await office.delivery(delivery.id)).state is DeliveryState.WAITING
    await let_time_pass(office)
    assert (await office.work_once()).delivery.attempt == 2
    await office.the_request(candidate)
    if state not in ("deleted", "awaiting retry"):
        assert await state_of_run(office, delivery.flow_run_id) in ("CRASHED", "COMPLETED")


async def test_a_run_that_waits_for_a_worker_is_left_alone(office: Office) -> None:
    delivery = await dispatched(office, await office.lever.meet_candidate())
    await let_time_pass(office)
    await office.reconcile(Scope.OWN_WORK, LATER)
    assert (await office.delivery(delivery.id)).state is DeliveryState.DISPATCHED


async def test_a_run_cancelled_in_prefect_ends_its_delivery(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    delivery = await dispatched(office, candidate)
    await put_run(office, delivery, Cancelled())
    await let_time_pass(office)
    await office.reconcile(Scope.OWN_WORK, LATER)
    ended = await office.delivery(delivery.id)
    assert ended.state is DeliveryState.DEAD
    assert "Cancelled in Prefect" in (ended.outcome or "")
    assert await office.work() == []


async def test_a_run_that_fell_silent_is_done_again_and_cannot_act_when_it_comes_back(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    delivery = await dispatched(office, candidate)
    async with office.parts.database.transaction() as session:
        await Attempts(session).take_up(Attempt(delivery.id, 1))
    await put_run(office, delivery, Running())
    await let_time_pass(office)
    await office.reconcile(Scope.OWN_WORK, LATER)
    async with office.parts.database.transaction() as session:
        assert not await Attempts(session).is_current(Attempt(delivery.id, 1))
    await let_time_pass(office)
    assert (await office.work_once()).name == "RequestSent"
    assert await state_of_run(office, delivery.flow_run_id) == "CRASHED"


async def test_a_run_that_lives_is_left_alone(office: Office) -> None:
    delivery = await dispatched(office, await office.lever.meet_candidate())
    async with office.parts.database.transaction() as session:
        await Attempts(session).take_up(Attempt(delivery.id, 1))
    await put_run(office, delivery, Running())
    await office.reconcile(Scope.OWN_WORK, LATER)
    assert (await office.delivery(delivery.id)).state is DeliveryState.RUNNING
    assert await state_of_run(office, delivery.flow_run_id) == "RUNNING"


@pytest.mark.parametrize("state", [Pending, Running])
async def test_a_run_of_reconcile_itself_that_was_killed_is_ended_in_prefect(
    office: Office, state: Any
) -> None:
    with office.prefect_settings():
        async with get_client() as client:
            deployment = await client.read_deployment_by_name("reconcile/lever")
            run = await client.create_flow_run_from_deployment(deployment.id, parameters={"scope": "lever"})
            await client.set_flow_run_state(run.id, state(), force=True)
    await office.reconcile(Scope.OWN_WORK, timedelta(minutes=50))
    assert await state_of_run(office, str(run.id)) == state().type.value
    await office.reconcile(Scope.OWN_WORK, timedelta(minutes=70))
    assert await state_of_run(office, str(run.id)) == "CRASHED"


async def test_a_move_that_no_webhook_told_of_is_found_and_done_once(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.set_knobs(lose_webhooks=1)
    await office.move(candidate)
    await office.minutes_later(3)
    await office.reconcile(Scope.LEVER)
    await office.reconcile(Scope.LEVER)
    assert (await office.work_once()).name == "RequestSent"
    await office.reconcile(Scope.LEVER)
    assert await office.work() == []
    await office.the_request(candidate)


async def test_a_move_whose_webhook_came_is_not_taken_up_again(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    await office.minutes_later(3)
    await office.reconcile(Scope.LEVER)
    assert await office.work() == []


@pytest.mark.in_prefect
async def test_a_report_arrives_with_every_webhook_lost(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.crosschq.set_knobs(lose_webhooks=1000)
    await office.move(candidate)
    await office.work()
    request = await office.the_request(candidate)
    await office.act(request["id"], "self_reference", "add_references", "answer_next")
    await office.reconcile(Scope.CROSSCHQ)
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: 1 of 3"]
    await office.act(request["id"], "finish")
    await office.reconcile(Scope.CROSSCHQ)
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: complete"]
    assert len(await office.lever.files(candidate["id"])) == 1
    await office.reconcile(Scope.CROSSCHQ)
    assert await office.work() == []


async def age_requests(office: Office, days: int) -> None:
    async with office.parts.database.transaction() as session:
        times = ("sent_at", "crosschq_updated_on", "next_check_at", "last_checked_at")
        earlier = {name: getattr(ReferenceRequest, name) - timedelta(days=days) for name in times}
        await session.execute(update(ReferenceRequest).values(**earlier))


def reads(office: Office) -> int:
    return len([one for one in office.crosschq_calls("GET") if "/reference-request/" in one.path])


async def test_a_request_is_read_rarer_with_age_and_some_day_not_at_all(office: Office) -> None:
    await office.move(await office.lever.meet_candidate())
    await office.work()
    seen = []
    for days, looks in [(0, 2), (8, 2), (2, 1), (25, 2), (5, 1), (2, 1), (180, 3)]:
        await age_requests(office, days)
        before = reads(office)
        for _ in range(looks):
            await office.reconcile(Scope.CROSSCHQ)
        seen.append(reads(office) - before)
    assert seen == [2, 1, 1, 1, 0, 1, 1]
    clients = office.parts._crosschqs.values()
    assert {one.http.priority for one in clients} == {Priority.REQUEST, Priority.EXPORT}


async def test_an_expired_request_gets_its_report_when_crosschq_tells_of_it(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    await age_requests(office, 200)
    await office.reconcile(Scope.CROSSCHQ)
    async with office.parts.database.transaction() as session:
        assert [one.is_expired for one in await Requests(session).expired(10)] == [True]
    request = await office.the_request(candidate)
    await office.act(request["id"], "self_reference", "add_references", "answer_next")
    await office.work()
    async with office.parts.database.transaction() as session:
        assert await Requests(session).expired(10) == []
    await office.act(request["id"], *2 * ["answer_next"])
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: complete"]
    assert len(await office.lever.files(candidate["id"])) == 1


async def test_a_request_that_cannot_be_read_takes_no_turn_of_the_others(office: Office) -> None:
    moved = [await office.lever.meet_candidate() for _ in range(2)]
    await office.crosschq.set_knobs(lose_webhooks=1000)
    for candidate in moved:
        await office.move(candidate)
        await office.work()
    broken, whole = [(await office.the_request(one))["id"] for one in moved]
    await office.act(whole, "self_reference", "add_references", "answer_next")
    await office.crosschq.behave()
    async with office.parts.database.transaction() as session:
        of_broken = update(ReferenceRequest).where(ReferenceRequest.crosschq_id == broken)
        # Crosschq answers with another shape than agreed: no request is at this address.
        await session.execute(of_broken.values(crosschq_id="."))
    state = await office.look(Scope.CROSSCHQ)
    assert "requests with news without a webhook (connection 1): 1" in (state.message or "")
    assert state.is_failed()
    assert [one.name for one in await office.work()] == ["NewsShown"]


@pytest.mark.parametrize(
    ("knobs", "state"),
    [
        ({"fail_status": 503, "fail_count": 1000, "retry_after": "60", "match": "POST"}, RequestState.FAILED),
        ({}, RequestState.UNKNOWN),
    ],
)
async def test_a_request_whose_delivery_was_given_up_is_not_left_half_sent(
    office: Office, knobs: dict[str, object], state: RequestState, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut_off(*_: object) -> None:
        raise ConnectionResetError

    candidate = await office.lever.meet_candidate()
    await office.crosschq.set_knobs(lose_webhooks=10, **knobs)
    await office.move(candidate)
    with monkeypatch.context() as patched:
        patched.setattr("flows.reference_request.remember_sent", cut_off)
        await office.work()
    async with office.parts.database.transaction() as session:
        await session.execute(update(Delivery).values(state=DeliveryState.DEAD))
    await office.reconcile(Scope.OWN_WORK, LATER)
    async with office.parts.database.transaction() as session:
        request = await session.get(ReferenceRequest, 1)
    assert request is not None
    assert request.state is state


async def test_a_hire_that_no_webhook_told_of_reaches_crosschq(office: Office) -> None:
    candidate, request_id = await office.report_for()
    await office.lever.set_knobs(lose_webhooks=100)
    await office.archive(candidate)
    assert await office.work() == []
    await office.reconcile(Scope.LEVER, later=LATER)
    await office.work()
    told = [one["hiring_status"] for one in await office.crosschq.outcomes(request_id)]
    assert told == ["hired"]
    await office.reconcile(Scope.LEVER, later=LATER)
    assert await office.work() == []


async def test_a_confidential_hire_that_no_webhook_told_of_reaches_crosschq(office: Office) -> None:
    office.lever_app.state.lever.account.confidential_access = True
    candidate, request_id = await office.report_for("confidential")
    await office.lever.set_knobs(lose_webhooks=100)
    await office.archive(candidate)
    await office.reconcile(Scope.LEVER, later=LATER)
    await office.work()
    assert [one["hiring_status"] for one in await office.crosschq.outcomes(request_id)] == ["hired"]


async def test_an_archiving_that_its_webhook_told_of_is_not_taken_up_twice(office: Office) -> None:
    candidate, _ = await office.report_for()
    await office.archive(candidate)
    await office.work()
    await office.reconcile(Scope.LEVER, later=LATER)
    assert await office.work() == []
