"""A second move: while a request is open, after it failed, after it completed."""

from datetime import datetime, timedelta

import pytest

from hiring.decisions import Decision, Ignore, Mention, Policy, Previous, PreviousState, Send, decide
from tests.hiring.examples import MOVED, NOW, candidacy, policy, previous

BEFORE, AFTER = MOVED - timedelta(days=2), MOVED + timedelta(seconds=1)
REPORTED = MOVED - timedelta(days=1)


def _decide(last: Previous, rules: Policy | None = None) -> Decision:
    return decide(candidacy(), rules or policy(), last, MOVED, NOW)


def test_a_move_while_a_request_is_open_is_only_mentioned() -> None:
    decision = _decide(previous(PreviousState.OPEN, made=BEFORE))
    assert isinstance(decision, Mention)
    assert "already open" in decision.text


@pytest.mark.parametrize("state", [PreviousState.OPEN, PreviousState.COMPLETED, PreviousState.ENDED])
@pytest.mark.parametrize("made", [MOVED, AFTER])
def test_the_move_that_made_the_request_makes_no_other_and_no_note(
    state: PreviousState, made: datetime
) -> None:
    assert _decide(previous(state, made=made)) == Ignore(
        "A reference request was already made for this move."
    )


@pytest.mark.parametrize("made", [BEFORE, AFTER])
def test_after_a_failure_the_request_is_sent_again(made: datetime) -> None:
    assert isinstance(_decide(previous(PreviousState.FAILED, made=made, ended=made)), Send)


@pytest.mark.parametrize("made", [BEFORE, AFTER])
def test_what_an_interrupted_run_began_is_taken_up_again(made: datetime) -> None:
    assert isinstance(_decide(previous(PreviousState.INTENDED, made=made)), Send)


def test_after_an_end_without_report_a_new_move_asks_anew() -> None:
    assert isinstance(_decide(previous(PreviousState.ENDED, made=BEFORE, ended=REPORTED)), Send)


def test_after_a_report_a_move_is_only_mentioned_with_its_date() -> None:
    decision = _decide(previous(PreviousState.COMPLETED, made=BEFORE, ended=REPORTED))
    assert isinstance(decision, Mention)
    assert "completed on 1 March 2026" in decision.text


def test_after_a_report_and_the_set_number_of_days_a_move_asks_again() -> None:
    last = previous(PreviousState.COMPLETED, made=BEFORE, ended=NOW - timedelta(days=90))
    assert isinstance(_decide(last, policy(ask_again_after=timedelta(days=90))), Send)


def test_a_day_too_early_a_move_is_still_only_mentioned() -> None:
    last = previous(PreviousState.COMPLETED, made=BEFORE, ended=NOW - timedelta(days=89))
    assert isinstance(_decide(last, policy(ask_again_after=timedelta(days=90))), Mention)


def test_asking_again_does_not_concern_an_open_request() -> None:
    last = previous(PreviousState.OPEN, made=NOW - timedelta(days=400))
    assert isinstance(_decide(last, policy(ask_again_after=timedelta(days=90))), Mention)


def test_a_report_without_a_known_end_counts_from_when_it_was_asked_for() -> None:
    last = previous(PreviousState.COMPLETED, made=NOW - timedelta(days=91))
    assert isinstance(_decide(last, policy(ask_again_after=timedelta(days=90))), Send)
