"""When the owner is asked, reminded or left in peace, and when a follow-up ends."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring.answers import Answer
from hiring.due import (
    Ask,
    AskAgainLater,
    Due,
    EndQuietly,
    EndWithoutAnswer,
    NothingDue,
    QuietReason,
    RecordOnly,
    Remind,
    Settle,
)
from hiring.follow_ups import (
    LATE,
    LONGEST_PUT_OFF,
    MANY,
    FollowUpFacts,
    FollowUpPolicy,
    FollowUpState,
    spread,
    what_is_due,
    when_due,
)
from hiring.outcomes import Outcome
from tests.hiring.examples import NOW, candidacy
from tests.hiring.outcome_examples import DAY, HIRED, NOT_HIRED, OPEN

POLICY = FollowUpPolicy()
UNREMINDED = FollowUpPolicy(remind_after=None)
WEEK = timedelta(days=7)
OPEN_STATES = [FollowUpState.WAITING, FollowUpState.ASKED, FollowUpState.ANSWERED]


def _follow_up(state: FollowUpState, **facts: Any) -> FollowUpFacts:
    answer = Answer(HIRED, NOW, DAY) if state is FollowUpState.ANSWERED else None
    return FollowUpFacts(**{"state": state, "due_at": NOW, "answer": answer, **facts})


def _due(follow_up: FollowUpFacts, policy: FollowUpPolicy = POLICY) -> Due:
    return what_is_due(follow_up, OPEN, candidacy(), policy, NOW)


def test_the_owner_is_asked_two_weeks_after_the_report() -> None:
    assert when_due(NOW, POLICY.follow_up_after) == NOW + timedelta(days=14)
    waiting = _follow_up(FollowUpState.WAITING)
    assert _due(waiting) == Ask(NOW + WEEK, will_remind=True, is_once_more=False)


@pytest.mark.parametrize("state", [FollowUpState.WAITING, FollowUpState.ASKED])
@pytest.mark.parametrize("early", [timedelta(0), timedelta(days=3)])
def test_nobody_is_asked_or_reminded_where_a_tag_tells_how_it_ended(
    state: FollowUpState, early: timedelta
) -> None:
    follow_up = _follow_up(state, due_at=NOW + early)
    due = what_is_due(follow_up, OPEN, candidacy(), POLICY, NOW, is_told=True)
    assert due == EndQuietly(QuietReason.TOLD)


def test_an_answer_counts_whatever_the_tag_tells() -> None:
    answered = _follow_up(FollowUpState.ANSWERED)
    assert isinstance(what_is_due(answered, OPEN, candidacy(), POLICY, NOW, is_told=True), Settle)


@pytest.mark.parametrize("state", OPEN_STATES)
def test_nothing_is_due_before_its_time(state: FollowUpState) -> None:
    early = _follow_up(state, due_at=NOW + timedelta(seconds=1))
    assert isinstance(_due(early), NothingDue)


def test_nothing_is_due_of_what_has_ended() -> None:
    ended = _follow_up(FollowUpState.ENDED)
    assert isinstance(what_is_due(ended, HIRED, candidacy(), POLICY, NOW), NothingDue)


@pytest.mark.parametrize("state", OPEN_STATES)
@pytest.mark.parametrize("outcome", [HIRED, NOT_HIRED])
@pytest.mark.parametrize("due_at", [NOW, NOW + WEEK])
def test_nobody_is_asked_what_is_known(state: FollowUpState, outcome: Outcome, due_at: Any) -> None:
    follow_up = _follow_up(state, due_at=due_at)
    assert what_is_due(follow_up, outcome, candidacy(), POLICY, NOW) == RecordOnly(outcome)


@pytest.mark.parametrize("state", OPEN_STATES)
@pytest.mark.parametrize("outcome", [OPEN, HIRED])
def test_nothing_is_asked_or_written_about_who_is_anonymised(state: FollowUpState, outcome: Outcome) -> None:
    anonymised = what_is_due(_follow_up(state), outcome, candidacy(is_anonymised=True), POLICY, NOW)
    assert anonymised == EndQuietly(QuietReason.ANONYMISED)


def test_one_reminder_comes_and_then_the_end() -> None:
    assert _due(_follow_up(FollowUpState.ASKED)) == Remind(NOW + WEEK)
    assert _due(_follow_up(FollowUpState.ASKED, was_reminded=True)) == EndWithoutAnswer()


def test_where_nobody_is_reminded_the_question_waits_a_week_and_ends() -> None:
    assert _due(_follow_up(FollowUpState.WAITING), UNREMINDED) == Ask(NOW + WEEK, False, False)
    assert _due(_follow_up(FollowUpState.ASKED), UNREMINDED) == EndWithoutAnswer()


def test_the_question_after_contradictory_answers_says_so() -> None:
    assert _due(_follow_up(FollowUpState.WAITING, was_contradicted=True)) == Ask(NOW + WEEK, True, True)


@pytest.mark.parametrize("answer", [Answer(HIRED, NOW, DAY), Answer(NOT_HIRED, NOW)])
def test_an_answer_is_settled_when_its_time_is_over(answer: Answer) -> None:
    assert _due(_follow_up(FollowUpState.ANSWERED, answer=answer)) == Settle(answer)


def test_not_decided_yet_asks_again_after_as_long_as_the_first_time() -> None:
    undecided = _follow_up(FollowUpState.ANSWERED, answer=Answer(OPEN, NOW))
    assert _due(undecided) == AskAgainLater(NOW + timedelta(days=14))


def test_a_few_or_punctual_ones_are_not_put_off() -> None:
    late = NOW - LATE - timedelta(seconds=1)
    assert spread(late, MANY, NOW, dice=0.9) == NOW
    assert spread(NOW - LATE, 10_000, NOW, dice=0.9) == NOW
    assert spread(late, MANY + 1, NOW, dice=0.5) == NOW + timedelta(seconds=10.5)


@given(st.timedeltas(), st.integers(0, 10**6), st.floats(0, 1, exclude_max=True))
def test_nothing_is_put_off_for_long_nor_a_second_time(late: timedelta, due: int, dice: float) -> None:
    lateness = min(abs(late), timedelta(days=365))
    start = spread(NOW - lateness, due, NOW, dice)
    assert NOW <= start <= NOW + min(LONGEST_PUT_OFF, timedelta(seconds=due))
    assert spread(start, due, start + LATE, dice) == start + LATE


def test_many_late_ones_are_started_one_a_second_on_average() -> None:
    late = NOW - timedelta(days=1)
    starts = [spread(late, 500, NOW, dice=share / 500) for share in range(500)]
    assert starts[-1] - starts[0] == timedelta(seconds=499)
    assert len(set(starts)) == 500
