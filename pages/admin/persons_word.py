"""The reason that every change of the admin's needs, from a form. Checks its length, and no more."""

from pages.admin.forms import Fields
from pages.admin.sessions import Visitor
from store.audits import PersonsWord

LONGEST = 500
"""Characters."""


class NoReason(Exception):  # noqa: N818 - says what is missing
    """The message says what to write."""


def word_of(visitor: Visitor, fields: Fields) -> PersonsWord:
    """Raises NoReason."""
    why = fields.one("why")
    if not why or len(why) > LONGEST:
        raise NoReason(f"Say why, in up to {LONGEST} characters: it goes into the audit.")
    return PersonsWord(visitor.name, why)
