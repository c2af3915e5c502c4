"""An opportunity is gone from Lever: its request goes on with the candidate's other one, or ops see that it cannot."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from store.claiming import claim_due
from store.deliveries import LOST_NEWS
from store.outcome_tables import FollowUp
from store.tables import Delivery, DeliveryState, ReferenceRequest, RequestState
from tasks.deleted_opportunities import MISSING_FOR
from tests.flows.erasing import TidyOffice, naming
from tests.flows.office import Office, Ran

pytestmark = pytest.mark.stack

Told = dict[str, Any]


class Quick(TidyOffice):
    """Its runs are not Prefect's, so that there is nothing of theirs to wait for; one is taken up after the other."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        del office.run
        office._claim = self._claim  # type: ignore[method-assign]

    async def _claim(self) -> list[Delivery]:
        async with self.office.parts.database.transaction() as session:
            return list(await claim_due(session, 1))

    async def events_are_written(self) -> None:
        return None


@pytest.fixture
async def tidy(office: Office) -> TidyOffice:
    return Quick(office)


async def asked(tidy: TidyOffice) -> tuple[Told, Told, str]:
    """A candidate whose references are asked for, their other opportunity, and Crosschq's id of the request."""
    office = tidy.office
    first = await office.lever.meet_candidate()
    await office.move(first)
    await office.work()
    other = await office.lever.second_opportunity(await office.lever.opportunity(first["id"]))
    return first, other, (await office.the_request(first))["id"]


async def merge(tidy: TidyOffice, first: Told, other: Told, how: str = "delete", **more: bool) -> None:
    await tidy.later()
    await tidy.office.lever.merge(first["id"], other["id"], how, **more)
    await tidy.office.lever_app.state.lever.outbox.idle()


async def work_for_an_hour(tidy: TidyOffice) -> list[Ran]:
    """All that is put off is tried at once, then again when an hour has passed."""
    ran = await tidy.office.work()
    await tidy.nothing_waits()
    ran += await tidy.office.work()
    await tidy.later(MISSING_FOR)
    await tidy.nothing_waits()
    return ran + await tidy.work()


async def has_the_report_once(tidy: TidyOffice, opportunity: Told, request_id: str) -> None:
    lever = tidy.office.lever
    assert await lever.files(opportunity["id"]) == [f"crosschq-report-{request_id}.pdf"]
    notes = await lever.notes(opportunity["id"])
    assert sum("report complete: 3 of 3 references answered" in note for note in notes) == 1
    assert "Crosschq: complete" in await lever.tags(opportunity["id"])


async def requests(tidy: TidyOffice) -> list[ReferenceRequest]:
    async with tidy.office.parts.database.transaction() as session:
        return list(await session.scalars(select(ReferenceRequest).order_by(ReferenceRequest.id)))


async def given_up(tidy: TidyOffice) -> list[Delivery]:
    return [one for one in await tidy.office.deliveries() if one.state is DeliveryState.DEAD]


@pytest.mark.parametrize("keeps", [True, False])
async def test_deleted_first_the_report_comes_to_the_other_one(tidy: TidyOffice, *, keeps: bool) -> None:
    first, other, request_id = await asked(tidy)
    await merge(tidy, first, other, keeps_paperwork=keeps)
    assert [one.name for one in await tidy.work()][-1] == "Erased"
    await tidy.office.act(request_id, "finish")
    await tidy.work()
    await has_the_report_once(tidy, other, request_id)
    assert naming([first["id"]], await tidy.in_store()) == []
    assert await given_up(tidy) == []


@pytest.mark.parametrize("webhook_comes", [True, False])
async def test_missing_first_the_report_waits_and_comes_to_the_other_one(
    tidy: TidyOffice, *, webhook_comes: bool
) -> None:
    first, other, request_id = await asked(tidy)
    await merge(tidy, first, other, "404")
    await tidy.office.act(request_id, "finish")
    assert {one.name for one in await tidy.office.work()} <= {"TryingAgain", "Superseded"}
    if webhook_comes:
        await tidy.office.lever.end_merge(first["id"])
        await tidy.office.lever_app.state.lever.outbox.idle()
    await work_for_an_hour(tidy)
    await tidy.nothing_waits()
    await tidy.work()
    await has_the_report_once(tidy, other, request_id)
    assert naming([first["id"]], await tidy.in_store()) == []
    assert await given_up(tidy) == []


