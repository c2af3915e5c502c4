"""Any table comes back cell for cell, whichever way a spreadsheet saves it."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cleaning.spreadsheet_file import CountedLines, CsvProblem, text_lines
from cleaning.spreadsheet_rows import DELIMITERS, Row, read_header, read_rows
from cleaning.text import trimmed

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
MARKED = {"utf-16-be": "\ufeff", "utf-16-le": "\ufeff"}
LINE_ENDS = ("\n", "\r\n", "\r")
HEADER = ["Prospect ID", "Email", "Headline"]
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12) | st.sampled_from(
    [
        "a,b;c\td|e",
        'say "hi"',
        '"',
        '""',
        "two\nlines",
        "two\r\nlines",
        "old\rlines",
        " ",
        "\ufeff",
        "ünï",
        "sep=;",
        "",
    ]
)
TABLES = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6)


def saved(
    rows: Sequence[Sequence[str]], *, encoding: str, delimiter: str, end: str, quoting: int, before: str = ""
) -> bytes:
    file = io.StringIO(newline="")
    # Whoever ends lines with CR or LF quotes either in a cell; Python's writer looks for the one it ends lines with.
    csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return (MARKED.get(encoding, "") + before + file.getvalue()).encode(encoding)


def read(raw: bytes) -> tuple[list[str], list[list[str]]]:
    lines = CountedLines(text_lines(io.BytesIO(raw)))
    header = read_header(lines)
    delimiter = header.separator or max(DELIMITERS, key=lambda one: len(header.cells(one)))
    rows = list(read_rows(lines, delimiter, lambda _: None))
    assert all(isinstance(row, Row) for row in rows), rows
    return header.cells(delimiter), [list(row.cells) for row in rows if isinstance(row, Row)]


@given(
    TABLES,
    st.sampled_from(ENCODINGS),
    st.sampled_from(DELIMITERS),
    st.sampled_from(LINE_ENDS),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_a_table_comes_back_cell_for_cell(
    table: list[list[str]], encoding: str, delimiter: str, end: str, quoting: int
) -> None:
    assume(quoting == csv.QUOTE_ALL or not any("\r" in cell or "\n" in cell for row in table for cell in row))
    raw = saved([HEADER, *table], encoding=encoding, delimiter=delimiter, end=end, quoting=quoting)
    header, rows = read(raw)
    assert header == HEADER
    assert rows == [row for row in table if any(map(trimmed, row))]


@pytest.mark.parametrize(
    "line",
    ["sep={}", "SEP={}", "Sep={}", '"sep={}"', "\ufeffsep={}", '\ufeff"sep={}"', "sep={},,,", " sep={} "],
)
@pytest.mark.parametrize("delimiter", [*DELIMITERS, ":", "^"])
def test_a_line_that_declares_the_separator_is_obeyed(line: str, delimiter: str) -> None:
    raw = saved(
        [HEADER, ["1", "a@b.test", "a;b,c\td|e:f^g"]],
        encoding="utf-8",
        delimiter=delimiter,
        end="\r\n",
        quoting=csv.QUOTE_MINIMAL,
        before=line.format(delimiter) + "\r\n",
    )
    assert read(raw) == (HEADER, [["1", "a@b.test", "a;b,c\td|e:f^g"]])


def test_a_tab_may_be_declared_in_letters() -> None:
    assert read(b"sep=\\t\nEmail\tName\na@b.test\tA,B\n") == (["Email", "Name"], [["a@b.test", "A,B"]])


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.integers(1, 7))
def test_a_line_is_the_same_wherever_the_file_is_cut_into_pieces(text: str, size: int) -> None:
    class Slow(io.BytesIO):
        def read(self, _: int | None = -1) -> bytes:
            return super().read(size)

    whole = "Email,Name of a person\r\n" + text
    assert list(text_lines(Slow(whole.encode()))) == io.StringIO(whole, newline="").readlines()


@pytest.mark.parametrize("raw", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1"])
def test_a_workbook_is_named_as_one(raw: bytes) -> None:
    with pytest.raises(CsvProblem, match="a spreadsheet's own file, no CSV: save the file as 'CSV UTF-8'"):
        list(text_lines(io.BytesIO(raw)))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_what_ends_within_a_character_is_refused_after_its_whole_lines(encoding: str) -> None:
    lines = text_lines(io.BytesIO("Email,Name,Headline\na@b.test,A\n".encode(encoding)[:-1]))
    assert next(lines).endswith("Email,Name,Headline\n")
    with pytest.raises(UnicodeDecodeError):
        next(lines)


def test_a_long_line_takes_no_longer_than_its_length() -> None:
    text = "x" * (1 << 23)
    assert list(text_lines(io.BytesIO(text.encode()))) == [text]
