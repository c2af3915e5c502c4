"""In shadow mode whatever comes is read and decided and said, nothing is written outside, and its end loses nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from flows.reconcile import Scope
from hiring.follow_ups import FollowUpState
from store.outcome_tables import FollowUp, HiringOutcome
from store.prospect_orders import EXISTING_EVENT, ProspectOrders
from store.tables import Connection, Delivery, DeliveryState, Effect, ReferenceRequest
from tests.flows.office import Office
from tests.flows.prospecting import creations
from tests.flows.test_hired_in_lever import HIRED, outcome_tags, told
from tests.flows.test_the_question import SETTLED, asked

pytestmark = pytest.mark.stack


async def shadow(office: Office, *, is_on: bool = True) -> None:
    """An admin turns it on or off; from now on the vendors' ledgers count."""
    async with office.parts.database.transaction() as session:
        await session.execute(update(Connection).values(is_shadow=is_on))
    office.lever_app.state.lever.ledger.clear()
    office.crosschq_app.state.ledger.clear()


async def leave_shadow(office: Office, later: timedelta = timedelta(0)) -> None:
    """Turned off, and `reconcile` has looked once."""
    await shadow(office, is_on=False)
    await office.reconcile(Scope.OWN_WORK, later)


def writes(office: Office) -> list[str]:
    """Every call of ours that was to change something at a vendor; the sandbox's own people do not count."""
    ours = [*office.lever_app.state.lever.ledger.calls(), *office.crosschq_app.state.ledger.calls()]
    return [f"{call.method} {call.path}" for call in ours if call.method != "GET"]


async def rows(office: Office, table: type[Any]) -> int:
    async with office.parts.database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def all_kept(office: Office) -> tuple[int, ...]:
    return tuple([await rows(office, one) for one in (ReferenceRequest, FollowUp, HiringOutcome, Effect)])


async def test_a_move_is_decided_and_said_and_nothing_is_written(office: Office) -> None:
    await shadow(office)
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    ran = await office.work_once()
    assert (ran.name, ran.delivery.state) == ("OnlySaid", DeliveryState.DONE)
    assert ran.outcome.startswith("Shadow mode: would have sent a reference request. References asked for:")
    assert "Template 'Engineers' is used" in ran.outcome
    assert not any(part in ran.outcome for part in candidate["name"].split())
    assert (writes(office), await all_kept(office)) == ([], (0, 0, 0, 0))


@pytest.mark.parametrize(
    ("kind", "says"), [("no_email", "no usable e-mail address"), ("confidential", "may not see")]
)
async def test_what_is_missing_is_said_and_not_written_on_the_profile(
    office: Office, kind: str, says: str
) -> None:
    await shadow(office)
    candidate = await office.lever.meet_candidate(kind)
    await office.move(candidate)
    ran = await office.work_once()
    assert ran.outcome.startswith("Shadow mode: would have sent no request, and said so by tag and note:")
    assert says in ran.outcome
    assert writes(office) == []


async def test_a_move_of_shadow_mode_is_not_sent_when_it_ends(office: Office) -> None:
    await shadow(office)
    told_of, lost = await office.lever.meet_candidate(), await office.lever.meet_candidate("sales")
    await office.move(told_of)
    await office.lever.set_knobs(lose_webhooks=1)
    await office.move(lost)
    await office.minutes_later(30)
    await office.reconcile(Scope.LEVER)
    assert [one.name for one in await office.work()] == ["OnlySaid", "OnlySaid"]
    await leave_shadow(office)
    await office.reconcile(Scope.LEVER)
    assert (await office.work(), writes(office)) == ([], [])


async def test_whoever_is_moved_again_after_it_is_asked_about(office: Office) -> None:
    await shadow(office)
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    await leave_shadow(office)
    await office.move(candidate, "On-site")
    await office.move(candidate)
    assert (await office.work_once()).name == "RequestSent"
    await office.the_request(candidate)


