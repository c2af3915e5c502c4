"""The lines of a CSV file, a few at a time, and how far one has come. Never holds the whole file."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from crosschq.csv_columns import CsvProblem

# More than any honest row; a file without line ends must not be read into memory whole.
LONGEST_LINE: Final = 1 << 24
BYTE_ORDER_MARK: Final = "\ufeff"


def text_lines(file: BinaryIO) -> Iterator[str]:
    """The lines of a file opened as bytes. UnicodeDecodeError: it is not UTF-8; CsvProblem: a line over 16 MB."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise CsvProblem(f"Line {number} is longer than 16 MB: this is no CSV file of prospects.")
        yield line.decode("utf-8")


class CountedLines:
    """Lines of text on their way to the CSV reader.

    `number` is how many were given out so far, `row_began_at` the number of the line at which the present row
    began, `is_at_row_end` whether as many quotation marks were opened as closed since. Raises CsvProblem.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._quotes = 0
        self.number = 0
        self.row_began_at = 0

    @property
    def is_at_row_end(self) -> bool:
        return self._quotes % 2 == 0

    def begin_row(self) -> None:
        self.row_began_at = self.number + 1
        self._quotes = 0

    def __iter__(self) -> "CountedLines":
        return self

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except UnicodeDecodeError:
            raise CsvProblem(
                f"Line {self.number + 1} is not UTF-8: save the file as 'CSV UTF-8', then import it again."
            ) from None
        self.number += 1
        self._quotes += line.count('"')
        return line.removeprefix(BYTE_ORDER_MARK) if self.number == 1 else line
