"""Which of a candidate's addresses and phone numbers Crosschq can use."""

import re
from collections.abc import Iterable

_NEVER = r"\s\x00-\x1f\x7f@<>,;:\"()\[\]\\"
_EMAIL = re.compile(rf"[^{_NEVER}]+@[^{_NEVER}.]+(\.[^{_NEVER}.]+)+")
_LONGEST_EMAIL = 254
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
# `+44 (0)20 ...`: that zero is dialled inside the country only.
_ORNAMENT = re.compile(r"\(0\)|[\s().\-/\u00a0\u2010-\u2015]")


def usable_email(emails: Iterable[str]) -> str | None:
    """The first that looks like an address, without outer blanks."""
    return next((email for email in map(str.strip, emails) if _is_email(email)), None)


def international_phone(phones: Iterable[str]) -> str | None:
    """The first number with a country code, as `+15550100`; a national one is left out: a guess may text a stranger."""
    plain = (re.sub(r"^00", "+", _ORNAMENT.sub("", phone)) for phone in phones)
    return next((phone for phone in plain if _PHONE.fullmatch(phone)), None)


def _is_email(email: str) -> bool:
    return len(email) <= _LONGEST_EMAIL and _EMAIL.fullmatch(email) is not None
