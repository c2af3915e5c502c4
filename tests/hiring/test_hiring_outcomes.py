"""Who counts as hired, when Lever, the owner and Crosschq each have their say."""

from typing import Any

import pytest

from hiring.outcomes import (
    Change,
    Confirmed,
    KnownOutcome,
    Outcome,
    OutcomePolicy,
    SeenOutcome,
    Unchanged,
    decide,
    outcome_in_lever,
)
from tests.hiring.examples import candidacy
from tests.hiring.outcome_examples import (
    ANSWER,
    ARCHIVED_AT,
    CROSSCHQ,
    DAY,
    HIRED,
    LEVER,
    NOT_HIRED,
    OPEN,
    POLICY,
    kept,
    known,
    seen,
    story,
)

REASONS = {"reason-hired", "reason-hired-long-ago"}
ARCHIVING_SAYS_NOTHING = OutcomePolicy(archived_means_not_hired=False)


@pytest.mark.parametrize(
    ("archive", "outcome"),
    [
        ({}, OPEN),
        ({"is_archived": True, "archive_reason_id": "reason-hired"}, HIRED),
        ({"is_archived": True, "archive_reason_id": "reason-hired-long-ago"}, HIRED),
        ({"is_archived": True, "archive_reason_id": "reason-withdrew"}, NOT_HIRED),
        ({"is_archived": True, "archive_reason_id": None}, OPEN),
        ({"is_archived": False, "archive_reason_id": "reason-hired"}, OPEN),
    ],
)
def test_levers_archive_reason_says_who_was_hired(archive: dict[str, Any], outcome: Outcome) -> None:
    assert outcome_in_lever(candidacy(**archive), REASONS) is outcome


def test_a_hire_in_lever_is_of_the_day_of_its_archiving() -> None:
    hire = candidacy(is_archived=True, archive_reason_id="reason-hired", archived_at=ARCHIVED_AT)
    assert SeenOutcome.in_lever(hire, REASONS) == SeenOutcome(HIRED, LEVER, DAY)
    other = candidacy(is_archived=True, archive_reason_id="reason-withdrew", archived_at=ARCHIVED_AT)
    assert SeenOutcome.in_lever(other, REASONS) == SeenOutcome(NOT_HIRED, LEVER)


@pytest.mark.parametrize("source", [LEVER, ANSWER, CROSSCHQ])
@pytest.mark.parametrize("outcome", [HIRED, NOT_HIRED])
@pytest.mark.parametrize("before", [None, known(OPEN, LEVER)])
def test_the_first_word_counts_whoever_says_it(
    before: KnownOutcome | None, outcome: Outcome, source: Any
) -> None:
    decision = decide(before, seen(outcome, source), POLICY)
    assert isinstance(decision, Change)
    assert (decision.outcome, decision.source) == (outcome, source)
    assert decision.hired_on == (DAY if outcome is HIRED else None)


@pytest.mark.parametrize("source", [LEVER, ANSWER, CROSSCHQ])
def test_hired_in_lever_always_wins(source: Any) -> None:
    assert isinstance(decide(known(NOT_HIRED, source), seen(HIRED, LEVER), POLICY), Change)


@pytest.mark.parametrize("source", [ANSWER, CROSSCHQ])
def test_a_hire_after_not_hired_wins_whoever_says_it(source: Any) -> None:
    assert isinstance(decide(known(NOT_HIRED, ANSWER), seen(HIRED, source), POLICY), Change)


@pytest.mark.parametrize("source", [ANSWER, CROSSCHQ])
@pytest.mark.parametrize(("in_lever", "said"), [(HIRED, NOT_HIRED), (NOT_HIRED, HIRED)])
def test_nobody_overrides_levers_archive(in_lever: Outcome, said: Outcome, source: Any) -> None:
    decision = decide(known(in_lever, LEVER), seen(said, source), POLICY)
    assert isinstance(decision, Unchanged)
    assert "Lever's archive says" in decision.reason


def test_archived_with_another_reason_counts_only_if_the_connection_says_so() -> None:
    archived = seen(NOT_HIRED, LEVER)
    assert isinstance(decide(None, archived, POLICY), Change)
    assert isinstance(decide(None, archived, ARCHIVING_SAYS_NOTHING), Unchanged)
    assert isinstance(decide(known(HIRED, ANSWER), archived, ARCHIVING_SAYS_NOTHING), Unchanged)


