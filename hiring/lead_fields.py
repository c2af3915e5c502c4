"""Makes text from outside fit for the fields of a lead: clean, bounded, each thing once. Pure.

What Lever takes is unknown; the bounds are more than anybody needs.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from hiring.outside_text import one_line

LONGEST_LABEL: Final = 100
LONGEST_LINK: Final = 2000
LONGEST_PHONE: Final = 40
MOST_LINKS: Final = 20

_PHONE: Final = re.compile(r"[+( ]{0,3}[0-9][0-9 ().\-/\u2010-\u2015]*")
_DIGITS: Final = range(7, 16)
_BARE_LINK: Final = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?::[0-9]+)?(?:[/?#].*)?", re.IGNORECASE)


def whole_line(text: str) -> str:
    """In one line, and never cut: of an address, number or link the rest would be somebody else's."""
    return one_line(text, len(text))


def is_phone(line: str) -> bool:
    """7 to 15 digits, and nothing else but what people write between them."""
    digits = len(re.findall("[0-9]", line))
    return len(line) <= LONGEST_PHONE and digits in _DIGITS and _PHONE.fullmatch(line) is not None


def web_links(written: Iterable[str]) -> tuple[str, ...]:
    """Those that are http or https; `linkedin.com/in/x` becomes https."""
    links = dict.fromkeys(link for link in map(_web_link, written) if link)
    return tuple(links)[:MOST_LINKS]


def labels(written: Iterable[str]) -> tuple[str, ...]:
    """Tags or sources; blank ones are left out."""
    lines = (one_line(text, LONGEST_LABEL) for text in written)
    return tuple(dict.fromkeys(filter(None, lines)))


def _web_link(written: str) -> str | None:
    link = whole_line(written)
    if _BARE_LINK.fullmatch(link):
        link = f"https://{link}"
    if len(link) > LONGEST_LINK or " " in link or not link.isprintable():
        return None
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return link if is_web else None
