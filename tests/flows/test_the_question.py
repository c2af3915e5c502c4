"""Two weeks after the report nobody has said how it ended: the owner is asked, answers, and both systems follow."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows.reconcile import Scope
from hiring.follow_ups import FollowUpState
from sandbox.mailbox.mail import Mail
from tests.flows.office import Office
from tests.flows.test_hired_in_lever import HIRED, NOT_HIRED, outcome_tags, told

pytestmark = pytest.mark.stack

SETTLED = timedelta(minutes=11)


async def the_mail(office: Office) -> Mail:
    [mail] = office.mailbox.mails()
    return mail


async def asked(office: Office) -> tuple[dict[str, str], str, str]:
    """A candidate whose owner has just been asked: the candidate, Crosschq's request, the link."""
    candidate, request_id = await office.report_for()
    assert (await office.when_due(candidate)).name == "Asked"
    return candidate, request_id, await office.owner.link((await the_mail(office)).id)


async def test_a_follow_up_waits_two_weeks_from_the_report(office: Office) -> None:
    candidate, _ = await office.report_for()
    follow_up = await office.follow_up(candidate)
    assert follow_up.state is FollowUpState.WAITING
    assert follow_up.due_at - follow_up.reported_at == timedelta(days=14)
    assert (await office.wake(candidate)).name == "TooEarly"
    assert office.mailbox.mails() == []


async def test_the_owner_is_asked_once_when_it_is_due(office: Office) -> None:
    candidate, _, _ = await asked(office)
    assert (await office.wake(candidate)).name == "TooEarly"
    mail = await the_mail(office)
    assert candidate["name"] in mail.subject
    assert any("was asked by e-mail" in note for note in await office.lever.notes(candidate["id"]))
    follow_up = await office.follow_up(candidate)
    assert (follow_up.state, follow_up.asked_role) == (FollowUpState.ASKED, "the opportunity's owner")


@pytest.mark.in_prefect
async def test_hired_is_settled_after_ten_minutes_and_reaches_both(office: Office) -> None:
    candidate, request_id, link = await asked(office)
    today = office.parts.now().date().isoformat()
    assert (await office.owner.answer(link, "hired", today)).status_code == 303
    assert await told(office.crosschq, request_id) == []
    await office.time_passes(SETTLED)
    assert (await office.wake(candidate)).name == "FollowUpEnded"
    await office.work()
    assert await told(office.crosschq, request_id) == ["hired"]
    assert await outcome_tags(office, candidate["id"]) == [HIRED]
    assert (await office.follow_up(candidate)).state is FollowUpState.ENDED


async def test_an_answer_can_be_changed_until_it_is_settled(office: Office) -> None:
    candidate, request_id, link = await asked(office)
    await office.owner.answer(link, "hired", office.parts.now().date().isoformat())
    await office.time_passes(timedelta(minutes=5))
    await office.owner.answer(link, "not_hired")
    await office.time_passes(SETTLED)
    await office.wake(candidate)
    assert await told(office.crosschq, request_id) == ["not_hired"]
    assert await outcome_tags(office, candidate["id"]) == [NOT_HIRED]


async def test_not_decided_yet_is_asked_again_in_two_weeks(office: Office) -> None:
    candidate, request_id, link = await asked(office)
    await office.owner.answer(link, "open")
    await office.time_passes(SETTLED)
    assert (await office.wake(candidate)).name == "AskingAgainLater"
    assert (await office.when_due(candidate)).name == "Asked"
    assert len(office.mailbox.mails()) == 2
    assert await told(office.crosschq, request_id) == []


async def test_contradictory_answers_are_not_applied_and_asked_once_more(office: Office) -> None:
    candidate, request_id, link = await asked(office)
    await office.owner.answer(link, "hired", office.parts.now().date().isoformat())
    await office.owner.answer(link, "not_hired")
    assert (await office.when_due(candidate)).name == "Asked"
    again, first = office.mailbox.mails()
    assert again.subject.startswith("Once more")
    assert first.subject != again.subject
    assert await told(office.crosschq, request_id) == []


async def test_contradictory_twice_ends_it_and_the_note_says_so(office: Office) -> None:
    candidate, request_id, link = await asked(office)
    today = office.parts.now().date().isoformat()
    await office.owner.answer(link, "hired", today)
    await office.owner.answer(link, "not_hired")
    await office.when_due(candidate)
    again = await office.owner.link(office.mailbox.mails()[0].id)
    await office.owner.answer(again, "hired", today)
    await office.owner.answer(again, "not_hired")
    assert (await office.when_due(candidate)).name == "FollowUpEnded"
    assert any(
        "contradicted each other within seconds again" in n for n in await office.lever.notes(candidate["id"])
    )
    assert await told(office.crosschq, request_id) == []
    assert len(office.mailbox.mails()) == 2


async def test_one_reminder_then_it_ends_without_an_answer(office: Office) -> None:
    candidate, request_id, _ = await asked(office)
    assert (await office.when_due(candidate)).name == "Reminded"
    assert (await office.when_due(candidate)).name == "FollowUpEnded"
    assert len(office.mailbox.mails()) == 2
    follow_up = await office.follow_up(candidate)
    assert (follow_up.state, follow_up.ended_because) == (FollowUpState.ENDED, "No answer.")
    assert any("did not answer" in note for note in await office.lever.notes(candidate["id"]))
    assert await told(office.crosschq, request_id) == []


