"""Crosschq's news in the words of the tag; older news never replaces newer."""

from datetime import timedelta

import pytest

from hiring.progress import Progress, Stage
from tests.hiring.examples import NOW


@pytest.mark.parametrize(
    ("stage", "tag"),
    [
        (Stage.UNDER_WAY, "Crosschq: 2 of 3"),
        (Stage.COMPLETE, "Crosschq: complete"),
        (Stage.ENDED, "Crosschq: ended without report"),
    ],
)
def test_the_tag_says_how_far_the_request_is(stage: Stage, tag: str) -> None:
    assert Progress(stage, answered=2, asked=3).tag == tag


def test_news_from_before_what_is_known_is_older() -> None:
    progress = Progress(Stage.UNDER_WAY, 1, 3, updated_on=NOW)
    assert progress.is_older_than(NOW + timedelta(seconds=1))
    assert not progress.is_older_than(NOW)
    assert not progress.is_older_than(NOW - timedelta(seconds=1))


def test_where_a_time_is_unknown_news_counts_as_new() -> None:
    assert not Progress(Stage.UNDER_WAY, 1, 3, updated_on=NOW).is_older_than(None)
    assert not Progress(Stage.UNDER_WAY, 1, 3, updated_on=None).is_older_than(NOW)
