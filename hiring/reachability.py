"""Which of a candidate's addresses and phone numbers Crosschq can use."""

import re
from collections.abc import Iterable

_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\.]+(\.[^\s@<>,;:\"()\[\]\\.]+)+")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_ORNAMENT = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]")


def usable_email(emails: Iterable[str]) -> str | None:
    """The first that looks like an address."""
    return next((email.strip() for email in emails if _EMAIL.fullmatch(email.strip())), None)


def international_phone(phones: Iterable[str]) -> str | None:
    """The first number with a country code, as `+15550100`; a national one is left out: a guess may text a stranger."""
    plain = (re.sub(r"^00", "+", _ORNAMENT.sub("", phone)) for phone in phones)
    return next((phone for phone in plain if _PHONE.fullmatch(phone)), None)
