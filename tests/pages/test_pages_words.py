"""Spans of time are said in the largest unit that fits."""

from datetime import timedelta

import pytest

from pages.words import span


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=14), "2 weeks"),
        (timedelta(days=7), "1 week"),
        (timedelta(days=10), "10 days"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(seconds=61), "2 minutes"),
        (timedelta(seconds=20), "1 minute"),
    ],
)
def test_a_span_is_said_in_its_largest_whole_unit(length: timedelta, words: str) -> None:
    assert span(length) == words