async def test_one_that_is_missing_for_a_while_keeps_all_of_its_own(tidy: TidyOffice) -> None:
    first, other, request_id = await asked(tidy)
    await merge(tidy, first, other, "404", keeps_paperwork=False)
    await tidy.say_deleted(first)
    await tidy.office.act(request_id, "finish")
    await tidy.office.work()
    await tidy.office.lever.end_merge(first["id"], "undo")
    await work_for_an_hour(tidy)
    await has_the_report_once(tidy, first, request_id)
    assert await tidy.office.lever.files(other["id"]) == []
    [request] = await requests(tidy)
    assert (request.opportunity_id, request.state) == (first["id"], RequestState.COMPLETED)


async def test_a_report_between_the_deletion_and_its_handling_comes_to_the_other_one(
    tidy: TidyOffice,
) -> None:
    first, other, request_id = await asked(tidy)
    await merge(tidy, first, other)
    await tidy.office.act(request_id, "finish")
    await tidy.work()
    await tidy.nothing_waits()
    await tidy.work()
    await has_the_report_once(tidy, other, request_id)


async def test_a_report_half_of_which_was_shown_is_shown_once(tidy: TidyOffice) -> None:
    first, other, request_id = await asked(tidy)
    tidy.office.lever_app.state.lever.knobs.merge(
        {"match": "POST /v1/opportunities/*/notes", "fail_status": 503, "fail_count": 99}
    )
    await tidy.office.act(request_id, "finish")
    await tidy.office.work()
    assert await tidy.office.lever.files(first["id"]) == [f"crosschq-report-{request_id}.pdf"]
    tidy.office.lever_app.state.lever.knobs.reset()
    await merge(tidy, first, other)
    await tidy.work()
    await tidy.nothing_waits()
    await tidy.work()
    await has_the_report_once(tidy, other, request_id)


async def test_the_question_and_the_outcome_go_on_with_the_other_one(tidy: TidyOffice) -> None:
    office = tidy.office
    first, request_id = await office.report_for()
    other = await office.lever.second_opportunity(await office.lever.opportunity(first["id"]))
    await merge(tidy, first, other)
    await tidy.work()
    async with office.parts.database.transaction() as session:
        waiting = (await session.scalars(select(FollowUp))).one()
    assert waiting.opportunity_id == other["id"]
    await office.archive(other, "hired")
    await tidy.work()
    assert [one["hiring_status"] for one in await office.crosschq.outcomes(request_id)] == ["hired"]
    assert any("(crosschq-lever outcome-" in note for note in await office.lever.notes(other["id"]))


async def test_without_another_one_the_erasure_says_what_was_under_way_and_its_report_is_seen(
    tidy: TidyOffice,
) -> None:
    first = await tidy.office.lever.meet_candidate()
    await tidy.office.move(first)
    await tidy.office.work()
    request_id = (await tidy.office.the_request(first))["id"]
    await tidy.delete(first)
    erased = (await tidy.work())[-1]
    assert erased.name == "Erased"
    assert "1 of them still under way in Crosschq: no report comes of that any more" in erased.outcome
    await tidy.office.act(request_id, "finish")
    [seen] = await given_up(tidy)
    assert (seen.outcome, seen.body) == (LOST_NEWS, None)
    assert naming([first["id"], request_id, first["email"]], await tidy.in_store()) == []


FORGOTTEN: dict[str, Callable[[TidyOffice, Told], Any]] = {
    "anonymised": lambda tidy, other: tidy.office.lever.anonymise(other["id"]),
    "deleted as well": lambda tidy, other: tidy.office.lever.delete(other["id"]),
}


@pytest.mark.parametrize("how", FORGOTTEN)
async def test_whoever_is_to_be_forgotten_is(tidy: TidyOffice, how: str) -> None:
    first, other, request_id = await asked(tidy)
    await FORGOTTEN[how](tidy, other)
    await tidy.delete(first)
    await tidy.work()
    assert await requests(tidy) == []
    assert naming([first["id"], request_id], await tidy.in_store()) == []


async def test_a_tombstone_of_the_other_one_wins(tidy: TidyOffice) -> None:
    first, other, _ = await asked(tidy)
    digest = tidy.office.parts.vault.blind_index(f"opportunity:{other['id']}")
    await tidy.lay_tombstone(digest)
    await merge(tidy, first, other)
    await tidy.work()
    assert await requests(tidy) == []


