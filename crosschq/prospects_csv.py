"""Reads Crosschq's CSV export of prospects row by row (contract 4, inferred). Never holds the whole file.

What is bad in a row is told with the line it begins at and nobody's data; the rows after it are read all the same,
unless a quotation mark is open, for then nobody can tell where the next row begins.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from crosschq.csv_columns import Columns, CsvProblem
from crosschq.csv_lines import CountedLines, text_lines
from crosschq.prospects import ProspectEntry
from hiring.names import NO_LAST_NAME, split_name

__all__ = ["BadRow", "CsvProblem", "read_prospects", "text_lines"]

LONGEST_CELL: Final = 4096
NUL: Final = "\x00"
_BETWEEN_ITEMS: Final = re.compile(r"[|;\r\n]+")
_UTF_8: Final = "save the file as 'CSV UTF-8', then import it again."


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row no prospect can be made of. `line` counts from 1, the header included; `reason` is one sentence."""

    line: int
    reason: str


def read_prospects(lines: Iterable[str]) -> Iterator[ProspectEntry | BadRow]:
    """The rows of a file as prospects; `lines` as `text_lines` or a text file opened with newline="" gives them.

    A row without Prospect ID comes with id None. Raises CsvProblem at once for a header that cannot be used, and from
    the iterator where the file cannot be read on or holds no row; the rows given out until then are good.
    """
    counted = CountedLines(lines)
    columns = Columns.of_header(_header_line(counted))
    return _rows(counted, columns)


def _header_line(lines: CountedLines) -> str:
    header = next((line for line in lines if line.strip()), None)
    if header is None:
        raise CsvProblem("The file is empty: export the prospects from Crosschq again.")
    if NUL in header:
        raise CsvProblem(f"The file holds NUL characters, as UTF-16 does: {_UTF_8}")
    return header


def _rows(lines: CountedLines, columns: Columns) -> Iterator[ProspectEntry | BadRow]:
    reader = csv.reader(lines, delimiter=columns.delimiter, strict=True)
    rows = 0
    while (row := _next_row(reader, lines)) is not None:
        if isinstance(row, BadRow) or any(cell.strip() for cell in row):
            rows += 1
            yield row if isinstance(row, BadRow) else _entry(row, columns, lines.row_began_at)
    if not rows:
        raise CsvProblem("The file has a header line but no prospects: export them from Crosschq again.")


def _next_row(reader: Iterator[list[str]], lines: CountedLines) -> list[str] | BadRow | None:
    lines.begin_row()
    try:
        return next(reader, None)
    except csv.Error:
        if lines.is_at_row_end:
            span = f" It reaches to line {lines.number}." if lines.number > lines.row_began_at else ""
            why = f"A cell of the row is too long, or has misplaced quotation marks or line ends.{span}"
            return BadRow(lines.row_began_at, why)
        raise CsvProblem(
            f"The row that begins at line {lines.row_began_at} has a quotation mark that is not closed, so nothing "
            "after it can be read: correct it, then import the file again."
        ) from None


def _entry(row: Sequence[str], columns: Columns, line: int) -> ProspectEntry | BadRow:
    if len(row) < columns.width or any(cell.strip() for cell in row[columns.width :]):
        return BadRow(line, f"The row has {len(row)} cells, the header has {columns.width}.")
    cells = columns.cells_of(row)
    texts = [cell for all_of in cells.values() for cell in all_of]
    if any(NUL in text for text in texts):
        return BadRow(line, "The row holds NUL characters.")
    if any(len(text) > LONGEST_CELL for text in texts):
        return BadRow(line, f"A cell of the row is longer than {LONGEST_CELL:,} characters.")
    if "id" not in cells and "email" not in cells:
        return BadRow(line, "The row has neither a Prospect ID nor an e-mail address.")
    try:
        return ProspectEntry.model_validate(_fields(cells))
    except ValidationError:
        return BadRow(line, "The row's Prospect ID is none: it is too long, or holds characters no id has.")


def _fields(cells: dict[str, list[str]]) -> dict[str, object]:
    fields: dict[str, object] = {name: found[0].strip() for name, found in cells.items()}
    full_name = str(fields.pop("full_name", ""))
    if full_name and not {"first_name", "last_name"} & fields.keys():
        first, last = split_name(full_name)
        fields |= {"first_name": first, "last_name": "" if last == NO_LAST_NAME else last}
    for name in ("links", "tags"):
        fields[name] = [item for cell in cells.get(name, []) for item in _BETWEEN_ITEMS.split(cell)]
    return fields
