"""What all of Crosschq's objects share on the wire: nulls and blanks, times, numbers as texts, literals. Pure."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WrapValidator,
    model_validator,
)

from cleaning.email_address import clean_email_or_none
from cleaning.text import clean_line, clean_text, match_key, trimmed


class CrosschqModel(BaseModel):
    """Frozen; v1 sends numbers as strings (crosschq.md 1.3), and an error never quotes people's data."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {name: entry for name, entry in value.items() if entry is not None and entry != ""}


def literal(said: str) -> str:
    """One of Crosschq's words as the dialect writes it: lower case, "_" for spaces and hyphens."""
    return re.sub(r"[\s_-]+", "_", match_key(said))


def _clean(value: object) -> object:
    return clean_text(value) if isinstance(value, str) else value


def _literal_of(value: object) -> object:
    return literal(value) if isinstance(value, str) else value


def _day_of(value: object) -> object:
    if isinstance(value, str):
        return date.fromisoformat(value)
    # Numbers are not left to pydantic, which would take 0 for a day in 1970.
    return value if isinstance(value, date) else None


def _iso_moment_of(value: object) -> object:
    if isinstance(value, str):
        return datetime.fromisoformat(trimmed(value))
    # A spreadsheet's day is a number, which pydantic would take for a time in 1970.
    return value if isinstance(value, datetime) else None


def _none_if_unreadable(value: object, read: Callable[[object], object]) -> object:
    try:
        return read(value)
    except ValidationError:
        return None


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("not a time within the years 1 to 9999 UTC") from None


Text = Annotated[str, Field(max_length=4096), BeforeValidator(_clean)]
Line = Annotated[Text, AfterValidator(clean_line)]
Link = Annotated[Text, AfterValidator(trimmed)]
Email = Annotated[Text, AfterValidator(lambda said: clean_email_or_none(said) or said)]
"""Without what copying has left around an address; what is none stays as it is."""
Moment = Annotated[datetime, AfterValidator(_in_utc)]
IsoMoment = Annotated[datetime, BeforeValidator(_iso_moment_of), AfterValidator(_in_utc)]
# Safe in a URL path, a log and a database key: an id from a webhook ends up in all three.
RequestId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._~-]{0,127}$")]
Count = Annotated[int, Field(ge=0)]
# For what is inferred and seldom there: another form of it must not make the whole request unreadable.
Lenient = WrapValidator(_none_if_unreadable)
InAnySpelling = BeforeValidator(_literal_of)
Day = Annotated[date, BeforeValidator(_day_of)]
