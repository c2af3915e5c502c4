"""What the owner's answers lead to: kept, changed, or, when a machine pressed the buttons, not applied."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring.answers import (
    CONTRADICTION,
    Answer,
    AskOnceMore,
    EndContradictory,
    Heard,
    Hearing,
    NotAwaited,
    SaidAlready,
)
from hiring.follow_ups import FollowUpFacts, FollowUpPolicy, FollowUpState, after_answer
from hiring.outcomes import Outcome
from tests.hiring.examples import NOW
from tests.hiring.outcome_examples import DAY, HIRED, NOT_HIRED, OPEN

POLICY = FollowUpPolicy()
SECOND = timedelta(seconds=1)


def _answer(outcome: Outcome, later: timedelta = timedelta()) -> Answer:
    return Answer(outcome, NOW + later, DAY if outcome is HIRED else None)


def _asked(answer: Answer | None = None, **facts: Any) -> FollowUpFacts:
    state = FollowUpState.ANSWERED if answer else FollowUpState.ASKED
    return FollowUpFacts(**{"state": state, "due_at": NOW, "answer": answer, **facts})


def _hear(follow_up: FollowUpFacts, answer: Answer) -> Hearing:
    return after_answer(follow_up, answer, POLICY)


@pytest.mark.parametrize("outcome", Outcome)
def test_an_answer_is_kept_and_settled_ten_minutes_later(outcome: Outcome) -> None:
    answer = _answer(outcome)
    assert _hear(_asked(), answer) == Heard(answer, NOW + timedelta(minutes=10))


def test_an_answer_may_be_changed_until_it_is_settled() -> None:
    changed = _answer(NOT_HIRED, timedelta(hours=1))
    heard = _hear(_asked(_answer(HIRED)), changed)
    assert heard == Heard(changed, changed.given_at + POLICY.settle_after)


def test_a_button_pressed_twice_puts_nothing_off() -> None:
    assert _hear(_asked(_answer(HIRED)), _answer(HIRED, SECOND)) == SaidAlready(_answer(HIRED))


def test_another_day_is_a_correction_however_fast() -> None:
    corrected = Answer(HIRED, NOW + SECOND, DAY.replace(day=1))
    assert _hear(_asked(_answer(HIRED)), corrected) == Heard(
        corrected, corrected.given_at + POLICY.settle_after
    )


@pytest.mark.parametrize(
    ("first", "second"), [(HIRED, NOT_HIRED), (NOT_HIRED, HIRED), (HIRED, OPEN), (OPEN, NOT_HIRED)]
)
def test_two_answers_within_seconds_are_not_applied_and_asked_once_more(
    first: Outcome, second: Outcome
) -> None:
    contradiction = _answer(second, CONTRADICTION)
    assert _hear(_asked(_answer(first)), contradiction) == AskOnceMore(contradiction.given_at)
    in_time = _answer(second, CONTRADICTION + SECOND)
    assert isinstance(_hear(_asked(_answer(first)), in_time), Heard)


def test_a_second_contradiction_ends_it() -> None:
    once_more = _asked(_answer(HIRED), was_contradicted=True)
    assert _hear(once_more, _answer(NOT_HIRED, SECOND)) == EndContradictory()
    assert isinstance(_hear(once_more, _answer(NOT_HIRED, timedelta(minutes=1))), Heard)


@pytest.mark.parametrize("state", [FollowUpState.WAITING, FollowUpState.ENDED])
def test_an_answer_to_no_open_question_is_not_kept(state: FollowUpState) -> None:
    heard = _hear(FollowUpFacts(state, NOW), _answer(HIRED))
    assert isinstance(heard, NotAwaited)
    assert heard.reason


@pytest.mark.parametrize(("outcome", "day"), [(HIRED, None), (NOT_HIRED, DAY), (OPEN, DAY)])
def test_a_day_belongs_to_hired_alone(outcome: Outcome, day: Any) -> None:
    with pytest.raises(ValueError, match="A day belongs"):
        Answer(outcome, NOW, day)


@given(st.permutations([HIRED, NOT_HIRED, OPEN]), st.lists(st.integers(0, 5), min_size=2, max_size=2))
def test_whoever_presses_all_buttons_within_seconds_settles_nothing(
    outcomes: list[Outcome], waits: list[int]
) -> None:
    moments = [0, waits[0], sum(waits)]
    answers = [_answer(one, timedelta(seconds=at)) for one, at in zip(outcomes, moments, strict=True)]
    for earlier, later in pairwise(answers):
        assert isinstance(_hear(_asked(earlier), later), AskOnceMore)
