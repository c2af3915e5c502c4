"""Clean an e-mail address as people and programs leave it: what is around it goes, what is wrong in it is named."""

# ruff: noqa: RUF001 - many scripts on purpose

import re
import unicodedata
from email import utils
from typing import Final
from urllib.parse import unquote

from cleaning.text import UNSEEN, clean_line, trimmed

LONGEST: Final = 254
_LONGEST_WITH_NAME: Final = 2_000

_NEVER: Final = re.compile(r'[<>,;:"()\[\]\\\ufffc\ufffd]')
# Letters, their marks and digits of any script; `_` is in names that exist.
_IN_DOMAIN: Final = re.compile(r"[\w.\-\u00b7\u30fb]")
_MAILTO: Final = re.compile(r"mailto:(?://)?([^?]*)(?:\?.*)?", re.IGNORECASE | re.DOTALL)
_ANOTHER: Final = re.compile(r"\S@\S")
# Full-width signs, as East Asian keyboards type them.
_SIGNS: Final = str.maketrans("\uff20\ufe6b\u3002\uff0e\uff61", "@@...")
_AROUND: Final = f"{UNSEEN};,'`\u2018\u2019\u201c\u201d\u201e\u2039\u203a\u2022\u00b7\u2026\ufffc"
_PAIRS: Final = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "(": ")", "[": "]", "<": ">"}


class NotAnAddress(ValueError):  # noqa: N818 - says what it is
    """`reason` goes on after "the e-mail address"; it names a character and its place, and quotes nothing else."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def clean_email(text: str) -> str:
    """The one address in `text`. Raises NotAnAddress.

    Removed are blanks and invisible characters at the ends, `mailto:` with what follows a `?`, `Name <...>`, quotation
    marks and brackets around it, a last `;`, `,` or `.`. Whatever is left stays as it is, in composed characters;
    in the domain each is the one that name servers take it for.
    """
    if len(text) > _LONGEST_WITH_NAME:
        raise NotAnAddress(f"is longer than {LONGEST} characters")
    address, name = _unwrapped(text)
    if _ANOTHER.search(name.casefold().replace(address.casefold(), "")):
        raise NotAnAddress("holds two addresses: write one")
    _check(address)
    return address


def clean_email_or_none(text: str) -> str | None:
    """For those who look on where there is none."""
    try:
        return clean_email(text)
    except NotAnAddress:
        return None


def name_and_email(text: str) -> tuple[str, str]:
    """Of `Name <local@domain>`, or of the address alone; whether it is one is not asked."""
    name, _, email = clean_line(text).rpartition("<")
    return utils.unquote(name.strip()), email.removesuffix(">")


def email_key(text: str) -> str:
    """What two ways of writing one address have in common; whatever is none is compared as it stands."""
    return (clean_email_or_none(text) or trimmed(text)).casefold()


def _unwrapped(text: str) -> tuple[str, str]:
    """What is taken for the address, and the name beside it."""
    rest, before, name = unicodedata.normalize("NFC", text).translate(_SIGNS), None, ""
    while rest != before:
        before = rest
        rest = rest.strip(_AROUND).rstrip(".")
        if found := _MAILTO.fullmatch(rest):
            rest = unicodedata.normalize("NFC", unquote(found[1]))
        elif rest.endswith(">") and "<" in rest:
            beside, _, rest = rest[:-1].rpartition("<")
            name += beside
        elif len(rest) > 1 and _PAIRS.get(rest[0]) == rest[-1]:
            rest = rest[1:-1]
    local, at, domain = rest.partition("@")
    return f"{local}{at}{domain if '@' in domain else _mapped(domain)}", name


def _mapped(domain: str) -> str:
    """Each character by itself: what is unseen stays in its place, to be named."""
    return "".join(char if char in UNSEEN else unicodedata.normalize("NFKC", char) for char in domain)


def _check(address: str) -> None:
    if not address:
        raise NotAnAddress("is empty")
    if len(address) > LONGEST:
        raise NotAnAddress(f"is longer than {LONGEST} characters")
    if address.count("@") > 1:
        raise NotAnAddress("holds more than one @: write one address")
    for place, char in enumerate(address, 1):
        if what := _what_is_wrong_with(char):
            raise NotAnAddress(f"has {what} in place {place}")
    local, at, domain = address.partition("@")
    if not at:
        raise NotAnAddress("has no @")
    if not local:
        raise NotAnAddress("has nothing before the @")
    if "." not in domain or not all(domain.split(".")):
        raise NotAnAddress("has no domain such as company.com after the @")
    for place, char in enumerate(domain, len(local) + 2):
        if not (_IN_DOMAIN.fullmatch(char) or unicodedata.category(char).startswith("M")):
            raise NotAnAddress(f"has '{char}', which no domain has, in place {place}")


def _what_is_wrong_with(char: str) -> str | None:
    if char == " ":
        return "a blank"
    if char in UNSEEN or not char.isprintable():
        name = unicodedata.name(char, "control character").lower()
        return f"an invisible character (U+{ord(char):04X}, {name})"
    return f"'{char}', which no address has," if _NEVER.fullmatch(char) else None
