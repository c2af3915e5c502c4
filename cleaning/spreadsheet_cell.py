"""Read one cell as a spreadsheet leaves it: without its text marks, and naming what it has lost."""

import re
from typing import Final

from cleaning.text import trimmed

_FORMULA_TEXT: Final = re.compile(r'="(.*)"', re.DOTALL)
# Before these, or before nothing but a number, it is the mark for "this is text": 't Hooft and '90s keep theirs.
_TEXT_MARK: Final = re.compile(r"['`\u2018\u2019](?=[-+=@]|[\d(][\d\s().,/\-]*\Z)")
_FORMULA_NUMBER: Final = re.compile(r"=\s*(\+?\d[\d ]*)")
_TOO_NARROW: Final = re.compile("#{2,}")
# In whatever language: #REF!, #WERT!, #\u00a1VALOR!, #NAME?; of those without a sign at the end, the commonest.
_ERROR: Final = re.compile(r"#\u00a1?[A-Z\u00c0-\u00de0/]{2,15}[!?]|#(?i:N/A|N/D|NV)|(?i:Err):\d{3}")
_WHOLE: Final = re.compile(r"(\+?\d+)[.,]0+|(\+?\d{1,3}(?:,\d{3}){2,})(?:\.0+)?")
_SCIENTIFIC: Final = re.compile(r"(\+?\d)(?:[.,](\d*))?E\+?0*(\d{1,2})", re.IGNORECASE)


class LostInSpreadsheet(ValueError):  # noqa: N818 - says what happened
    """The cell's content is gone. `reason` goes on after the cell's name and quotes nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def plain_cell(cell: str) -> str:
    """What was typed into the cell: `="+44..."` and `'+44...` lose their marks. Raises LostInSpreadsheet."""
    text, before = trimmed(cell), None
    while text != before:
        before = text
        if found := _FORMULA_TEXT.fullmatch(text):
            text = trimmed(found[1].replace('""', '"'))
        elif found := _FORMULA_NUMBER.fullmatch(text):
            text = found[1]
        text = trimmed(_TEXT_MARK.sub("", text, count=1)) if _TEXT_MARK.match(text) else text
    if _TOO_NARROW.fullmatch(text):
        raise LostInSpreadsheet("was too wide for its column in a spreadsheet, which saved # signs")
    if _ERROR.fullmatch(text):
        raise LostInSpreadsheet("holds a spreadsheet's error value")
    return text


def whole_number(text: str) -> str:
    """A whole number without `.0` and thousands' commas; other text stays as it is."""
    found = _WHOLE.fullmatch(text)
    return (found[1] or found[2]).replace(",", "") if found else text


def digits_of_number(text: str) -> str:
    """As `whole_number`, and with an exponent written out. Raises LostInSpreadsheet for a number that was rounded."""
    found = _SCIENTIFIC.fullmatch(text)
    if found is None:
        return whole_number(text)
    first, decimals, exponent = found[1], found[2] or "", int(found[3])
    # With fewer decimals than the exponent nobody can tell zeros from digits that were rounded away.
    if len(decimals) != exponent:
        raise LostInSpreadsheet("was rounded by a spreadsheet: format its column as text")
    return first + decimals
