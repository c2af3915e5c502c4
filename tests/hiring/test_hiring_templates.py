"""The Lever tag chooses the template; where it does not decide, nobody guesses."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring.candidacy import Template
from hiring.templates import NoTemplate, SeveralTemplates, choose_template
from tests.hiring.examples import ENGINEERS, GENERAL, SALES

TAGS = st.sampled_from(["engineer", "Sales ", " ops", "OPS", "straße", "STRASSE", "other"])


@st.composite
def templates(draw: st.DrawFn) -> Template:
    name = draw(st.text(alphabet="ABCDEF", min_size=1, max_size=3))
    return Template(
        name, "survey", {}, draw(st.none() | TAGS), draw(st.none() | st.integers(1, 3)), draw(st.booleans())
    )


def test_the_template_whose_tag_is_seen_is_chosen() -> None:
    assert choose_template([ENGINEERS, SALES, GENERAL], ["remote", "sales"]) is SALES


@pytest.mark.parametrize(
    "tag", ["ENGINEER", " engineer ", "Engineer\u00a0", "\u200bengi\u00adneer\u180e", "\u202aengineer\u2060"]
)
def test_case_and_outer_blanks_of_a_tag_do_not_count(tag: str) -> None:
    assert choose_template([ENGINEERS, SALES], [tag]) is ENGINEERS


def test_a_blank_or_hyphen_of_another_kind_is_one_all_the_same() -> None:
    nights = replace(ENGINEERS, lever_tag="full-time nights")
    assert choose_template([nights, SALES], ["Full\u2011time\u00a0\u200bnights"]) is nights


@pytest.mark.parametrize("tag", ["engineer-2", "eng", "engineer sales", "not engineer"])
def test_a_tag_that_only_resembles_does_not_match(tag: str) -> None:
    assert isinstance(choose_template([ENGINEERS, SALES], [tag]), NoTemplate)


def test_without_a_match_the_fallback_is_chosen() -> None:
    assert choose_template([ENGINEERS, GENERAL], ["remote"]) is GENERAL


def test_a_match_goes_before_the_fallback() -> None:
    assert choose_template([GENERAL, ENGINEERS], ["engineer"]) is ENGINEERS


def test_without_match_and_fallback_both_sides_are_told() -> None:
    assert choose_template([ENGINEERS, SALES], ["remote", "oslo"]) == NoTemplate(
        seen=("remote", "oslo"), wanted=("engineer", "sales")
    )


def test_two_matches_without_an_order_choose_none_and_name_both() -> None:
    assert choose_template([ENGINEERS, SALES], ["sales", "engineer"]) == SeveralTemplates(
        ("Engineers", "Sales")
    )


def test_the_admins_order_decides_among_several() -> None:
    second, first = replace(ENGINEERS, position=2), replace(SALES, position=1)
    assert choose_template([second, first], ["sales", "engineer"]) is first


def test_a_template_with_a_place_goes_before_one_without() -> None:
    placed = replace(SALES, position=7)
    assert choose_template([ENGINEERS, placed], ["sales", "engineer"]) is placed


def test_the_same_place_twice_is_no_order() -> None:
    rivals = [replace(ENGINEERS, position=1), replace(SALES, position=1)]
    assert isinstance(choose_template(rivals, ["sales", "engineer"]), SeveralTemplates)


@given(st.lists(templates(), max_size=5), st.lists(TAGS, max_size=5), st.randoms())
def test_the_order_of_the_tags_does_not_matter(offered: list[Template], tags: list[str], rng: Random) -> None:
    shuffled = rng.sample(tags, len(tags))
    one, other = choose_template(offered, tags), choose_template(offered, shuffled)
    if isinstance(one, NoTemplate):
        assert isinstance(other, NoTemplate)
    else:
        assert one == other


@given(st.lists(templates(), max_size=5), st.lists(TAGS, max_size=5))
def test_only_a_seen_tag_or_the_fallback_chooses_a_template(offered: list[Template], tags: list[str]) -> None:
    chosen = choose_template(offered, tags)
    if isinstance(chosen, Template):
        seen = {tag.strip().casefold() for tag in tags}
        assert chosen.is_fallback or (chosen.lever_tag or "").strip().casefold() in seen


@given(st.lists(templates(), max_size=5), st.lists(TAGS, max_size=5))
def test_several_are_only_reported_where_at_least_two_match(offered: list[Template], tags: list[str]) -> None:
    chosen = choose_template(offered, tags)
    if isinstance(chosen, SeveralTemplates):
        assert len(chosen.names) >= 2
