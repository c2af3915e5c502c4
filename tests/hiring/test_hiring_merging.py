"""Which opportunity a request goes on with, whatever Lever shows of the contact."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hiring.merging import Sibling, surviving
from tests.hiring.examples import NOW

siblings = st.lists(
    st.builds(
        Sibling,
        st.sampled_from("abcdefgh"),
        st.booleans(),
        st.booleans(),
        st.none() | st.integers(0, 99).map(lambda days: NOW - timedelta(days=days)),
    ),
    unique_by=lambda one: one.opportunity_id,
)


@given(siblings, st.sampled_from("abcdefgh"), st.sets(st.sampled_from("abcdefgh")), st.randoms())
def test_it_lives_is_another_one_and_does_not_depend_on_the_order(
    shown: list[Sibling], gone: str, erased: set[str], dice: object
) -> None:
    found = surviving(shown, gone, erased)
    living = {
        one.opportunity_id: one
        for one in shown
        if one.opportunity_id not in {gone, *erased} and not one.is_anonymised
    }
    assert (found is None) == (not living)
    shuffled = list(shown)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert surviving(shuffled, gone, erased) == found
    if found is not None:
        assert not living[found].is_archived or all(one.is_archived for one in living.values())


def test_the_one_that_was_touched_last_is_where_it_was_merged_to() -> None:
    old = Sibling("old", touched_at=NOW - timedelta(days=3))
    new = Sibling("new", touched_at=NOW)
    archived = Sibling("archived", is_archived=True, touched_at=NOW + timedelta(days=1))
    assert surviving([new, old, archived], "gone", ()) == "new"
    assert surviving([archived], "gone", ()) == "archived"
