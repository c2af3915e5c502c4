"""Lever says how it ended: a hire by both its events, other reasons, unarchiving. Both systems follow, once each."""

import pytest

from hiring.follow_ups import FollowUpState
from tests.flows.office import Office
from tools.demo.people import CrosschqPeople

pytestmark = pytest.mark.stack

HIRED, NOT_HIRED = "Crosschq outcome: hired", "Crosschq outcome: not hired"


async def told(crosschq: CrosschqPeople, request_id: str) -> list[str]:
    """What Crosschq was told, oldest first."""
    return [outcome["hiring_status"] for outcome in await crosschq.outcomes(request_id)]


async def outcome_tags(office: Office, opportunity_id: str) -> list[str]:
    tags = await office.lever.tags(opportunity_id)
    return [tag for tag in tags if tag.startswith("Crosschq outcome")]


async def notes_about_outcome(office: Office, opportunity_id: str) -> list[str]:
    return [note for note in await office.lever.notes(opportunity_id) if note.startswith("Outcome:")]


@pytest.mark.in_prefect
async def test_both_events_of_a_hire_tell_crosschq_once(office: Office) -> None:
    candidate, request_id = await office.report_for()
    await office.archive(candidate)
    ran = await office.work()
    assert {one.delivery.event for one in ran} >= {"candidateHired", "candidateArchiveChange"}
    assert await told(office.crosschq, request_id) == ["hired"]
    assert await outcome_tags(office, candidate["id"]) == [HIRED]
    [note] = await notes_about_outcome(office, candidate["id"])
    assert "hired" in note
    follow_up = await office.follow_up(candidate)
    assert (follow_up.state, follow_up.flow_run_id) == (FollowUpState.ENDED, None)


async def test_another_reason_means_not_hired_and_nobody_is_mailed(office: Office) -> None:
    candidate, request_id = await office.report_for()
    await office.archive(candidate, "Withdrew")
    await office.work()
    assert await told(office.crosschq, request_id) == ["not_hired"]
    assert await outcome_tags(office, candidate["id"]) == [NOT_HIRED]
    assert office.mailbox.mails() == []


async def test_a_hire_after_a_not_hired_wins(office: Office) -> None:
    candidate, request_id = await office.report_for()
    await office.archive(candidate, "Withdrew")
    await office.work()
    await office.archive(candidate, "hired")
    await office.work()
    assert await told(office.crosschq, request_id) == ["not_hired", "hired"]
    assert await outcome_tags(office, candidate["id"]) == [HIRED]
    assert len(await notes_about_outcome(office, candidate["id"])) == 2


async def test_unarchiving_opens_the_outcome_and_the_wait_again(office: Office) -> None:
    candidate, request_id = await office.report_for()
    await office.archive(candidate)
    await office.work()
    await office.archive(candidate, None)
    await office.work()
    assert await told(office.crosschq, request_id) == ["hired", "undecided"]
    assert await outcome_tags(office, candidate["id"]) == []
    follow_up = await office.follow_up(candidate)
    assert follow_up.state is FollowUpState.WAITING
    assert follow_up.due_at > office.parts.now()


async def test_who_was_never_asked_about_is_left_alone(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.archive(candidate)
    ran = await office.work()
    assert {one.name for one in ran} == {"Ignored"}
    assert await outcome_tags(office, candidate["id"]) == []


async def test_archived_while_the_request_is_open_cancels_it(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    await office.archive(candidate, "Withdrew")
    await office.work()
    request = await office.the_request(candidate)
    assert request["status"].lower().startswith("cancel")
    assert any("was cancelled" in note for note in await office.lever.notes(candidate["id"]))


async def test_a_crosschq_that_cannot_cancel_is_said_on_the_opportunity(office: Office) -> None:
    candidate = await office.lever.meet_candidate()
    await office.move(candidate)
    await office.work()
    await office.crosschq.set_knobs(cancel_call=False)
    await office.archive(candidate, "Withdrew")
    await office.work()
    assert any("please cancel it in Crosschq" in note for note in await office.lever.notes(candidate["id"]))


async def test_a_crosschq_without_outcomes_is_told_by_hand(office: Office) -> None:
    candidate, request_id = await office.report_for()
    await office.crosschq.set_knobs(outcome_call=False)
    await office.archive(candidate)
    await office.work()
    assert await told(office.crosschq, request_id) == []
    [note] = await notes_about_outcome(office, candidate["id"])
    assert "please enter 'hired' in Crosschq by hand" in note
    assert await outcome_tags(office, candidate["id"]) == [HIRED]


async def test_a_key_that_crosschq_refuses_is_no_word_on_the_outcome(office: Office) -> None:
    candidate, request_id = await office.report_for()
    await office.crosschq.set_knobs(fail_status=401, fail_count=1, match="PUT .*/outcome")
    await office.archive(candidate)
    await office.work()
    assert await notes_about_outcome(office, candidate["id"]) == []
    await office.connect_again()
    await office.work()
    assert await told(office.crosschq, request_id) == ["hired"]
    [note] = await notes_about_outcome(office, candidate["id"])
    assert "by hand" not in note


async def test_hired_in_crosschq_reaches_lever_and_its_echo_changes_nothing(office: Office) -> None:
    candidate, request_id = await office.report_for()
    await office.act(request_id, "hired")
    await office.work()
    assert await outcome_tags(office, candidate["id"]) == [HIRED]
    assert await told(office.crosschq, request_id) == ["hired"]
    assert len(await notes_about_outcome(office, candidate["id"])) == 1
    assert (await office.lever.opportunity(candidate["id"]))["archived"] is None
    assert (await office.follow_up(candidate)).state is FollowUpState.ENDED