def test_a_hire_that_is_archived_with_another_reason_is_none_any_more() -> None:
    for policy, outcome in [(POLICY, NOT_HIRED), (ARCHIVING_SAYS_NOTHING, OPEN)]:
        decision = decide(known(HIRED, LEVER), seen(NOT_HIRED, LEVER), policy)
        assert isinstance(decision, Change)
        assert (decision.outcome, decision.hired_on) == (outcome, None)


def test_what_was_recorded_stays_when_archiving_stops_to_count() -> None:
    decision = decide(known(NOT_HIRED, LEVER), seen(NOT_HIRED, LEVER), ARCHIVING_SAYS_NOTHING)
    assert isinstance(decision, Unchanged)


@pytest.mark.parametrize("outcome", [HIRED, NOT_HIRED])
def test_unarchiving_undoes_what_levers_archive_said(outcome: Outcome) -> None:
    decision = decide(known(outcome, LEVER), seen(OPEN, LEVER), POLICY)
    assert isinstance(decision, Change)
    assert (decision.outcome, decision.source, decision.hired_on) == (OPEN, LEVER, None)


@pytest.mark.parametrize(
    "before", [None, known(HIRED, ANSWER), known(NOT_HIRED, CROSSCHQ), known(OPEN, LEVER)]
)
def test_an_opportunity_that_was_never_archived_undoes_nothing(before: KnownOutcome | None) -> None:
    assert type(decide(before, seen(OPEN, LEVER), POLICY)) is Unchanged


def test_our_own_archiving_after_an_answer_changes_nothing_but_can_be_undone() -> None:
    answered = known(HIRED, ANSWER, in_crosschq=HIRED)
    echo = decide(answered, seen(HIRED, LEVER), POLICY)
    assert isinstance(echo, Confirmed)
    confirmed = kept(answered, seen(HIRED, LEVER), echo)
    assert type(decide(confirmed, seen(HIRED, LEVER), POLICY)) is Unchanged
    assert isinstance(decide(confirmed, seen(OPEN, LEVER), POLICY), Change)


@pytest.mark.parametrize(
    "before", [None, known(HIRED, LEVER), known(NOT_HIRED, ANSWER), known(HIRED, CROSSCHQ)]
)
def test_undecided_is_not_an_answer(before: KnownOutcome | None) -> None:
    assert isinstance(decide(before, seen(OPEN, CROSSCHQ), POLICY), Unchanged)
    assert isinstance(decide(before, seen(OPEN, ANSWER), POLICY), Unchanged)


def test_the_echo_of_an_older_write_to_crosschq_is_no_news() -> None:
    """Crosschq was told hired; then Lever unarchived, and Crosschq has not been told yet."""
    unarchived = known(OPEN, LEVER, in_crosschq=HIRED)
    assert isinstance(decide(unarchived, seen(HIRED, CROSSCHQ), POLICY), Unchanged)
    told = known(OPEN, LEVER, in_crosschq=OPEN)
    assert isinstance(decide(told, seen(HIRED, CROSSCHQ), POLICY), Change)


def test_another_day_or_source_of_the_same_outcome_is_no_change() -> None:
    for source in (LEVER, ANSWER, CROSSCHQ):
        later = SeenOutcome(HIRED, source, DAY.replace(day=28))
        assert isinstance(decide(known(HIRED, ANSWER), later, POLICY), Unchanged)


def test_a_whole_story_keeps_both_systems_together() -> None:
    words = [
        seen(NOT_HIRED, ANSWER),
        seen(NOT_HIRED, CROSSCHQ),
        seen(HIRED, CROSSCHQ),
        seen(HIRED, LEVER),
        seen(NOT_HIRED, CROSSCHQ),
        seen(OPEN, LEVER),
        seen(OPEN, CROSSCHQ),
        seen(NOT_HIRED, LEVER),
    ]
    end, changes = story(words)
    assert [(one.outcome, one.source) for one in changes] == [
        (NOT_HIRED, ANSWER),
        (HIRED, CROSSCHQ),
        (OPEN, LEVER),
        (NOT_HIRED, LEVER),
    ]
    assert end == known(NOT_HIRED, LEVER, in_crosschq=NOT_HIRED)


def test_every_decision_says_why() -> None:
    assert decide(None, seen(HIRED, LEVER), POLICY) == Change(
        HIRED, LEVER, DAY, "Archived in Lever as hired."
    )
    said = decide(None, seen(NOT_HIRED, CROSSCHQ), POLICY)
    assert said == Change(NOT_HIRED, CROSSCHQ, None, "Said in Crosschq: not hired.")
