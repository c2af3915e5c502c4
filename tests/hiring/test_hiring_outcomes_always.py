"""What holds for every order of words about a hire: repeats change nothing, and Lever's archive has the last one."""

from hypothesis import given
from hypothesis import strategies as st

from hiring.outcomes import Change, KnownOutcome, Outcome, OutcomePolicy, SeenOutcome, decide
from tests.hiring.outcome_examples import ANSWER, CROSSCHQ, HIRED, LEVER, OPEN, kept, known, seen, story

OUTCOMES, SOURCES = st.sampled_from(Outcome), st.sampled_from([LEVER, ANSWER, CROSSCHQ])
POLICIES = st.builds(OutcomePolicy, st.booleans())
WORDS = st.builds(seen, OUTCOMES, SOURCES)
KNOWN = st.none() | st.builds(known, OUTCOMES, SOURCES, st.none() | OUTCOMES)
OF_PEOPLE = st.builds(seen, OUTCOMES, st.sampled_from([ANSWER, CROSSCHQ]))

# One hire: both of Lever's events lead to the same look at Lever, and our write to Crosschq comes back from there.
ONE_HIRE = [seen(HIRED, LEVER), seen(HIRED, LEVER), seen(HIRED, CROSSCHQ)]


@given(st.permutations(ONE_HIRE * 3), KNOWN.filter(lambda one: one is None or one.outcome is not HIRED))
def test_one_hire_is_one_change_in_any_order_and_number(
    words: list[SeenOutcome], before: KnownOutcome | None
) -> None:
    end, changes = story([seen(HIRED, LEVER), *words], before=before)
    assert [one.outcome for one in changes] == [HIRED]
    assert end is not None
    assert end.is_of_lever


@given(st.permutations(ONE_HIRE * 2), st.integers(1, 6))
def test_any_part_of_one_hire_is_one_change(words: list[SeenOutcome], length: int) -> None:
    _, changes = story(words[:length])
    assert len(changes) == 1


@given(KNOWN, WORDS, POLICIES)
def test_the_same_word_again_changes_nothing(
    before: KnownOutcome | None, word: SeenOutcome, policy: OutcomePolicy
) -> None:
    after = kept(before, word, decide(before, word, policy))
    assert not isinstance(decide(after, word, policy), Change)


@given(KNOWN, WORDS, POLICIES)
def test_a_change_is_one(before: KnownOutcome | None, word: SeenOutcome, policy: OutcomePolicy) -> None:
    decision = decide(before, word, policy)
    if isinstance(decision, Change):
        assert decision.outcome is not (before.outcome if before else OPEN)
        assert (decision.hired_on is not None) == (decision.outcome is HIRED)
        assert decision.because


@given(st.lists(WORDS), st.lists(OF_PEOPLE), POLICIES)
def test_after_a_hire_in_lever_no_word_of_people_changes_anything(
    past: list[SeenOutcome], later: list[SeenOutcome], policy: OutcomePolicy
) -> None:
    hired, _ = story([*past, seen(HIRED, LEVER)], policy)
    end, changes = story(later, policy, hired)
    assert changes == []
    assert end is not None
    assert end.outcome is HIRED


@given(st.lists(WORDS))
def test_levers_archive_stands_however_often_people_were_asked(words: list[SeenOutcome]) -> None:
    end, _ = story(words)
    in_lever = [word.outcome for word in words if word.source is LEVER]
    if in_lever and in_lever[-1] is not OPEN:
        assert end is not None
        assert (end.outcome, end.source) == (in_lever[-1], LEVER)


@given(KNOWN, WORDS, POLICIES)
def test_our_echo_in_crosschq_never_loops(
    before: KnownOutcome | None, word: SeenOutcome, policy: OutcomePolicy
) -> None:
    """Whether Crosschq shows the change already, or still what it was told before."""
    decision = decide(before, word, policy)
    told, not_yet = kept(before, word, decision), kept(before, word, decision, tells=False)
    if isinstance(decision, Change) and told and not_yet:
        assert not isinstance(decide(told, seen(told.outcome, CROSSCHQ), policy), Change)
        old = seen(not_yet.in_crosschq or OPEN, CROSSCHQ)
        assert not isinstance(decide(not_yet, old, policy), Change)
