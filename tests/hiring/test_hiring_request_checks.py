"""Requests that never complete are read the rarer the older they are, and some day not at all."""

from datetime import UTC, datetime, timedelta

import pytest

from hiring.request_checks import next_check

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
AT_ONCE, A_DAY, A_WEEK = timedelta(0), timedelta(days=1), timedelta(days=7)


@pytest.mark.parametrize(
    ("days", "wait"),
    [
        (0, AT_ONCE),
        (6.99, AT_ONCE),
        (7, A_DAY),
        (29.9, A_DAY),
        (30, A_WEEK),
        (179.9, A_WEEK),
        (180, None),
        (4000, None),
    ],
)
def test_the_older_the_rarer(days: float, wait: timedelta | None) -> None:
    sent_at = NOW - timedelta(days=days)
    assert next_check(sent_at, None, NOW) == (None if wait is None else NOW + wait)


@pytest.mark.parametrize(("changed", "wait"), [(1, AT_ONCE), (10, A_DAY), (100, A_WEEK), (200, None)])
def test_what_crosschq_has_changed_lately_is_young(changed: int, wait: timedelta | None) -> None:
    sent_at, changed_at = NOW - timedelta(days=300), NOW - timedelta(days=changed)
    assert next_check(sent_at, changed_at, NOW) == (None if wait is None else NOW + wait)


def test_a_change_before_it_was_sent_makes_it_no_older() -> None:
    assert next_check(NOW - timedelta(days=1), NOW - timedelta(days=400), NOW) == NOW


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=365 * 5000)])
def test_a_time_of_crosschqs_that_is_yet_to_come_keeps_nothing_young(ahead: timedelta) -> None:
    assert next_check(NOW - timedelta(days=200), NOW + ahead, NOW) is None


def test_a_request_that_never_completes_is_read_for_a_bounded_number_of_times() -> None:
    now, sent_at, reads = NOW, NOW, 0
    while (due := next_check(sent_at, None, now)) is not None:
        now, reads = max(due, now + timedelta(minutes=30)), reads + 1
    assert reads <= 7 * 48 + 24 + 23
    assert now - sent_at <= timedelta(days=187)
