"""Make text from outside fit for the fields of a lead: clean, bounded, each thing once.

A field that cannot be used never stops the person: it is left out, and a remark says which and why. What Lever takes
is unknown; the bounds are more than anybody needs.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import urlsplit

from cleaning.phone import NotAPhone, clean_phone, split_phones
from cleaning.spreadsheet_cell import LostInSpreadsheet, plain_cell
from cleaning.text import trimmed
from hiring.outside_text import one_line

LONGEST_LABEL: Final = 100
LONGEST_TEXT: Final = 200
LONGEST_LINK: Final = 2000
MOST_LINKS: Final = 20

Remark = Callable[[str], None]
"""Takes a sentence that quotes nothing of the field."""

_BARE_LINK: Final = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?::[0-9]+)?(?:[/?#].*)?", re.IGNORECASE)


def plain_text(field: str, written: str, remark: Remark) -> str:
    """In one line; blank where a spreadsheet has lost it."""
    try:
        return one_line(plain_cell(written), LONGEST_TEXT)
    except LostInSpreadsheet as lost:
        remark(f"The {field} was left out: it {lost.reason}.")
        return ""


def phones(written: str, remark: Remark) -> tuple[str, ...]:
    """As they are written, with their extensions."""
    usable: dict[str, None] = {}
    for one in split_phones(written):
        try:
            usable[clean_phone(one)] = None
        except NotAPhone as error:
            remark(f"A phone number was left out: it {error.reason}.")
    return tuple(usable)


def web_links(written: Iterable[str], remark: Remark) -> tuple[str, ...]:
    """Those that are http or https; `linkedin.com/in/x` becomes https."""
    all_of = [one for one in map(trimmed, written) if one]
    links = [link for link in map(_web_link, all_of) if link]
    if len(links) < len(all_of):
        remark(f"{len(all_of) - len(links)} of {len(all_of)} links were left out: they are no web addresses.")
    different = tuple(dict.fromkeys(links))
    if len(different) > MOST_LINKS:
        remark(f"Of {len(different)} links only the first {MOST_LINKS} were taken over.")
    return different[:MOST_LINKS]


def labels(written: Iterable[str]) -> tuple[str, ...]:
    """Tags or sources; blank ones are left out."""
    lines = (one_line(text, LONGEST_LABEL) for text in written)
    return tuple(dict.fromkeys(filter(None, lines)))


def _web_link(written: str) -> str | None:
    try:
        link = plain_cell(written)
        if _BARE_LINK.fullmatch(link):
            link = f"https://{link}"
        parts = urlsplit(link)
    except ValueError:
        return None
    # Not mended within: without the blank or the invisible character it would be another address.
    is_whole = len(link) <= LONGEST_LINK and " " not in link and link.isprintable()
    is_web = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return link if is_whole and is_web else None
