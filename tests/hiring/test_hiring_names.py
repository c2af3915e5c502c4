"""Crosschq wants a first and a last name; Lever has one line that people fill in as they like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.text import clean_line
from hiring.names import LONGEST, NO_LAST_NAME, split_name

NAMES = [
    ("Ada Lovelace", "Ada", "Lovelace"),
    ("Lovelace, Ada", "Ada", "Lovelace"),
    ("  Ada \u00a0 Lovelace\t", "Ada", "Lovelace"),
    ("Ludwig van der Beeck", "Ludwig", "van der Beeck"),
    ("van der Beeck, Ludwig", "Ludwig", "van der Beeck"),
    ("María del Carmen Ruiz Soto", "María", "del Carmen Ruiz Soto"),
    ("Ruiz Soto, María del Carmen", "María del Carmen", "Ruiz Soto"),
    ("Anne-Marie O'Neill", "Anne-Marie", "O'Neill"),
    ("田中\u3000太郎", "田中", "太郎"),
    ("علی رضایی", "علی", "رضایی"),
    ("🦊 Fox", "🦊", "Fox"),
    ("Ada Lovelace, King, Noel", "King Noel", "Ada Lovelace"),
]
TITLED = [
    ("Dr. Grace Hopper", "Grace", "Hopper"),
    ("Prof. Dr. Grace Hopper", "Grace", "Hopper"),
    ("Hopper, Dr. Grace", "Grace", "Hopper"),
    ("Grace Hopper, PhD", "Grace", "Hopper"),
    ("Grace Hopper, Ph.D., MBA", "Grace", "Hopper"),
    ("Hopper, Grace, PhD", "Grace", "Hopper"),
    ("Martin King, Jr.", "Martin", "King"),
    ("Dr. Who", "Dr.", "Who"),
    ("Rahman, Md", "Md", "Rahman"),
    ("Rahman, Md, MBA", "Md", "Rahman"),
]
ONE_WORD = ["Ada", "王小明", " Ada, ", ",Ada", "Ada,,", "Dr.", "ادا", "👩‍🚀"]


@pytest.mark.parametrize(("full", "first", "last"), NAMES)
def test_the_first_word_is_the_first_name_unless_a_comma_says_otherwise(
    full: str, first: str, last: str
) -> None:
    assert split_name(full) == (first, last)


@pytest.mark.parametrize(("full", "first", "last"), TITLED)
def test_nobody_is_greeted_by_a_title_or_a_degree(full: str, first: str, last: str) -> None:
    assert split_name(full) == (first, last)


@pytest.mark.parametrize("full", ONE_WORD)
def test_a_single_name_is_the_first_and_the_last_is_not_invented(full: str) -> None:
    assert split_name(full) == (full.strip(" ,"), NO_LAST_NAME)


@pytest.mark.parametrize("full", ["", "   ", ",", " , ,\u00a0"])
def test_no_name_at_all_leaves_the_first_name_blank(full: str) -> None:
    assert split_name(full) == ("", NO_LAST_NAME)


def test_a_very_long_name_is_cut_in_both_parts() -> None:
    first, last = split_name("a" * 300 + " " + "b" * 300)
    assert (first, last) == ("a" * LONGEST, "b" * LONGEST)
    assert split_name("Ada " + "b" * (LONGEST - 1) + " c") == ("Ada", "b" * (LONGEST - 1))


@given(st.text())
def test_any_text_gives_two_parts_that_fit_and_have_no_blanks_around(full: str) -> None:
    for part in split_name(full):
        assert len(part) <= LONGEST
        assert part == part.strip()


@given(st.text(alphabet=st.sampled_from("aZé王🦊. ,\u00a0")) | st.text())
def test_a_first_name_is_never_lost(full: str) -> None:
    first, last = split_name(full)
    assert bool(first) == bool(clean_line(full.replace(",", " ")))
    assert last


@given(
    st.text(alphabet="abcdef", min_size=1, max_size=20), st.text(alphabet="uvwxyz", min_size=1, max_size=20)
)
def test_both_spellings_of_a_plain_name_agree(first: str, last: str) -> None:
    assert split_name(f"{first} {last}") == split_name(f"{last}, {first}") == (first, last)
