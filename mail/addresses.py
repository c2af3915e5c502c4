"""Addresses that may stand in a header and in the conversation with a mail server. Whether they exist is not asked."""

import re
from email.headerregistry import Address

from cleaning.email_address import NotAnAddress, clean_email, name_and_email
from cleaning.text import clean_line

LONGEST_NAME = 200
_HOST_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.IGNORECASE)


class UnusableAddress(Exception):  # noqa: N818 - says what happened
    """An address that no mail can go to or come from; the message says what is wrong with it, without naming it."""


def address_of(email: str, name: str = "") -> Address:
    """Raises UnusableAddress unless `email` is one address; what copying has left around it does not count."""
    try:
        local, _, domain = clean_email(email).rpartition("@")
    except NotAnAddress as error:
        raise UnusableAddress(f"the e-mail address {error.reason}") from None
    # Whoever reads a header would decode it.
    if "=?" in local:
        raise UnusableAddress("the e-mail address cannot be used: it has '=?' before the @")
    return Address(clean_line(name, LONGEST_NAME), local, _in_ascii(domain))


def sender_of(text: str) -> Address:
    """`Hiring <hiring@company.test>`, or the address alone, as an admin writes it."""
    name, email = name_and_email(text)
    return address_of(email, name)


def _in_ascii(domain: str) -> str:
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UnusableAddress("the part of an e-mail address after the @ must be a host name") from error
    if not _HOST_NAME.fullmatch(ascii_domain):
        raise UnusableAddress("the part of an e-mail address after the @ must be a host name")
    return ascii_domain
