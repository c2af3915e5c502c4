"""Read Crosschq's CSV export of prospects row by row (crosschq.md 4, inferred). Never holds the whole file.

What is bad in a row is told with the line it begins at and nobody's data; the rows after it are read all the same,
unless a quotation mark is open, for then nobody can tell where the next row begins. A cell that cannot be used is left
out with a remark, and its person is taken in, unless it says who the person is.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from cleaning.spreadsheet_cell import LostInSpreadsheet, plain_cell, whole_number
from cleaning.spreadsheet_file import CountedLines, CsvProblem, text_lines
from cleaning.spreadsheet_rows import NUL, BadRow, Row, read_header, read_rows
from cleaning.text import trimmed
from crosschq import dialect
from crosschq.csv_columns import Columns
from crosschq.prospect_of import prospect_of
from crosschq.prospects import ProspectEntry
from hiring.names import NO_LAST_NAME, split_name
from hiring.prospects import remarks_on

__all__ = ["BadRow", "CsvProblem", "RowRemark", "read_prospects", "text_lines"]

LONGEST_CELL: Final = 4096
_BETWEEN_ITEMS: Final = re.compile(r"[|;\r\n]+")
_IDENTITY: Final = ("id", "email")
# The rules for leads judge these themselves, and remark on them.
_JUDGED_LATER: Final = ("mobile_phone", "links")
_DIGITS: Final = ("id", "mobile_phone")
# Without them a row might be another person's, or bring back one who has withdrawn.
_NEVER_LOST: Final = ("id", "status")
_DATES: Final = ("opted_in_on", "updated_on")


@dataclass(frozen=True, slots=True)
class RowRemark:
    """What of a row was not taken over, or will not be: its person was taken in. `reason` quotes nothing."""

    line: int
    reason: str


class _Refused(Exception):  # noqa: N818 - says what it is
    """No prospect can be made of the row, for a reason in a sentence."""


def read_prospects(lines: Iterable[str]) -> Iterator[ProspectEntry | RowRemark | BadRow]:
    """The rows of a file as prospects; `lines` as `text_lines` or a text file opened with newline="" gives them.

    A row without Prospect ID comes with id None; remarks on a row come after it. Raises CsvProblem at once for a
    header that cannot be used, and from the iterator where the file cannot be read on or holds no row; the rows given
    out until then are good.
    """
    counted = CountedLines(lines)
    columns = Columns.of_header(read_header(counted))
    return _prospects(counted, columns)


def _prospects(lines: CountedLines, columns: Columns) -> Iterator[ProspectEntry | RowRemark | BadRow]:
    is_empty = True
    for row in read_rows(lines, columns.delimiter, columns.row_key):
        is_empty = False
        yield from [row] if isinstance(row, BadRow) else _read(row, columns)
    if is_empty:
        raise CsvProblem("The file has a header line but no prospects: export them from Crosschq again.")


def _read(row: Row, columns: Columns) -> Iterator[ProspectEntry | RowRemark | BadRow]:
    remarks: list[str] = []
    try:
        entry = _entry(row, columns, remarks)
    except _Refused as refused:
        yield row.bad(str(refused))
        return
    yield entry
    yield from (RowRemark(row.line, said) for said in (*remarks, *remarks_on(prospect_of(entry, "a row"))))


def _entry(row: Row, columns: Columns, remarks: list[str]) -> ProspectEntry:
    if len(row.cells) < columns.width or any(map(trimmed, row.cells[columns.width :])):
        raise _Refused(f"The row has {len(row.cells)} cells, the header has {columns.width}.")
    cells = _usable(columns.cells_of(row.cells), remarks)
    _check_identity(cells)
    try:
        entry = ProspectEntry.model_validate(_fields(cells))
    except ValidationError:
        raise _Refused(
            "The row's Prospect ID is none: it is too long, or holds characters no id has."
        ) from None
    unread = [name for name in _DATES if name in cells and getattr(entry, name) is None]
    remarks += [_left_out(name, "is no date such as 2026-01-31") for name in unread]
    return entry


def _usable(cells: dict[str, list[str]], remarks: list[str]) -> dict[str, list[str]]:
    """As they were typed. Raises _Refused where an id or a status is lost."""
    usable: dict[str, list[str]] = {}
    for name, all_of in cells.items():
        for cell in all_of:
            try:
                usable.setdefault(name, []).append(_plain(name, cell))
            except LostInSpreadsheet as lost:
                if name in _NEVER_LOST:
                    raise _Refused(f"The row's {_column(name)} {lost.reason}.") from None
                remarks.append(_left_out(name, lost.reason))
    return {name: found for name, all_of in usable.items() if (found := [cell for cell in all_of if cell])}


def _plain(name: str, cell: str) -> str:
    if len(cell) > LONGEST_CELL:
        if name in _IDENTITY:
            return cell
        raise LostInSpreadsheet(f"is longer than {LONGEST_CELL:,} characters")
    try:
        plain = plain_cell(cell)
    except LostInSpreadsheet:
        if name not in _JUDGED_LATER:
            raise
        return trimmed(cell)
    return whole_number(plain) if name in _DIGITS else plain


def _check_identity(cells: dict[str, list[str]]) -> None:
    identity = [cells[name][0] for name in _IDENTITY if name in cells]
    if not identity:
        raise _Refused("The row has neither a Prospect ID nor an e-mail address.")
    if any(NUL in cell for cell in identity):
        raise _Refused("The row holds NUL characters.")
    if any(len(cell) > LONGEST_CELL for cell in identity):
        raise _Refused(f"A cell of the row is longer than {LONGEST_CELL:,} characters.")
    if any(re.search(r"[\r\n]", cell) for cell in identity):
        raise _Refused(
            "The Prospect ID or the e-mail address goes over several lines: a quotation mark may be misplaced."
        )


def _left_out(name: str, why: str) -> str:
    return f"The cell in the column '{_column(name)}' was left out: it {why}."


def _column(name: str) -> str:
    return dialect.PROSPECT_COLUMNS[name][0]


def _fields(cells: dict[str, list[str]]) -> dict[str, object]:
    fields: dict[str, object] = {name: found[0] for name, found in cells.items()}
    full_name = str(fields.pop("full_name", ""))
    if full_name and not {"first_name", "last_name"} & fields.keys():
        first, last = split_name(full_name)
        fields |= {"first_name": first, "last_name": "" if last == NO_LAST_NAME else last}
    for name in ("links", "tags"):
        fields[name] = [item for cell in cells.get(name, []) for item in _BETWEEN_ITEMS.split(cell)]
    return fields
