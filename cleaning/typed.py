"""Clean what a person typed or pasted into a setting, a form or a file: the ends of values, and lists of them."""

import re
from typing import Final

from cleaning.text import clean_line, clean_text, trimmed

_BETWEEN: Final = re.compile(r"[,;\r\n]")


def typed_value(value: object) -> object:
    """A text without blanks and invisible characters at its ends, or anything no system holds; all else as it is."""
    return trimmed(clean_text(value)) if isinstance(value, str) else value


def typed_line(value: object) -> object:
    """A name, title or tag in one line; all else as it is."""
    return clean_line(value) if isinstance(value, str) else value


def typed_list(text: str | None) -> tuple[str, ...]:
    """The entries of a list with commas, semicolons or line ends between them; blank ones are left out."""
    return tuple(filter(None, map(trimmed, _BETWEEN.split(text or ""))))
