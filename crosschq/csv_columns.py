"""The header of a CSV file of prospects: which column holds what. Pure; reads no rows.

Which columns there are stands in crosschq.dialect (crosschq.md 4, inferred).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from cleaning.email_address import clean_email_or_none
from cleaning.spreadsheet_file import CsvProblem
from cleaning.spreadsheet_rows import DELIMITERS, Header
from cleaning.text import clean_line, match_key, trimmed
from crosschq import dialect

LONGEST_SHOWN: Final = 40
MOST_SHOWN: Final = 20

# Reads as part of somebody's data rather than of a column's name.
_DATA: Final = re.compile(r"@|[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Columns:
    """`places` are the positions of what we take over, by the dialect's names; `width` is the number of columns."""

    delimiter: str
    width: int
    places: dict[str, tuple[int, ...]]

    @classmethod
    def of_header(cls, header: Header) -> Self:
        """Raises CsvProblem where no column holds e-mail addresses, or two columns mean the same."""
        by_delimiter = {one: cells for one in DELIMITERS if (cells := header.cells(one))}
        if not by_delimiter:
            raise CsvProblem(
                "The header line is too long, or has a quotation mark that is not closed: save the file as "
                "'CSV UTF-8', then import it again."
            )
        best = max(by_delimiter, key=lambda one: _count_meanings(by_delimiter[one]))
        delimiter = header.separator or best
        cells = header.cells(delimiter)
        if not _has_email(cells) and _has_email(by_delimiter[best]):
            raise CsvProblem(
                f"The line 'sep={_shown(delimiter)}' contradicts the header line, whose columns are parted by "
                f"'{_shown(best)}': correct it or remove it, then import the file again."
            )
        places: dict[str, tuple[int, ...]] = {}
        for place, cell in enumerate(cells):
            if meaning := _meaning(cell):
                places[meaning] = (*places.get(meaning, ()), place)
        _check(cells, places)
        return cls(delimiter, len(cells), places)

    def cells_of(self, row: Sequence[str]) -> dict[str, list[str]]:
        """The cells we take over, by the dialect's names; those without content are left out."""
        cells = {name: [row[place] for place in places] for name, places in self.places.items()}
        return {name: found for name, all_of in cells.items() if (found := [c for c in all_of if trimmed(c)])}

    def row_key(self, cells: Sequence[str]) -> str | None:
        """Whose row the cells may be: by an address, or an id and no address, in its place. None: they are no row."""
        # Whoever swallowed it may have broken it, too.
        if len(cells) < 2 or abs(len(cells) - self.width) > self.width // 4:
            return None
        found = self.cells_of([*cells, *[""] * (self.width - len(cells))])
        if "email" in found:
            email = found["email"][0]
            # A row with a bad address is a row all the same.
            return clean_email_or_none(email) or (trimmed(email) if "@" in email else None)
        is_id = len(cells) == self.width and "id" in found and " " not in trimmed(found["id"][0])
        return trimmed(found["id"][0]) if is_id else None


def _check(header: Sequence[str], places: dict[str, tuple[int, ...]]) -> None:
    if "email" not in places:
        needed = " or ".join(f"'{name}'" for name in dialect.PROSPECT_COLUMNS["email"])
        raise CsvProblem(f"The file needs a header line with a column {needed}. {_found(header)}")
    for name, found in places.items():
        if len(found) > 1 and name != "links":
            columns = " and ".join(f"{_name(header[place])} (column {place + 1})" for place in found)
            raise CsvProblem(f"The columns {columns} mean the same: remove all but one, then import again.")


def _found(header: Sequence[str]) -> str:
    if any(map(_DATA.search, header)):
        return f"The first line holds {len(header)} cells and looks like somebody's data, so it is not shown here."
    shown = ", ".join(map(_name, header[:MOST_SHOWN]))
    more = f" and {len(header) - MOST_SHOWN} more" if len(header) > MOST_SHOWN else ""
    return f"Found: {shown}{more}."


def _name(cell: str) -> str:
    return f"'{clean_line(cell, LONGEST_SHOWN)}'"


def _count_meanings(cells: Sequence[str]) -> int:
    return sum(_meaning(cell) is not None for cell in cells)


def _has_email(cells: Sequence[str]) -> bool:
    return any(_meaning(cell) == "email" for cell in cells)


def _shown(delimiter: str) -> str:
    return delimiter.replace("\t", "\\t")


def _plain(column: str) -> str:
    return re.sub(r"[\W_]+", "", match_key(column))


def _by_column(columns: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {_plain(column): name for name, known in columns.items() for column in known}


_MEANINGS: Final = _by_column(dialect.PROSPECT_COLUMNS)


def _meaning(column: str) -> str | None:
    return _MEANINGS.get(_plain(column))
