"""Split a table's lines into rows of cells, and notice where a stray quotation mark has swallowed rows.

A quotation mark opens a cell only at its beginning and closes it only before a delimiter or a line's end. A cell may
go over several lines; where a line within it looks like a row of the same file, nobody can tell the two apart, and
the row is told of instead of taken in.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cleaning.spreadsheet_file import CountedLines, CsvProblem
from cleaning.text import trimmed

NUL: Final = "\x00"
DELIMITERS: Final = (",", ";", "\t", "|")

# A stray quotation mark must not hold the rest of a large file in memory; honest cells are far shorter.
csv.field_size_limit(1 << 21)

_SEPARATOR_LINE: Final = re.compile(
    r"""\s*"?sep\s*=(?:'(.)'| *(\\t|[^\w"\r\n ])|( ))"?[\s,;|]*""", re.IGNORECASE
)
_DECLARES: Final = re.compile(r'"?sep\s*=', re.IGNORECASE)
_BLANK_CELLS: Final = f'"{"".join(DELIMITERS)}'
_MOST_HEADER_LINES: Final = 20
_QUOTED: Final = re.compile(r'(?:[^"]|"")*')

RowKey = Callable[[Sequence[str]], str | None]
"""Whose row the cells may be, such as an e-mail address in its column; None where they do not look like a row."""


@dataclass(frozen=True, slots=True)
class Row:
    """`line` counts from 1, the header included; a row may go over several, to `last_line`."""

    line: int
    last_line: int
    cells: Sequence[str]

    def bad(self, reason: str) -> "BadRow":
        return BadRow(self.line, reason + _span(self.line, self.last_line))


@dataclass(frozen=True, slots=True)
class BadRow:
    """Lines that no row can be made of. `line` is the first; `reason` is one or more sentences and quotes nothing."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Header:
    """The header as it stands there; `separator` is what a line `sep=;` before it declares."""

    text: str
    separator: str | None

    def cells(self, delimiter: str) -> list[str]:
        """Without blank ones at its end; none at all where it cannot be split so."""
        try:
            cells = next(csv.reader(io.StringIO(self.text, newline=""), delimiter=delimiter, strict=True), [])
        except csv.Error:
            return []
        while cells and not trimmed(cells[-1]):
            cells.pop()
        return cells


def read_header(lines: CountedLines) -> Header:
    """Raises CsvProblem for an empty file."""
    first = _next_line(lines)
    separator = _declared(first, lines.number)
    text = _next_line(lines) if separator else first
    for line in lines if text.count('"') % 2 else ():
        text += line
        if text.count('"') % 2 == 0 or text.count("\n") > _MOST_HEADER_LINES:
            break
    return Header(text, separator)


def _declared(line: str, number: int) -> str | None:
    text = trimmed(line)
    if not _DECLARES.match(text):
        return None
    # With its end, which may be the tab that it declares.
    if found := _SEPARATOR_LINE.fullmatch(line[line.find(text[0]) :]):
        return str(next(filter(None, found.groups()))).replace("\\t", "\t")
    raise CsvProblem(
        f"The line {number} declares no separator as 'sep=;' does: correct it or remove it, then import the file again."
    )


def _next_line(lines: CountedLines) -> str:
    line = next((line for line in lines if NUL in line or _has_content(line)), None)
    if line is None:
        raise CsvProblem("The file is empty: export it again.")
    if NUL in line:
        raise CsvProblem("The file holds NUL characters: save it as 'CSV UTF-8', then import it again.")
    return line


def _has_content(line: str) -> bool:
    """Unlike a row of blank cells."""
    return any(trimmed(cell) for cell in re.split(f"[{_BLANK_CELLS}]", line))


def read_rows(lines: CountedLines, delimiter: str, row_key: RowKey) -> Iterator[Row | BadRow]:
    """The rows after the header, without blank ones. Raises CsvProblem where a quotation mark stays open."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin_row()
        try:
            cells = next(reader, None)
        except csv.Error:
            yield _misplaced(lines, delimiter)
            continue
        if cells is None:
            return
        if (opened_at := _swallowing(lines, delimiter, row_key, cells)) is not None:
            yield BadRow(lines.row_began_at, _unclear(lines, opened_at))
        elif any(map(trimmed, cells)):
            yield Row(lines.row_began_at, lines.number, cells)


def _misplaced(lines: CountedLines, delimiter: str) -> BadRow:
    began = lines.row_began_at
    if sum(line.count('"') for line in lines.of_row) % 2:
        opened_at = [began, *(opened for opened, _ in _continued(lines, delimiter))][-1]
        where = f" It opens in line {opened_at}." if opened_at > began else ""
        raise CsvProblem(
            f"The row that begins at line {began} has a quotation mark that is not closed, so nothing after it can be "
            f"read: correct it, then import the file again.{where}"
        )
    reason = "A cell of the row is too long, or has misplaced quotation marks or line ends."
    return Row(began, lines.number, ()).bad(reason)


def _span(first: int, last: int) -> str:
    return f" It reaches to line {last}." if last > first else ""


def _unclear(lines: CountedLines, opened_at: int) -> str:
    return (
        f"The quotation mark that opens in line {opened_at} encloses what looks like further rows. None of the lines "
        f"{lines.row_began_at} to {lines.number} was taken in: correct or remove the mark, then import the file again."
    )


def _swallowing(lines: CountedLines, delimiter: str, row_key: RowKey, cells: Sequence[str]) -> int | None:
    """The line of the mark that opened a cell in which something looks like a row; None: nothing does."""
    own = row_key(cells) if len(lines.of_row) > 1 else None
    for opened_at, line in _continued(lines, delimiter):
        key = row_key(_split(line, delimiter))
        # The row's own end is no other row, unless its beginning is one without it.
        if key and (key != own or row_key(_split(lines.of_row[opened_at - lines.row_began_at], delimiter))):
            return opened_at
    return None


def _split(line: str, delimiter: str) -> list[str]:
    """The cells of a line by itself, as if a quotation mark that stays open were not there."""
    try:
        *cells, last = next(csv.reader([line], delimiter=delimiter), []) or [""]
    except csv.Error:
        return []
    return [cell.strip('"') for cell in (*cells, *last.split(delimiter))]


def _continued(lines: CountedLines, delimiter: str) -> Iterator[tuple[int, str]]:
    """The lines of the present row that begin within a cell, each after the line in which that cell was opened."""
    if len(lines.of_row) == 1:
        return
    opened_at: int | None = None
    for number, line in enumerate(lines.of_row, lines.row_began_at):
        if opened_at is not None:
            yield opened_at, line
        opened_at = _opened_at(line, delimiter, number, opened_at)


def _opened_at(line: str, delimiter: str, number: int, opened_at: int | None) -> int | None:
    """Where the cell was opened that is open at the end of the line; None: none is."""
    place = 0
    while True:
        if opened_at is None and line.startswith('"', place):
            opened_at, place = number, place + 1
        if opened_at is not None:
            place = _QUOTED.match(line, place).end()  # type: ignore[union-attr] # it matches everywhere
            if place == len(line):
                return opened_at
            opened_at = None
        place = line.find(delimiter, place) + 1
        if not place:
            return None
