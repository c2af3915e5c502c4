"""What the owner answers is recorded, can be changed until it is settled, and not after."""

from datetime import date, timedelta

import pytest

from hiring.follow_ups import FollowUpState
from hiring.outcomes import Outcome
from tests.pages.owner import NOW, Owner, filled

SETTLES = NOW + timedelta(minutes=10)


async def test_hired_is_recorded_with_its_day_and_settles_ten_minutes_later(owner: Owner) -> None:
    answer = await owner.send("hired", "2024-11-20")
    assert answer.status_code == 303
    follow_up = await owner.follow_up()
    assert (follow_up.answer, follow_up.hired_on) == (Outcome.HIRED, date(2024, 11, 20))
    assert (follow_up.state, follow_up.answered_at, follow_up.due_at) == (
        FollowUpState.ANSWERED,
        NOW,
        SETTLES,
    )


async def test_an_answer_voids_what_waits_for_the_generation_before(owner: Owner) -> None:
    await owner.send("not_hired")
    follow_up = await owner.follow_up()
    assert (follow_up.generation, follow_up.flow_run_id) == (4, None)
    assert follow_up.void_runs == ["run-of-the-reminder"]


async def test_an_answer_leaves_one_audit_row_that_names_nobody(owner: Owner) -> None:
    await owner.send("hired", "2024-11-20")
    (row,) = await owner.audits()
    assert (row.who, row.what) == ("owner by link", "answered: hired on 20 November 2024")
    assert (row.subject, row.connection_id) == ("follow-up:1", 1)


@pytest.mark.parametrize(("chosen", "outcome"), [("not_hired", Outcome.NOT_HIRED), ("open", Outcome.OPEN)])
async def test_another_answer_than_hired_has_no_day(owner: Owner, chosen: str, outcome: Outcome) -> None:
    await owner.send(chosen, "this is no day, and nobody asked for one")
    follow_up = await owner.follow_up()
    assert (follow_up.answer, follow_up.hired_on) == (outcome, None)


async def test_the_redirect_leads_back_to_the_form_with_the_answer_chosen(owner: Owner) -> None:
    sent = await owner.send("hired", "2024-11-20")
    page = await owner.browser.get(sent.url.join(sent.headers["location"]))
    assert page.url == sent.url
    assert "Recorded: hired on 20 November 2024." in page.text
    assert "You can change it here until 24 November 2024, 12:10 UTC." in page.text
    assert 'value="hired" checked' in page.text
    assert 'value="2024-11-20"' in page.text


async def test_an_answer_can_be_changed_until_it_is_settled(owner: Owner) -> None:
    await owner.send("hired")
    owner.clock.advance(minutes=9)
    assert (await owner.send("not_hired")).status_code == 303
    follow_up = await owner.follow_up()
    assert (follow_up.answer, follow_up.hired_on) == (Outcome.NOT_HIRED, None)
    assert (follow_up.due_at, follow_up.generation) == (SETTLES + timedelta(minutes=9), 5)


async def test_a_button_pressed_twice_counts_once(owner: Owner) -> None:
    await owner.send("hired")
    owner.clock.advance(minutes=1)
    assert (await owner.send("hired")).status_code == 303
    follow_up = await owner.follow_up()
    assert (follow_up.due_at, follow_up.generation) == (SETTLES, 4)
    assert len(await owner.audits()) == 1


@pytest.mark.parametrize("how", ["its time has come", "a flow is at work on it", "it has ended"])
async def test_a_settled_answer_is_shown_and_not_changed(owner: Owner, how: str) -> None:
    form = filled(await owner.open(), "not_hired")
    await owner.send("hired", "2024-11-20")
    if how == "it has ended":
        await owner.end("answered")
    elif how == "a flow is at work on it":
        await owner.hand_over()
    else:
        owner.clock.advance(minutes=10)

    page = await owner.open()
    assert page.status_code == 200
    assert "<h1>Hired on 20 November 2024</h1>" in page.text
    assert "This was recorded on 24 November 2024, 12:00 UTC." in page.text
    assert "It can be changed in Lever." in page.text
    late = await owner.browser.post(owner.path, data=form)
    assert late.status_code == 409
    assert "What you have just sent was not recorded." in late.text
    assert (await owner.follow_up()).answer is Outcome.HIRED


async def test_not_decided_yet_is_asked_again_after_the_wait(owner: Owner) -> None:
    await owner.send("open")
    assert "Recorded: not decided yet." in (await owner.open()).text
    owner.clock.advance(minutes=10)
    assert "You will be asked again in 2 weeks." in (await owner.open()).text
    await owner.change(
        state=FollowUpState.WAITING, due_at=NOW + timedelta(days=14), answer=None, answered_at=None
    )
    page = await owner.open()
    assert "You will be asked again on 8 December 2024, by a mail with a new link." in page.text
    assert "<form" not in page.text
