"""Waits grow to an hour and end with a person; none is lost on the way."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring.retries import FIRST_WAIT, LONGEST_WAIT, next_attempt_at
from tests.hiring.examples import NOW

THREE_DAYS = timedelta(hours=72)
PASSED = st.timedeltas(timedelta(0), THREE_DAYS)
DICE = st.floats(0, 1, exclude_max=True)


def _wait(
    passed: timedelta, dice: float = 0.0, give_up_after: timedelta = 10 * THREE_DAYS
) -> timedelta | None:
    now = NOW + passed
    at = next_attempt_at(NOW, now, give_up_after, dice)
    return None if at is None else at - now


@pytest.mark.parametrize(
    ("passed", "seconds"), [(0, 5), (1, 5), (5, 5), (10, 10), (600, 600), (3600, 3600), (90_000, 3600)]
)
def test_the_wait_is_as_long_as_the_failing_was_up_to_an_hour(passed: int, seconds: int) -> None:
    assert _wait(timedelta(seconds=passed)) == timedelta(seconds=seconds)


def test_an_outage_of_less_than_three_days_ends_with_another_attempt() -> None:
    now, attempts = NOW, 1
    while (at := next_attempt_at(NOW, now, THREE_DAYS, dice=0.99)) is not None:
        now, attempts = at, attempts + 1
    assert NOW + THREE_DAYS - LONGEST_WAIT * 4 / 3 <= now <= NOW + THREE_DAYS
    assert attempts > 50


def test_the_last_moment_still_counts() -> None:
    last = THREE_DAYS - LONGEST_WAIT
    assert _wait(last, give_up_after=THREE_DAYS) == LONGEST_WAIT
    assert _wait(last + timedelta(microseconds=1), give_up_after=THREE_DAYS) is None


@given(PASSED, DICE)
def test_every_wait_is_within_its_limits(passed: timedelta, dice: float) -> None:
    wait = _wait(passed, dice)
    assert wait is not None
    assert FIRST_WAIT <= wait <= LONGEST_WAIT * 4 / 3


@given(PASSED, PASSED, DICE)
def test_who_has_failed_longer_never_waits_shorter(one: timedelta, other: timedelta, dice: float) -> None:
    sooner, later = _wait(min(one, other), dice), _wait(max(one, other), dice)
    assert sooner is not None
    assert later is not None
    assert sooner <= later
