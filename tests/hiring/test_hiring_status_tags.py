"""One status tag at a time; a tag that is not ours is never taken away."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring.status_tags import COMPLETE, ENDED, NOT_SENT, SENT, UNCONFIRMED, asked, outdated, progress_tag

FIXED = [SENT, UNCONFIRMED, NOT_SENT, COMPLETE, ENDED]
SOMEBODY_ELSES = [
    "crosschq-engineer",
    "Crosschq",
    "Crosschq: 1 of 3 ",
    "Crosschq: 1 of three",
    "Crosschq: \u0661 of \u0663",
    "Crosschq: sent by Orla",
    "My Crosschq: sent",
    "crosschq: sent",
    "Crosschq: 1 of 3\n",
]

OURS = st.sampled_from(FIXED) | st.builds(progress_tag, st.integers(0, 99), st.integers(0, 99))


@pytest.mark.parametrize(
    ("answered", "asked", "tag"),
    [(1, 3, "Crosschq: 1 of 3"), (3, 3, "Crosschq: 3 of 3"), (0, 3, SENT), (0, 0, SENT)],
)
def test_the_tag_counts_answers_once_there_are_some(answered: int, asked: int, tag: str) -> None:
    assert progress_tag(answered, asked) == tag


def test_a_new_status_makes_every_other_of_ours_outdated() -> None:
    tags = ["remote", SENT, "Crosschq: 1 of 3", "Crosschq: 2 of 3", NOT_SENT]
    assert outdated(tags, "Crosschq: 2 of 3") == [SENT, "Crosschq: 1 of 3", NOT_SENT]


@pytest.mark.parametrize("tag", SOMEBODY_ELSES)
def test_a_tag_that_only_resembles_ours_stays(tag: str) -> None:
    assert outdated([tag], COMPLETE) == []


@given(st.lists(st.text() | OURS | st.sampled_from(SOMEBODY_ELSES)), OURS)
def test_only_our_tags_are_outdated_and_never_the_present_one(tags: list[str], current: str) -> None:
    gone = outdated(tags, current)
    assert current not in gone
    assert all(tag in FIXED or tag.startswith("Crosschq: ") for tag in gone)
    assert not set(gone) & set(SOMEBODY_ELSES)


@given(st.lists(OURS), OURS)
def test_all_our_tags_but_the_present_one_are_outdated(tags: list[str], current: str) -> None:
    assert outdated(tags, current) == [tag for tag in tags if tag != current]


SPELLINGS = [
    str,
    str.lower,
    str.upper,
    "{}\u00a0".format,
    "\u200b{}".format,
    lambda tag: tag.replace(" ", "  "),
]


@pytest.mark.parametrize("spelled", SPELLINGS)
@pytest.mark.parametrize("tag", [SENT, UNCONFIRMED, COMPLETE, "Crosschq: 2 of 3"])
def test_a_tag_says_in_any_spelling_that_somebody_was_asked(tag: str, spelled: Callable[[str], str]) -> None:
    written = spelled(tag)
    assert asked([written, "Crosschq: ask Ada", NOT_SENT, ENDED]) == [written]
