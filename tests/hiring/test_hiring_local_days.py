"""A day is told in the time zone of the company's people: on both sides of midnight, and while clocks are changed."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring import outcome_notes, question_notes
from hiring.asked import LetterKind
from hiring.decisions import Mention, Previous, PreviousState, decide
from hiring.local_days import TIME_ZONE, local_day, local_day_in_words
from hiring.outcome_notes import Said
from hiring.outcomes import SeenOutcome
from mail.question import wording_of
from pages.answer_form import Days
from pages.words import day, moment
from tests.hiring.examples import MOVED, candidacy, policy
from tests.hiring.outcome_examples import ANSWER, HIRED, LEVER
from tests.mail.examples import ASKED, question

PACIFIC, LONDON = ZoneInfo("America/Los_Angeles"), ZoneInfo("Europe/London")
AUCKLAND, HALF = ZoneInfo("Pacific/Auckland"), ZoneInfo("Asia/Kolkata")

# The zone, the instant in UTC, the day there.
CASES = [
    (UTC, "2026-03-02T00:00", "2026-03-02"),
    (UTC, "2026-03-01T23:59:59", "2026-03-01"),
    (PACIFIC, "2026-01-06T00:30", "2026-01-05"),  # half past four in the afternoon
    (PACIFIC, "2026-01-06T07:59:59", "2026-01-05"),
    (PACIFIC, "2026-01-06T08:00", "2026-01-06"),
    # Clocks go forward on 8 March: midnight of the 8th is at 8:00 UTC, of the 9th at 7:00.
    (PACIFIC, "2026-03-08T07:59:59", "2026-03-07"),
    (PACIFIC, "2026-03-08T08:00", "2026-03-08"),
    (PACIFIC, "2026-03-09T06:59:59", "2026-03-08"),
    (PACIFIC, "2026-03-09T07:00", "2026-03-09"),
    # And back on 1 November.
    (PACIFIC, "2026-11-01T06:59:59", "2026-10-31"),
    (PACIFIC, "2026-11-01T07:00", "2026-11-01"),
    (PACIFIC, "2026-11-02T07:59:59", "2026-11-01"),
    (PACIFIC, "2026-11-02T08:00", "2026-11-02"),
    (LONDON, "2026-03-29T23:00", "2026-03-30"),  # the evening of the change
    (LONDON, "2026-03-28T23:00", "2026-03-28"),
    (LONDON, "2026-10-25T23:30", "2026-10-25"),
    (AUCKLAND, "2026-01-05T10:59:59", "2026-01-05"),
    (AUCKLAND, "2026-01-05T11:00", "2026-01-06"),
    (AUCKLAND, "2026-04-04T12:30", "2026-04-05"),
    (HALF, "2026-01-05T18:29:59", "2026-01-05"),
    (HALF, "2026-01-05T18:30", "2026-01-06"),
    (PACIFIC, "2027-01-01T07:00", "2026-12-31"),
    (AUCKLAND, "2026-12-31T11:00", "2027-01-01"),
]
IN_ZONES = pytest.mark.parametrize(
    ("zone", "at", "there"),
    [(zone, datetime.fromisoformat(f"{at}+00:00"), date.fromisoformat(there)) for zone, at, there in CASES],
)

INSTANTS = st.integers(0, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def _words(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


@IN_ZONES
def test_a_hire_is_of_the_day_on_which_people_archived_it(zone: tzinfo, at: datetime, there: date) -> None:
    hire = candidacy(is_archived=True, archive_reason_id="hired", archived_at=at)
    assert SeenOutcome.in_lever(hire, {"hired"}, zone) == SeenOutcome(HIRED, LEVER, there)


@IN_ZONES
def test_notes_tell_the_day_there(zone: tzinfo, at: datetime, there: date) -> None:
    said = Said(HIRED, ANSWER, at, date(2026, 1, 1), by="Orla Quist")
    told = (
        outcome_notes.shown(said, zone),
        outcome_notes.shown_but_by_hand(said, None, zone),
        question_notes.asked(ASKED, LetterKind.QUESTION, at, zone),
        question_notes.asked_unconfirmed(ASKED, at, zone),
        question_notes.not_decided_yet("Orla Quist", at, zone),
    )
    assert all(f" on {_words(there)}" in note for note in told)
    assert "hired on 1 January 2026" in told[0]


@IN_ZONES
def test_a_move_after_a_report_is_told_its_day_there(zone: tzinfo, at: datetime, there: date) -> None:
    last = Previous(PreviousState.COMPLETED, MOVED - timedelta(days=400), at)
    told = decide(candidacy(), policy(time_zone=zone), last, MOVED, MOVED)
    assert isinstance(told, Mention)
    assert f"completed on {_words(there)}," in told.text


@IN_ZONES
def test_the_letter_tells_both_days_there(zone: tzinfo, at: datetime, there: date) -> None:
    wording = wording_of(question(reported_at=at, next_due_at=at + timedelta(days=7), zone=zone))
    assert f"was completed on {_words(there)}." in " ".join(wording.before)
    assert f"once, on {_words(local_day(at + timedelta(days=7), zone))}." in " ".join(wording.after)


@IN_ZONES
def test_the_answer_page_takes_today_there(zone: tzinfo, at: datetime, there: date) -> None:
    assert day(at, zone) == _words(there)
    assert Days.around(at, at, zone).today == there
    assert Days.around(at, at, zone).earliest <= there - timedelta(days=364)


@given(
    INSTANTS,
    st.timezones(),
)
def test_today_is_never_after_the_last_day_that_is_taken(at: datetime, zone: ZoneInfo) -> None:
    days = Days.around(at, at, zone)
    assert days.earliest < days.today <= days.latest


@given(INSTANTS, st.timezones())
def test_the_instant_counts_and_not_the_clock_it_is_written_by(at: datetime, zone: ZoneInfo) -> None:
    elsewhere = at.astimezone(zone)
    assert local_day(elsewhere, PACIFIC) == local_day(at, PACIFIC)
    assert local_day_in_words(elsewhere) == local_day_in_words(at)


def test_a_day_without_a_time_is_nobodys_midnight() -> None:
    assert day(date(2026, 3, 2), PACIFIC) == "2 March 2026"


def test_times_stay_in_utc_and_say_so() -> None:
    at = datetime(2026, 3, 1, 16, 30, tzinfo=PACIFIC)
    assert moment(at) == "2 March 2026, 00:30 UTC"


def test_the_time_zone_is_utc_as_long_as_it_cannot_be_chosen() -> None:
    assert ZoneInfo("UTC") == TIME_ZONE


@pytest.mark.parametrize("folder", ["hiring", "flows", "tasks", "mail", "store", "crosschq", "lever"])
def test_no_day_is_derived_elsewhere(folder: str) -> None:
    derives = re.compile(r"\.date\(\)|\.today\(\)|%B")
    lines = [
        f"{path}: {line.strip()}"
        for path in Path(folder).rglob("*.py")
        if path.name != "local_days.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if derives.search(line) and "UTC" not in line
    ]
    assert lines == []
