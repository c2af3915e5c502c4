"""Text from outside in Lever's notes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lever.notes import neutralise_mentions


@pytest.mark.parametrize("text", ["@orla", "see @orla.", "a@b.test", "@@orla", "\uff20orla", "\ufe6borla"])
def test_no_sign_is_followed_by_a_name(text: str) -> None:
    assert not re.search("[@\uff20\ufe6b](?!\u2060)", neutralise_mentions(text))


@given(st.text(alphabet=st.sampled_from("@ab \u2060\uff20\n")) | st.text())
def test_doing_it_twice_changes_nothing_and_the_visible_text_stays(text: str) -> None:
    once = neutralise_mentions(text)
    assert neutralise_mentions(once) == once
    assert once.replace("\u2060", "") == text.replace("\u2060", "")


def test_text_without_mentions_stays_as_it_is() -> None:
    assert neutralise_mentions("Crosschq: 1 of 3") == "Crosschq: 1 of 3"
