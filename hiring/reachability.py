"""Which of a candidate's addresses and phone numbers Crosschq can use."""

import re
from collections.abc import Iterable, Sequence

from cleaning.email_address import NotAnAddress, clean_email, clean_email_or_none

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
# `+44 (0)20 ...`: that zero is dialled inside the country only.
_ORNAMENT = re.compile(r"\(0\)|[\s().\-/\u00a0\u2010-\u2015]")


def usable_email(emails: Iterable[str]) -> str | None:
    """The first that is an address, without what copying has left around it."""
    return next(filter(None, map(clean_email_or_none, emails)), None)


def why_no_usable_email(emails: Sequence[str]) -> str:
    """The end of a sentence, empty without any address; quotes none of them."""
    for email in emails:
        try:
            clean_email(email)
        except NotAnAddress as error:
            return f": {'the one there' if len(emails) == 1 else 'the first one there'} {error.reason}"
    return ""


def international_phone(phones: Iterable[str]) -> str | None:
    """The first number with a country code, as `+15550100`; a national one is left out: a guess may text a stranger."""
    plain = (re.sub(r"^00", "+", _ORNAMENT.sub("", phone)) for phone in phones)
    return next((phone for phone in plain if _PHONE.fullmatch(phone)), None)
