"""What recruiters read on the opportunity, and the mark by which a note is found again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring import notes
from hiring.decisions import Send, decide
from hiring.progress import Progress, Stage
from tests.hiring.examples import MOVED, NOW, candidacy, policy

COMPLETE = Progress(Stage.COMPLETE, answered=2, asked=3)
MARKS = st.from_regex(r"[a-z]+-[0-9]{1,6}(-[a-z]+)?", fullmatch=True)


def _order(counts: dict[str, int]) -> Send:
    order = decide(candidacy(), policy(), None, MOVED, NOW)
    assert isinstance(order, Send)
    return replace(order, template=replace(order.template, counts=counts))


@given(st.text(), MARKS, MARKS)
def test_a_note_is_found_by_its_own_mark_only(text: str, mark: str, other: str) -> None:
    note = notes.marked(text.replace("(", ""), mark)
    assert notes.has_mark(note, other) == (mark == other)


def test_a_mark_that_begins_like_another_is_not_taken_for_it() -> None:
    assert not notes.has_mark(notes.marked("Text", "request-12-sent"), "request-1")
    assert not notes.has_mark(notes.marked("Text", "request-1-sent"), "request-1")


def test_the_note_of_a_sent_request_names_template_counts_and_requestor() -> None:
    note = notes.sent(_order({"managers": 2, "peers": 1}))
    assert "Template: Engineers." in note
    assert "2 managers, 1 peer." in note
    assert "Orla Quist" in note


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"managers": 1, "employees": 2}, "1 manager, 2 direct reports"),
        ({"peers": 1, "managers": 1}, "1 manager, 1 peer"),
        ({"business": 0, "social": 3}, "3 mentors"),
        ({"alumni": 2}, "2 alumni"),
        ({"managers": 0}, "as the survey says"),
        ({}, "as the survey says"),
    ],
)
def test_kinds_of_references_are_told_in_plain_words(counts: dict[str, int], words: str) -> None:
    assert f"References asked for: {words}." in notes.sent(_order(counts))


def test_the_note_of_a_report_says_what_stands_where() -> None:
    note = notes.complete(COMPLETE, link_problem=None, file_problem=None)
    assert "2 of 3 references answered" in note
    assert "linked on this profile" in note
    assert "PDF is attached" in note


def test_the_note_of_a_report_says_why_something_is_missing() -> None:
    note = notes.complete(COMPLETE, link_problem="It leads elsewhere.", file_problem="Crosschq gave none.")
    assert "link was not added: It leads elsewhere." in note
    assert "PDF was not attached: Crosschq gave none." in note


def test_a_refusal_is_quoted_where_crosschq_gave_a_reason() -> None:
    assert "It said: jobrole: Unknown survey." in notes.refused_by_crosschq("jobrole: Unknown survey")
    assert "It said" not in notes.refused_by_crosschq("")


def test_an_ended_request_tells_how_to_ask_anew() -> None:
    note = notes.ended(Progress(Stage.ENDED, answered=1, asked=3))
    assert "1 of 3" in note
    assert "Move the candidate to this stage again" in note


def test_an_unconfirmed_request_asks_a_person_to_look() -> None:
    assert "look in Crosschq" in notes.unconfirmed()
