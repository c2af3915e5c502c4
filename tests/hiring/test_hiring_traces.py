"""What our notes and files tell of requests, and that nobody else's text is taken for one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring import notes
from hiring.traces import (
    Trace,
    report_file,
    tells_of_question,
    trace_in_note,
    trace_of_file,
    unknown_traces,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
IDS = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)


@given(IDS, st.integers(1, 10**6), st.sampled_from(["sent", "complete", "ended", "unconfirmed"]))
def test_a_note_of_ours_names_its_request(crosschq_id: str, number: int, kind: str) -> None:
    note = notes.marked("Text (with brackets)", f"request-{number}-{kind}", crosschq_id)
    assert trace_in_note(note, AT) == Trace(crosschq_id, AT, number)


def test_a_note_written_before_ids_were_told_names_its_number_only() -> None:
    assert trace_in_note(notes.marked("Text", "request-12-sent"), AT) == Trace(None, AT, 12)


@pytest.mark.parametrize(
    "text",
    ["", "request-12-sent", notes.marked("Text", "moved-12"), "(crosschq-lever request-x-sent)"],
)
def test_another_note_tells_of_none(text: str) -> None:
    assert trace_in_note(text, AT) is None


def test_an_id_that_would_name_another_resource_is_none() -> None:
    assert trace_in_note(notes.marked("Text", "request-1-sent", "a/../b"), AT) == Trace(None, AT, 1)
    assert trace_of_file("crosschq-report-a/../b.pdf", AT) is None


@given(IDS)
def test_a_report_is_known_by_its_files_name(crosschq_id: str) -> None:
    assert trace_of_file(report_file(crosschq_id), AT) == Trace(crosschq_id, AT)


@pytest.mark.parametrize("name", [None, "cv.pdf", "crosschq-report-.pdf", "my-crosschq-report-1.pdf"])
def test_another_file_tells_of_none(name: str | None) -> None:
    assert trace_of_file(name, AT) is None


def test_what_we_know_is_left_out_and_the_newest_comes_first() -> None:
    older, newer = Trace("rq-2", AT, 2), Trace("rq-3", AT + timedelta(days=1), 3)
    known, numbered = Trace("rq-1", AT, 9), Trace(None, None, 7)
    found = unknown_traces([known, older, numbered, newer, Trace(None, AT, 5)], [5, 2], ["rq-1"])
    assert found == [newer, older, numbered]


def test_the_same_note_is_found_whatever_number_its_row_has_now() -> None:
    note = notes.marked("Text", "request-12-complete", "rq-1")
    assert notes.has_mark(note, "request-30-complete", "rq-1")
    assert not notes.has_mark(note, "request-30-complete", "rq-2")
    assert not notes.has_mark(note, "request-30-ended", "rq-1")
    assert not notes.has_mark(note, "request-30-complete")


def test_a_question_is_known_by_its_request_and_a_step_of_it_by_its_mark() -> None:
    note = notes.marked("Text", "follow-up-3-2", "rq-1")
    assert tells_of_question(note, "rq-1")
    assert tells_of_question(note, "rq-1", "follow-up-3-2")
    assert not tells_of_question(note, "rq-1", "follow-up-3-1")
    assert not tells_of_question(note, "rq-11")
    assert not tells_of_question(notes.marked("Nobody was asked", "follow-up-3-2"), "rq-1")
