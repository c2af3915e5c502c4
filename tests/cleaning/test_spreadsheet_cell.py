"""A cell loses the marks that a spreadsheet put there, and what the spreadsheet lost is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.spreadsheet_cell import LostInSpreadsheet, digits_of_number, plain_cell

LOST = [
    "#N/A",
    "#n/a",
    "#REF!",
    "#NAME?",
    "#VALUE!",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "########",
    "#WERT!",
    "#¡REF!",
    '="#N/A"',
    "Err:508",
]
KEPT = [
    "'t Hooft",
    "'90s kid",
    "#winning!",
    "O'Neill",
    "C#",
    "#1 in sales",
    "=",
    "'",
    "Works & Co.",
    "1.5",
    "3E",
    "=SUM(A1)",
    "-",
]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ('="007"', "007"),
        ('="say ""hi"""', 'say "hi"'),
        ("'=1+1", "=1+1"),
        ("'-Engineer", "-Engineer"),
        ("'@handle", "@handle"),
        ("'007", "007"),
        ("\u00a0\u200b Rosa\u00a0\ufeff", "Rosa"),
        ("= +44 7700 900123", "+44 7700 900123"),
    ],
)
def test_marks_of_a_spreadsheet_go(written: str, plain: str) -> None:
    assert plain_cell(written) == plain


@pytest.mark.parametrize("written", KEPT)
def test_what_only_looks_like_a_mark_stays(written: str) -> None:
    assert plain_cell(written) == written


@pytest.mark.parametrize("written", LOST)
def test_what_a_spreadsheet_lost_is_named(written: str) -> None:
    with pytest.raises(LostInSpreadsheet, match="spreadsheet"):
        plain_cell(written)


@pytest.mark.parametrize(
    ("written", "digits"),
    [("17.0", "17"), ("1,234,567", "1234567"), ("1.70E+01", "1.70E+01"), ("pr_1", "pr_1")],
)
def test_a_number_that_stands_for_digits_is_written_out(written: str, digits: str) -> None:
    try:
        assert digits_of_number(written) == digits
    except LostInSpreadsheet:
        assert "E" in written


@given(st.text())
def test_a_plain_cell_is_plain_already_and_a_quoted_one_comes_back(text: str) -> None:
    try:
        once = plain_cell(text)
    except LostInSpreadsheet:
        return
    assert plain_cell(once) == once
    assert once in text or '""' in text
    assert plain_cell('="{}"'.format(once.replace('"', '""'))) == once