async def test_a_request_of_its_own_stays_beside_the_one_that_comes(tidy: TidyOffice) -> None:
    office = tidy.office
    first, other, request_id = await asked(tidy)
    await office.move(other)
    await office.work()
    assert [one.state for one in await requests(tidy)] == [RequestState.SENT, RequestState.SENT]
    await merge(tidy, first, other)
    await tidy.work()
    moved, own = await requests(tidy)
    assert (moved.opportunity_id, moved.generation, moved.is_beside_another) == (other["id"], 2, True)
    assert (own.opportunity_id, own.generation, own.is_beside_another) == (other["id"], 1, False)
    for one in (moved, own):
        assert one.crosschq_id
        await office.act(one.crosschq_id, "finish")
    await tidy.work()
    files = await office.lever.files(other["id"])
    assert sorted(files) == sorted(f"crosschq-report-{one.crosschq_id}.pdf" for one in (moved, own))
    assert request_id == moved.crosschq_id


async def test_one_request_after_another_moves_when_several_are_merged(tidy: TidyOffice) -> None:
    office = tidy.office
    first, second, _ = await asked(tidy)
    await office.move(second)
    await office.work()
    third = await office.lever.second_opportunity(await office.lever.opportunity(first["id"]))
    for gone in (first, second):
        await merge(tidy, gone, third)
        await tidy.work()
    moved = await requests(tidy)
    assert {one.opportunity_id for one in moved} == {third["id"]}
    assert sorted(one.generation for one in moved) == [1, 2]
    await office.archive(third, None)
    await office.lever.archive(third["id"], "Not a fit")
    await office.lever_app.state.lever.outbox.idle()
    await tidy.work()
    assert {one.state for one in await requests(tidy)} == {RequestState.CANCELLED}


async def test_the_move_is_in_the_audit_trail(tidy: TidyOffice) -> None:
    first, other, _ = await asked(tidy)
    await merge(tidy, first, other)
    await tidy.work()
    audits = [row for row in await tidy.in_store() if row.startswith("audit:") and "'moved'" in row]
    assert len(audits) == 1
    assert f"opportunity:{other['id']}" in audits[0]


async def test_the_look_at_levers_list_moves_requests_too(tidy: TidyOffice) -> None:
    first, other, request_id = await asked(tidy)
    await merge(tidy, first, other)
    await tidy.lose_word_of_deletion()
    assert await tidy.look_at_deleted() == 1
    await tidy.work()
    await tidy.office.act(request_id, "finish")
    await tidy.work()
    await has_the_report_once(tidy, other, request_id)


async def test_a_question_that_is_due_while_it_is_missing_is_put_off(tidy: TidyOffice) -> None:
    office = tidy.office
    first, _ = await office.report_for()
    other = await office.lever.second_opportunity(await office.lever.opportunity(first["id"]))
    await merge(tidy, first, other, "404")
    # Ours has gone on for a minute, and the database's clock has not.
    due_at = (await office.follow_up(first)).due_at
    await office.time_passes(due_at - office.parts.now() + timedelta(minutes=2))
    state = await office.wake(first)
    assert state.name == "PutOff"
    async with office.parts.database.transaction() as session:
        waiting = (await session.scalars(select(FollowUp))).one()
    assert waiting.ended_at is None
    assert waiting.due_at > office.parts.now() + timedelta(hours=1)
    await work_for_an_hour(tidy)
    async with office.parts.database.transaction() as session:
        waiting = (await session.scalars(select(FollowUp))).one()
    assert (waiting.opportunity_id, waiting.ended_at) == (other["id"], None)


async def test_whoever_is_forgotten_after_the_move_leaves_nothing(tidy: TidyOffice) -> None:
    first, other, request_id = await asked(tidy)
    await tidy.delete(first)
    await tidy.work()
    [moved] = await requests(tidy)
    assert moved.opportunity_id == other["id"]
    await tidy.delete(other)
    await tidy.work()
    assert naming([first["id"], other["id"], request_id, first["email"]], await tidy.in_store()) == []
    await tidy.office.act(request_id, "finish")
    await tidy.work()
    assert await requests(tidy) == []
    assert naming([first["id"], other["id"], request_id, first["email"]], await tidy.in_store()) == []
