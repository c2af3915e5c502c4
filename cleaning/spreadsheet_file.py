"""Decode a text table as spreadsheets save it, line by line. Never holds the whole file."""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

# More than any honest row; a file without line ends must not be read into memory whole.
LONGEST_LINE: Final = 1 << 24
BYTE_ORDER_MARK: Final = "\ufeff"

_CHUNK: Final = 1 << 17
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAVE: Final = "save the file as 'CSV UTF-8', then import it again."
_OTHER_KINDS: Final = (
    ((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"), f"a spreadsheet's own file, no CSV: {_SAVE}"),
    ((b"\x1f\x8b",), "compressed: unpack it, then import the CSV file in it."),
    ((b"%PDF-",), "a PDF, no CSV: export the prospects from Crosschq again, as CSV."),
    ((b"<!", b"<html", b"<HTML", b"<?xml"), "a web page or XML, no CSV: export the prospects again, as CSV."),
    ((b"{", b"["), "JSON, no CSV: export the prospects from Crosschq again, as CSV."),
)
# Sixteen characters of ASCII, each with its other byte zero: without a mark that is sure enough.
_UTF_16_BY_ITSELF: Final = (
    (re.compile(rb"(?:[\t\r\n -~]\x00){16}"), "utf-16-le"),
    (re.compile(rb"(?:\x00[\t\r\n -~]){16}"), "utf-16-be"),
)
# A carriage return at the end may be half of a line end.
_LINE_END: Final = re.compile(r"\r\n|\n|\r(?!\Z)")


class CsvProblem(Exception):  # noqa: N818 - says what it is, as the vendor errors do
    """The file, or the rest of it, cannot be used. `reason` says why and what to do, and quotes nobody's data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def text_lines(file: BinaryIO) -> Iterator[str]:
    """The lines with their ends: LF, CRLF, or CR alone; UTF-8, or UTF-16 with a mark or beyond doubt.

    Raises UnicodeDecodeError where it is neither, and CsvProblem for a workbook or a line over 16 MB.
    """
    pending, number = "", 0
    for text in _decoded(file):
        searched, begin = max(0, len(pending) - 1), 0
        pending += text
        for end in (found.end() for found in _LINE_END.finditer(pending, searched)):
            yield pending[begin:end]
            number, begin = number + 1, end
        pending = pending[begin:]
        if len(pending) > LONGEST_LINE:
            raise CsvProblem(f"Line {number + 1} is longer than 16 MB: this is no CSV file.")
    if pending:
        yield pending


def _decoded(file: BinaryIO) -> Iterator[str]:
    """Also what stands before the first byte that cannot be decoded."""
    chunk = file.read(_CHUNK)
    encoding = _encoding_of(chunk)
    decoder = codecs.getincrementaldecoder(encoding)()
    while True:
        try:
            yield decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            yield error.object[: error.start].decode(encoding)
            raise
        if not chunk:
            return
        chunk = file.read(_CHUNK)


def _encoding_of(head: bytes) -> str:
    begin = head.removeprefix(codecs.BOM_UTF8).lstrip()
    for marks, what in _OTHER_KINDS:
        if begin.startswith(marks):
            raise CsvProblem(f"The file is {what}")
    by_mark = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    by_itself = (encoding for pattern, encoding in _UTF_16_BY_ITSELF if pattern.match(head))
    return by_mark or next(by_itself, "utf-8")


class CountedLines:
    """Lines of text on their way to a CSV reader, and the numbers they have in the file.

    `of_row` are those of the present row, which began at line `row_began_at`. Raises CsvProblem.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.number = 0
        self.row_began_at = 0
        self.of_row: list[str] = []

    def begin_row(self) -> None:
        self.row_began_at = self.number + 1
        self.of_row = []

    def __iter__(self) -> "CountedLines":
        return self

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except UnicodeDecodeError as error:
            encoding = "UTF-16" if error.encoding.startswith("utf-16") else "UTF-8"
            raise CsvProblem(f"Line {self.number + 1} is not {encoding}: {_SAVE}") from None
        self.number += 1
        self.of_row.append(line.lstrip(BYTE_ORDER_MARK) if self.number == 1 else line)
        return self.of_row[-1]
