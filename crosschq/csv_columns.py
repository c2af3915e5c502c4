"""The header of a CSV file of prospects: which column holds what. Pure; reads no rows.

Which columns there are stands in crosschq.dialect (contract 4, inferred).
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from crosschq import dialect

DELIMITERS: Final = (",", ";")
LONGEST_SHOWN: Final = 40
MOST_SHOWN: Final = 20

# Reads as part of somebody's data rather than of a column's name.
_DATA: Final = re.compile(r"@|[0-9]{4}")


class CsvProblem(Exception):  # noqa: N818 - says what it is, as the vendor errors do
    """The file, or the rest of it, cannot be used. `reason` says why and what to do, and quotes nobody's data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Columns:
    """`places` are the positions of what we take over, by the dialect's names; `width` is the number of columns."""

    delimiter: str
    width: int
    places: dict[str, tuple[int, ...]]

    @classmethod
    def of_header(cls, line: str) -> Self:
        """Raises CsvProblem where no column holds e-mail addresses, or two columns mean the same."""
        headers = {delimiter: cells for delimiter in DELIMITERS if (cells := _cells(line, delimiter))}
        if not headers:
            raise CsvProblem(
                "The header line is too long, has a quotation mark that is not closed, or ends in a carriage return "
                "alone: save the file as 'CSV UTF-8', then import it again."
            )
        delimiter = max(headers, key=lambda one: sum(_meaning(cell) is not None for cell in headers[one]))
        header = headers[delimiter]
        places: dict[str, tuple[int, ...]] = {}
        for place, cell in enumerate(header):
            if meaning := _meaning(cell):
                places[meaning] = (*places.get(meaning, ()), place)
        _check(header, places)
        return cls(delimiter, len(header), places)

    def cells_of(self, row: Sequence[str]) -> dict[str, list[str]]:
        """The cells we take over, by the dialect's names; those without content are left out."""
        cells = {name: [row[place] for place in places] for name, places in self.places.items()}
        return {name: found for name, all_of in cells.items() if (found := [c for c in all_of if c.strip()])}


def _check(header: Sequence[str], places: dict[str, tuple[int, ...]]) -> None:
    if "email" not in places:
        needed = " or ".join(f"'{name}'" for name in dialect.PROSPECT_COLUMNS["email"])
        raise CsvProblem(f"The file needs a header line with a column {needed}. {_found(header)}")
    for name, found in places.items():
        if len(found) > 1 and name != "links":
            columns = " and ".join(f"'{header[place].strip()}' (column {place + 1})" for place in found)
            raise CsvProblem(f"The columns {columns} mean the same: remove all but one, then import again.")


def _found(header: Sequence[str]) -> str:
    if any(map(_DATA.search, header)):
        return f"The first line holds {len(header)} cells and looks like somebody's data, so it is not shown here."
    shown = ", ".join(f"'{cell.strip()[:LONGEST_SHOWN]}'" for cell in header[:MOST_SHOWN])
    more = f" and {len(header) - MOST_SHOWN} more" if len(header) > MOST_SHOWN else ""
    return f"Found: {shown}{more}."


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _plain(column: str) -> str:
    return re.sub(r"[\s_-]+", "", column).casefold()


def _by_column(columns: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {_plain(column): name for name, known in columns.items() for column in known}


_MEANINGS: Final = _by_column(dialect.PROSPECT_COLUMNS)


def _meaning(column: str) -> str | None:
    return _MEANINGS.get(_plain(column))
