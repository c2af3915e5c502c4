"""Vendors that are slow, busy, broken or silent: nothing is lost, nothing is done twice, and it can be seen."""

import pytest
from sqlalchemy import update

from outbound.errors import CredentialsRefused
from store.tables import Connection, Delivery, DeliveryState, ReferenceRequest
from tasks.case import Case
from tasks.inbox import wait_for_credentials
from tests.flows.office import Office

pytestmark = pytest.mark.stack


async def let_the_wait_pass(office: Office) -> None:
    async with office.parts.database.transaction() as session:
        await session.execute(update(Delivery).values(next_attempt_at=office.parts.now()))


async def test_a_busy_lever_is_waited_out(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.set_knobs(fail_status=429, fail_count=2)
    await office.move(candidate)
    ran = await office.work_once()
    assert ran.name == "RequestSent"


async def test_a_lever_that_is_down_ends_the_run_and_the_next_attempt_does_it(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.set_knobs(fail_status=503, fail_count=1000)
    await office.move(candidate)
    first = await office.work_once()
    assert first.name == "TryingAgain"
    assert first.delivery.state is DeliveryState.WAITING
    assert first.delivery.next_attempt_at > office.parts.now()
    await office.lever.set_knobs(fail_status=None, fail_count=0)
    await let_the_wait_pass(office)
    second = await office.work_once()
    assert (second.name, second.delivery.attempt) == ("RequestSent", 2)


async def test_a_crosschq_that_is_down_gets_one_request_when_it_is_back(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.crosschq.set_knobs(fail_status=503, fail_count=1000, retry_after="60", match="POST")
    await office.move(candidate)
    assert (await office.work_once()).name == "TryingAgain"
    await office.crosschq.set_knobs(fail_status=None, fail_count=0)
    await let_the_wait_pass(office)
    assert (await office.work_once()).name == "RequestSent"
    await office.the_request(candidate)


@pytest.mark.in_prefect
async def test_a_crosschq_silent_after_creating_is_never_asked_again_and_adopted_later(
    office: Office,
) -> None:
    candidate = await office.lever.meet_candidate()
    await office.crosschq.set_knobs(hang_after_write=1, hang_seconds=0.2, match="POST", lose_webhooks=1)
    await office.move(candidate)
    ran = await office.work_once()
    request = await office.the_request(candidate)
    assert ran.name == "Unconfirmed"
    assert await office.status_tags(candidate) == ["Crosschq: unconfirmed"]

    await office.act(request["id"], "candidate_opens")
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: sent"]
    await office.act(request["id"], "finish")
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: complete"]
    await office.the_request(candidate)


async def test_moving_again_while_it_is_unknown_sends_nothing(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.crosschq.set_knobs(hang_after_write=1, hang_seconds=0.2, match="POST", lose_webhooks=1)
    await office.move(candidate)
    await office.work()
    await office.move(candidate, "On-site")
    await office.move(candidate)
    assert (await office.work_once()).name == "NotedOnly"
    await office.the_request(candidate)


@pytest.mark.parametrize("path", ["notes", "addTags"])
async def test_a_lever_silent_after_writing_is_looked_at_before_it_is_written_again(
    office: Office, path: str
) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.set_knobs(hang_after_write=1, hang_seconds=0.2, match=f"POST .*/{path}")
    await office.move(candidate)
    ran = await office.work_once()
    assert ran.name == "RequestSent"
    assert len(await office.lever.notes(candidate["id"])) == 1
    assert await office.status_tags(candidate) == ["Crosschq: sent"]


async def test_a_request_crosschq_refuses_is_explained_and_can_be_retried(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.crosschq.set_knobs(fail_status=400, fail_count=1, match="POST")
    await office.move(candidate)
    ran = await office.work_once()
    assert ran.name == "NotSent"
    assert await office.status_tags(candidate) == ["Crosschq: not sent"]
    await office.move(candidate, "On-site")
    await office.move(candidate)
    assert (await office.work_once()).name == "RequestSent"
    await office.the_request(candidate)


@pytest.mark.parametrize("column", ["lever_key", "crosschq_key"])
async def test_a_refused_key_pauses_the_connection_and_its_deliveries_wait(
    office: Office, column: str
) -> None:
    candidate = await office.lever.meet_candidate()
    async with office.parts.database.transaction() as session:
        await session.execute(update(Connection).values({column: office.parts.vault.seal("revoked")}))
    await office.move(candidate)
    ran = await office.work_once()
    assert ran.name == "CredentialsRefused"
    assert ran.delivery.state is DeliveryState.WAITING
    await let_the_wait_pass(office)
    assert await office.work() == []

    await office.connect_again()
    assert (await office.work_once()).name == "RequestSent"


@pytest.mark.parametrize("column", ["lever_key", "crosschq_key"])
async def test_a_key_that_is_replaced_before_its_refusal_is_noted_pauses_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    async def replaced_meanwhile(case: Case, refused: CredentialsRefused) -> bool:
        await office.connect_again()
        return await wait_for_credentials(case, refused)

    candidate = await office.lever.meet_candidate()
    async with office.parts.database.transaction() as session:
        await session.execute(update(Connection).values({column: office.parts.vault.seal("revoked")}))
    await office.move(candidate)
    monkeypatch.setattr("flows.casework.wait_for_credentials", replaced_meanwhile)
    moves = [ran.name for ran in await office.work() if ran.delivery.event == "candidateStageChange"]
    assert moves == ["TryingAgain", "RequestSent"], "at once"
    async with office.parts.database.transaction() as session:
        assert (await session.get_one(Connection, await office.connection_id())).paused_because is None


async def test_a_delivery_is_given_up_after_three_days_and_says_so(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.set_knobs(fail_status=503, fail_count=1000)
    await office.move(candidate)
    async with office.parts.database.transaction() as session:
        long_ago = office.parts.now() - office.parts.settings.give_up_after
        await session.execute(update(Delivery).values(first_attempt_at=long_ago))
    ran = await office.work_once()
    assert ran.name == "GivenUp"
    assert ran.delivery.state is DeliveryState.DEAD
    assert "Given up after attempt 1" in ran.outcome


@pytest.mark.in_prefect
async def test_an_error_of_our_own_puts_the_delivery_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    with monkeypatch.context() as patched:
        patched.setattr("flows.reference_request.decide", breaks)
        ran = await office.work_once()
    assert ran.state.is_failed()
    assert ran.delivery.state is DeliveryState.WAITING
    assert "an error of our own" in ran.outcome
    await let_the_wait_pass(office)
    assert (await office.work_once()).name == "RequestSent"


async def test_an_old_run_that_comes_back_cannot_act(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    (delivery, *_) = await office.deliveries()
    state = await office.run(delivery)
    assert state.name == "Superseded"
    await office.the_request(candidate)


async def test_the_request_is_remembered_without_anybodys_address(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    async with office.parts.database.transaction() as session:
        row = await session.get(ReferenceRequest, 1)
    assert row is not None
    assert candidate["email"] not in str(vars(row))
    assert candidate["name"] not in str(vars(row))


async def test_what_an_attempt_could_not_tell_the_next_one_tells(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.set_knobs(fail_status=503, fail_count=1000, match="POST")
    await office.move(candidate)
    assert (await office.work_once()).name == "TryingAgain"
    await office.lever.set_knobs(fail_status=None, fail_count=0, match=None)
    await let_the_wait_pass(office)
    assert (await office.work_once()).name == "RequestSent"
    await office.the_request(candidate)
    assert await office.status_tags(candidate) == ["Crosschq: sent"]
    assert len(await office.lever.notes(candidate["id"])) == 1


async def test_an_unconfirmed_request_is_told_of_even_if_lever_was_down_just_then(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.set_knobs(fail_status=503, fail_count=1000, match="POST")
    await office.crosschq.set_knobs(hang_after_write=1, hang_seconds=0.2, match="POST", lose_webhooks=1)
    await office.move(candidate)
    assert (await office.work_once()).name == "TryingAgain"
    await office.lever.set_knobs(fail_status=None, fail_count=0, match=None)
    await let_the_wait_pass(office)
    assert (await office.work_once()).name == "Unconfirmed"
    await office.the_request(candidate)
    assert await office.status_tags(candidate) == ["Crosschq: unconfirmed"]


async def test_a_run_cut_off_after_crosschq_answered_is_finished_even_if_the_candidate_moved_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut_off(*_: object) -> None:
        raise ConnectionResetError

    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    with monkeypatch.context() as patched:
        patched.setattr("flows.reference_request.remember_sent", cut_off)
        await office.work()
    await office.move(candidate, "On-site")
    await let_the_wait_pass(office)
    await office.work()
    request = await office.the_request(candidate)
    assert await office.status_tags(candidate) == ["Crosschq: sent"]
    await office.act(request["id"], "finish")
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: complete"]


async def test_a_request_that_never_left_is_let_go_when_the_candidate_moved_on(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.crosschq.set_knobs(fail_status=503, fail_count=1000, retry_after="60", match="POST")
    await office.move(candidate)
    await office.work()
    await office.move(candidate, "On-site")
    await office.crosschq.set_knobs(fail_status=None, fail_count=0, match=None)
    await let_the_wait_pass(office)
    assert (await office.work_once()).name == "Ignored"
    await office.move(candidate)
    assert (await office.work_once()).name == "RequestSent"
    await office.the_request(candidate)


async def test_a_pause_does_not_count_towards_giving_up(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.lever.set_knobs(fail_status=401, fail_count=1)
    await office.move(candidate)
    assert (await office.work_once()).name == "CredentialsRefused"
    async with office.parts.database.transaction() as session:
        long_ago = office.parts.now() - 2 * office.parts.settings.give_up_after
        await session.execute(update(Delivery).values(first_attempt_at=long_ago))
    await office.connect_again()
    await office.lever.set_knobs(fail_status=503, fail_count=1000)
    assert (await office.work_once()).name == "TryingAgain"
