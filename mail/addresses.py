"""Addresses that may stand in a header and in the conversation with a mail server. Whether they exist is not asked."""

import re
from email.headerregistry import Address
from email.utils import parseaddr

from hiring.outside_text import one_line
from hiring.reachability import usable_email

_HOST_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.IGNORECASE)


class UnusableAddress(Exception):  # noqa: N818 - says what happened
    """An address that no mail can go to or come from; the message says what is wrong with it, without naming it."""


def address_of(email: str, name: str = "") -> Address:
    """Raises UnusableAddress for line breaks and whatever else is no plain `local@domain`."""
    if usable_email([email]) != email or header_text(email) != email:
        raise UnusableAddress(
            "an e-mail address must be one plain local@domain, without line breaks or blanks"
        )
    local, _, domain = email.rpartition("@")
    return Address(header_text(name), local, _in_ascii(domain))


def sender_of(text: str) -> Address:
    """`Hiring <hiring@company.test>`, or the address alone, as an admin writes it."""
    if header_text(text) != text.strip():
        raise UnusableAddress("the sender must stand in one line, as in: Hiring <hiring@company.test>")
    name, email = parseaddr(text)
    return address_of(email, name)


def header_text(text: str) -> str:
    """Text from outside in one line that stands in a header as it is, whatever it looks like."""
    # Python's header classes decode "=?...?=" wherever it stands, and write the line breaks it may hold.
    return one_line(text).replace("=?", "= ?")


def _in_ascii(domain: str) -> str:
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UnusableAddress("the part of an e-mail address after the @ must be a host name") from error
    if not _HOST_NAME.fullmatch(ascii_domain):
        raise UnusableAddress("the part of an e-mail address after the @ must be a host name")
    return ascii_domain
