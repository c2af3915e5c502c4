"""What all of Lever's objects share on the wire: camelCase names, nulls, epoch milliseconds. Pure."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    WrapValidator,
    model_validator,
)
from pydantic.alias_generators import to_camel

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LeverModel(BaseModel):
    """Ignores fields it does not know (lever.md 2, versioning) and takes null for "not there" (lever.md 7)."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        return {key: one for key, one in value.items() if one is not None}


def from_epoch_ms(value: object) -> object:
    """Epoch milliseconds, a number or its decimal string, as an aware datetime; anything else unchanged."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return _EPOCH + timedelta(milliseconds=value)
        except OverflowError:
            raise ValueError("not a time in epoch milliseconds") from None
    return value


def to_epoch_ms(moment: datetime) -> int:
    """An aware datetime as Lever's filters want it."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _none_if_unreadable(value: object, read: Callable[[object], object]) -> object:
    try:
        return read(value)
    except ValidationError:
        return None


Moment = Annotated[AwareDatetime, BeforeValidator(from_epoch_ms)]
# For fields no decision rests on, in answers to a write: refusing the answer would leave the write in doubt.
Lenient = WrapValidator(_none_if_unreadable)
