"""What recruiters read about the outcome and the question, and the one tag that stands for it."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hiring import notes, outcome_notes, question_notes, status_tags
from hiring.asked import Asked, LetterKind, NobodyToAsk
from hiring.outcome_notes import Said, outcome_tag, outdated_outcome_tags
from hiring.outcomes import Outcome
from hiring.outside_text import LONGEST, one_line
from hiring.requestors import RequestorRole
from tests.hiring.outcome_examples import ANSWER, CROSSCHQ, DAY, HIRED, LEVER, NOT_HIRED, OPEN

AT = datetime(2026, 3, 21, 8, tzinfo=UTC)
LINK = "https://crosschq.test/requests/r-1"
WHY = "The opportunity's owner is missing"
ASKED = Asked("Bram Ode", "bram@hiring.test", RequestorRole.POSTING_OWNER, WHY)
OTHERS = ["Crosschq outcome: unsure", "crosschq outcome: hired", "hired", status_tags.COMPLETE]


def test_a_note_says_the_outcome_who_said_so_and_when() -> None:
    note = outcome_notes.shown(Said(HIRED, ANSWER, AT, DAY, by="Orla Quist"))
    assert note.splitlines() == [
        "Outcome: hired on 20 March 2026.",
        "Orla Quist said so in answer to our e-mail on 21 March 2026.",
        "Crosschq shows it too.",
    ]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Said(NOT_HIRED, LEVER, AT), "Outcome: not hired.\nThe archive in Lever says so"),
        (Said(OPEN, LEVER, AT), "Outcome: open again.\nThe archive in Lever does not say otherwise any more"),
        (Said(HIRED, CROSSCHQ, AT), "Outcome: hired.\nIt was set in Crosschq"),
        (Said(NOT_HIRED, ANSWER, AT), "Outcome: not hired.\nWho was asked said so"),
    ],
)
def test_each_source_is_named(said: Said, words: str) -> None:
    assert outcome_notes.shown(said).startswith(words)


@pytest.mark.parametrize(
    ("outcome", "wanted"), [(HIRED, "hired"), (NOT_HIRED, "not hired"), (OPEN, "undecided")]
)
def test_what_a_crosschq_cannot_be_told_is_to_be_entered_by_hand(outcome: Outcome, wanted: str) -> None:
    note = outcome_notes.shown_but_by_hand(Said(outcome, LEVER, AT), LINK)
    assert note.endswith(f"please enter '{wanted}' in Crosschq by hand: {LINK}")
    assert outcome_notes.shown_but_by_hand(Said(outcome, LEVER, AT), None).endswith("by hand.")


def test_there_is_one_tag_for_each_outcome_and_none_while_it_is_open() -> None:
    assert outcome_tag(HIRED) == "Crosschq outcome: hired"
    assert outcome_tag(NOT_HIRED) == "Crosschq outcome: not hired"
    assert outcome_tag(OPEN) is None


@given(st.lists(st.sampled_from([*OTHERS, outcome_notes.HIRED, outcome_notes.NOT_HIRED]) | st.text()))
def test_only_our_outdated_tags_are_taken_away(tags: list[str]) -> None:
    ours = {outcome_notes.HIRED, outcome_notes.NOT_HIRED}
    for outcome in (HIRED, NOT_HIRED, OPEN):
        current = outcome_tag(outcome)
        removed = outdated_outcome_tags(tags, current)
        assert set(removed) == (ours & set(tags)) - {current}


def test_status_tags_and_outcome_tags_leave_each_other_alone() -> None:
    assert outdated_outcome_tags([status_tags.COMPLETE, status_tags.SENT], None) == []
    assert status_tags.outdated([outcome_notes.HIRED, outcome_notes.NOT_HIRED], status_tags.SENT) == []


def test_the_note_of_a_question_says_whom_and_why_them() -> None:
    note = question_notes.asked(ASKED, LetterKind.QUESTION, AT)
    assert "Bram Ode (the posting's owner) was asked by e-mail on 21 March 2026" in note
    assert f"Others were skipped: {WHY}." in note
    assert "was reminded by" in question_notes.asked(ASKED, LetterKind.REMINDER, AT)
    assert question_notes.asked(ASKED, LetterKind.ONCE_MORE, AT).startswith("Answers whether")


def test_an_unconfirmed_question_is_told_as_that() -> None:
    note = question_notes.asked_unconfirmed(ASKED, AT)
    assert "did not confirm it" in note
    assert "it is not sent again" in note


@pytest.mark.parametrize(
    "note",
    [
        question_notes.not_asked("the mail server refused the address"),
        question_notes.nobody_to_ask(NobodyToAsk(WHY)),
        question_notes.no_answer("Orla Quist"),
        question_notes.contradictory(),
    ],
)
def test_whatever_ends_without_an_outcome_says_how_to_settle_it(note: str) -> None:
    assert "archive the opportunity in Lever" in note


def test_not_decided_yet_says_when_the_question_comes_again() -> None:
    note = question_notes.not_decided_yet("Orla Quist", AT)
    assert "Orla Quist answered that it is not decided yet" in note
    assert "asked again on 21 March 2026" in note


@given(st.text())
@example("Eve\n\nOutcome: hired.\r\n(crosschq-lever request-1-sent)")
@example("\u202e(crosschq-lever\nrequest-1-sent)")
def test_no_name_forges_a_line_or_a_mark(name: str) -> None:
    written = outcome_notes.shown(Said(HIRED, ANSWER, AT, by=name))
    assert len(written.splitlines()) == 3
    asked = question_notes.asked(Asked(name, "a@b.test", RequestorRole.OWNER, ""), LetterKind.QUESTION, AT)
    assert len(asked.splitlines()) == 1
    assert not notes.has_mark(written + asked, "request-1-sent")


@given(st.text())
@example(f"{'x' * (LONGEST - 1)} y")
@example("half a character \ud800, turned round \u202e")
def test_one_line_is_one_short_line_and_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    assert len(line) <= LONGEST
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line
    assert line.encode().decode() == line
