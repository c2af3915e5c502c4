"""Waits grow to an hour and end with a person; none is lost on the way."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring.retries import FIRST_WAIT, LONGEST_WAIT, next_attempt_at
from tests.hiring.examples import NOW

THREE_DAYS = timedelta(hours=72)
ATTEMPTS = st.integers(1, 10_000)
DICE = st.floats(0, 1, exclude_max=True)


def _wait(attempt: int, dice: float = 0.0, now: datetime = NOW) -> timedelta | None:
    at = next_attempt_at(attempt, NOW, now, THREE_DAYS, dice)
    return None if at is None else at - now


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (500, 3600)]
)
def test_waits_double_up_to_an_hour(attempt: int, seconds: int) -> None:
    assert _wait(attempt) == timedelta(seconds=seconds)


def test_an_outage_of_less_than_three_days_ends_with_another_attempt() -> None:
    now, attempt = NOW, 1
    while (at := next_attempt_at(attempt, NOW, now, THREE_DAYS, dice=0.99)) is not None:
        now, attempt = at, attempt + 1
    assert NOW + THREE_DAYS - LONGEST_WAIT * 4 / 3 <= now <= NOW + THREE_DAYS
    assert attempt > 50


def test_the_last_moment_still_counts() -> None:
    last = NOW + THREE_DAYS - FIRST_WAIT
    assert next_attempt_at(1, NOW, last, THREE_DAYS, dice=0.0) == NOW + THREE_DAYS
    assert next_attempt_at(1, NOW, last + timedelta(microseconds=1), THREE_DAYS, dice=0.0) is None


@given(ATTEMPTS, DICE)
def test_every_wait_is_within_its_limits(attempt: int, dice: float) -> None:
    wait = _wait(attempt, dice)
    assert wait is not None
    assert FIRST_WAIT <= wait <= LONGEST_WAIT * 4 / 3


@given(ATTEMPTS, DICE)
def test_a_later_attempt_never_waits_shorter(attempt: int, dice: float) -> None:
    sooner, later = _wait(attempt, dice), _wait(attempt + 1, dice)
    assert sooner is not None
    assert later is not None
    assert sooner <= later


@given(ATTEMPTS, DICE, st.timedeltas(timedelta(0), 2 * THREE_DAYS))
def test_a_person_is_called_exactly_when_the_next_attempt_would_come_too_late(
    attempt: int, dice: float, passed: timedelta
) -> None:
    ample = next_attempt_at(attempt, NOW, NOW + passed, 10 * THREE_DAYS, dice)
    assert ample is not None
    given_up = next_attempt_at(attempt, NOW, NOW + passed, THREE_DAYS, dice) is None
    assert given_up == (ample > NOW + THREE_DAYS)