async def test_news_of_an_older_request_is_said_and_shown_when_it_ends(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    request = await office.the_request(candidate)
    await shadow(office)
    before = await all_kept(office)
    await office.act(request["id"], "self_reference", "add_references", *3 * ["answer_next"])
    ran = await office.work()
    assert {one.name for one in ran} == {"OnlySaid"}
    assert "would have shown 'Crosschq: complete' in Lever" in ran[-1].outcome
    assert (await all_kept(office), await office.status_tags(candidate)) == (before, ["Crosschq: sent"])
    assert not [one for one in writes(office) if "/opportunities/" in one]
    await leave_shadow(office)
    assert "NewsShown" in {one.name for one in await office.work()}
    assert await office.status_tags(candidate) == ["Crosschq: complete"]
    assert (await office.follow_up(candidate)).state is FollowUpState.WAITING


async def test_news_that_reconcile_found_in_shadow_mode_is_shown_when_it_ends(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    request = await office.the_request(candidate)
    await office.crosschq.set_knobs(lose_webhooks=99)
    await shadow(office)
    await office.act(request["id"], "finish")
    for _ in range(2):
        await office.reconcile(Scope.CROSSCHQ)
    assert [one.name for one in await office.work()] == ["OnlySaid"]
    await leave_shadow(office)
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: complete"]


async def test_a_hire_is_said_and_told_when_it_ends(office: Office) -> None:
    candidate, request_id = await office.report_for()
    await shadow(office)
    before = await all_kept(office)
    await office.archive(candidate)
    ran = await office.work()
    assert {one.outcome for one in ran} == {
        "Shadow mode: would have shown in Crosschq and Lever: hired. It is done when shadow mode has ended."
    }
    assert await all_kept(office) == before
    assert (await office.follow_up(candidate)).state is FollowUpState.WAITING
    assert (await told(office.crosschq, request_id), await outcome_tags(office, candidate["id"])) == ([], [])
    await leave_shadow(office)
    await office.work()
    assert await told(office.crosschq, request_id) == ["hired"]
    assert await outcome_tags(office, candidate["id"]) == [HIRED]


async def test_an_archiving_cancels_no_open_request(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    await shadow(office)
    await office.archive(candidate, "Withdrew")
    ran = await office.work()
    assert "would have cancelled the open reference request in Crosschq, and shown" in ran[-1].outcome
    assert writes(office) == []
    await leave_shadow(office)
    await office.work()
    assert await office.status_tags(candidate) == ["Crosschq: ended without report"]


async def test_a_due_question_waits_and_is_asked_when_it_ends(office: Office) -> None:
    candidate, _ = await office.report_for()
    await shadow(office)
    assert (await office.when_due(candidate)).name == "OnlySaid"
    said = (await office.deliveries())[-1]
    assert "would have asked the opportunity's owner by e-mail whether" in (said.outcome or "")
    await office.reconcile(Scope.OWN_WORK, timedelta(hours=1))
    waiting = await office.follow_up(candidate)
    assert (waiting.state, waiting.generation, waiting.delivery_id) == (FollowUpState.WAITING, 1, said.id)
    assert (await office.work(), office.mailbox.mails(), writes(office)) == ([], [], [])
    await leave_shadow(office)
    assert [one.name for one in await office.work()] == ["Asked"]
    assert len(office.mailbox.mails()) == 1


async def test_questions_that_shadow_mode_held_up_are_not_all_asked_at_the_same_moment(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hiring.follow_ups.MANY", 0)
    monkeypatch.setattr(
        "hiring.follow_ups.PUT_OFF_FOR_EACH", timedelta(minutes=10)
    )  # a busy machine takes seconds
    candidate, _ = await office.report_for()
    await shadow(office)
    await office.when_due(candidate)
    long_ago = Delivery.triggered_at - timedelta(days=3)
    async with office.parts.database.transaction() as session:
        await session.execute(update(Delivery).values(triggered_at=long_ago))
    monkeypatch.setattr("random.random", lambda: 0.999)
    await leave_shadow(office)
    held_up = (await office.deliveries())[-1]
    assert (held_up.state, held_up.next_attempt_at > office.parts.now()) == (DeliveryState.WAITING, True)


async def test_an_answer_is_kept_and_passed_on_when_it_ends(office: Office) -> None:
    candidate, request_id, link = await asked(office)
    await shadow(office)
    await office.owner.answer(link, "not_hired")
    await office.time_passes(SETTLED)
    assert (await office.wake(candidate)).name == "OnlySaid"
    said = (await office.deliveries())[-1]
    assert "would have brought the answer to Crosschq and Lever: not hired" in (said.outcome or "")
    assert await told(office.crosschq, request_id) == []
    await leave_shadow(office)
    await office.work()
    assert await told(office.crosschq, request_id) == ["not_hired"]


async def test_an_export_is_its_own_dry_run_and_made_when_it_ends(office: Office) -> None:
    await office.crosschq.add_prospects(2)
    await office.want_prospects()
    await shadow(office)
    async with office.parts.database.transaction() as session:
        await ProspectOrders(session, await office.connection_id()).place(EXISTING_EVENT, "test")
    [ran] = await office.work()
    assert ran.name == "OnlySaid"
    assert "Nothing was made. Of 2 prospects: 2 would be created." in ran.outcome
    assert (creations(office), await office.known_prospects()) == ([], {})
    await leave_shadow(office)
    assert [one.name for one in await office.work()] == ["Exported"]
    assert len(creations(office)) == 2


async def test_an_export_that_nobody_ordered_leaves_nothing_in_the_inbox(office: Office) -> None:
    await office.crosschq.add_prospects(2)
    await office.want_prospects()
    await shadow(office)
    state = await office.export()
    assert (state.name, "2 would be created" in str(state.message)) == ("Rehearsed", True)
    assert await office.deliveries() == []


async def test_a_request_under_way_when_it_is_turned_on_is_told_of_when_it_ends(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def turn_on(*_: object) -> None:
        await shadow(office)
        monkeypatch.undo()

    monkeypatch.setattr("flows.reference_request.remember_sent", turn_on)
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    assert (await office.work_once()).name == "TryingAgain"
    await office.retry_now()
    ran = await office.work_once()
    assert (ran.name, "sent before" in ran.outcome, writes(office)) == ("OnlySaid", True, [])
    await leave_shadow(office)
    assert (await office.work_once()).name == "RequestSent"
    await office.the_request(candidate)
    assert await office.status_tags(candidate) == ["Crosschq: sent"]