async def test_hired_meanwhile_with_the_webhook_lost_needs_no_mail(office: Office) -> None:
    candidate, request_id = await office.report_for()
    await office.lever.set_knobs(lose_webhooks=2)
    await office.archive(candidate)
    await office.when_due(candidate)
    assert office.mailbox.mails() == []
    assert await told(office.crosschq, request_id) == ["hired"]
    assert (await office.follow_up(candidate)).state is FollowUpState.ENDED


async def test_a_deactivated_owner_is_passed_over_and_the_note_says_why(office: Office) -> None:
    candidate, _ = await office.report_for()
    owner = (await office.lever.opportunity(candidate["id"]))["owner"]
    await office.lever.deactivate(owner if isinstance(owner, str) else owner["id"])
    assert (await office.when_due(candidate)).name == "Asked"
    assert any(
        "The opportunity's owner is deactivated in Lever" in note
        for note in await office.lever.notes(candidate["id"])
    )


async def test_an_anonymised_candidate_is_not_asked_about(office: Office) -> None:
    candidate, _ = await office.report_for()
    await office.lever.anonymise(candidate["id"])
    assert (await office.when_due(candidate)).name == "FollowUpEnded"
    assert office.mailbox.mails() == []


async def test_a_mail_server_that_never_answers_is_unknown_and_asked_nothing_twice(office: Office) -> None:
    candidate, _ = await office.report_for()
    office.mailbox.knobs.hang_after_data, office.mailbox.knobs.hang_seconds = 1, 0.2
    assert (await office.when_due(candidate)).name == "AskedUnconfirmed"
    await office.work()
    assert len(office.mailbox.mails()) == 1
    assert "did not confirm it" in ((await office.follow_up(candidate)).asked_role or "")
    assert any("did not confirm it" in note for note in await office.lever.notes(candidate["id"]))


async def test_a_mail_server_that_is_busy_is_tried_again(office: Office) -> None:
    candidate, _ = await office.report_for()
    office.mailbox.knobs.defer_recipients = 1
    assert (await office.when_due(candidate)).name == "MailWaits"
    assert (await office.when_due(candidate)).name == "Asked"
    assert len(office.mailbox.mails()) == 1


async def test_an_answer_survives_a_crosschq_that_is_down_when_it_is_settled(office: Office) -> None:
    candidate, request_id, link = await asked(office)
    await office.owner.answer(link, "not_hired")
    await office.time_passes(SETTLED)
    await office.crosschq.set_knobs(fail_status=503, fail_count=1000, match="outcome")
    assert (await office.wake(candidate)).name == "TryingAgain"
    await office.crosschq.behave()
    await office.retry_now()
    await office.work()
    assert await told(office.crosschq, request_id) == ["not_hired"]
    assert await outcome_tags(office, candidate["id"]) == [NOT_HIRED]


async def test_an_outcome_that_was_given_up_half_way_is_shown_by_the_next_look(office: Office) -> None:
    candidate, request_id, link = await asked(office)
    await office.owner.answer(link, "not_hired")
    await office.time_passes(SETTLED)
    await office.crosschq.set_knobs(fail_status=503, fail_count=1000, match="outcome")
    await office.wake(candidate)
    await office.crosschq.behave()
    await office.give_up_all()
    await office.retry_now()
    await office.reconcile(Scope.OWN_WORK, later=timedelta(minutes=2))
    await office.work()
    assert await told(office.crosschq, request_id) == ["not_hired"]
    assert await outcome_tags(office, candidate["id"]) == [NOT_HIRED]


async def test_without_a_mail_server_the_question_waits_and_nothing_stands_behind_it(office: Office) -> None:
    candidate, request_id = await office.report_for()
    office.parts = replace(
        office.parts, settings=office.parts.settings.model_copy(update={"smtp_host": None})
    )
    assert (await office.when_due(candidate)).name == "MailWaits"
    assert (await office.follow_up(candidate)).state is FollowUpState.WAITING
    assert "Crosschq: not sent" not in await office.lever.tags(candidate["id"])
    await office.archive(candidate)
    await office.work()
    assert await told(office.crosschq, request_id) == ["hired"]


async def test_an_anonymised_and_archived_candidate_is_not_written_about(office: Office) -> None:
    candidate, request_id = await office.report_for()
    await office.lever.anonymise(candidate["id"])
    notes = await office.lever.notes(candidate["id"])
    await office.archive(candidate, "Withdrew")
    await office.work()
    assert await told(office.crosschq, request_id) == []
    assert await office.lever.notes(candidate["id"]) == notes


async def test_the_chosen_reason_archives_in_lever_as_the_owner(office: Office) -> None:
    await office.connect_again(
        lambda text: text.replace("[follow_up]", '[follow_up]\narchive_when_hired = "Hired"')
    )
    candidate, request_id, link = await asked(office)
    owner = (await office.lever.opportunity(candidate["id"]))["owner"]
    await office.owner.answer(link, "hired", office.parts.now().date().isoformat())
    await office.time_passes(SETTLED)
    await office.wake(candidate)
    await office.lever_app.state.lever.outbox.idle()
    await office.work()
    assert (await office.lever.opportunity(candidate["id"]))["archived"] is not None
    [archiving] = [c for c in office.lever_app.state.lever.ledger.calls() if c.method == "PUT"]
    assert f"perform_as={owner}" in str(archiving)
    assert await told(office.crosschq, request_id) == ["hired"]
    assert await outcome_tags(office, candidate["id"]) == [HIRED]
