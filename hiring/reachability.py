"""Which of a candidate's addresses and phone numbers Crosschq can use."""

from collections.abc import Iterable, Sequence

from cleaning.email_address import NotAnAddress, clean_email, clean_email_or_none
from cleaning.phone import e164_phone, split_phones


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
    """The first that can be sent a text message, as `+14155550100`."""
    numbers = (e164_phone(one) for phone in phones for one in split_phones(phone))
    return next(filter(None, numbers), None)
