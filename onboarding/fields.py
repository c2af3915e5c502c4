"""What single settings of the connection file may hold, and how a wrong one is told. Quotes no value: it may be secret.

Durations are written as ISO 8601 has them, in units that are always equally long.
"""

import os
import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from outbound.links import Origin, UntrustedLink

Name = Annotated[str, Field(min_length=1, max_length=100)]
Email = Annotated[
    str, Field(max_length=254, pattern=r"^[^@\s<>(),;\"\x00-\x1f\x7f]+@[^@\s<>(),;\"\x00-\x1f\x7f]+$")
]

_UNITS = ("weeks", "days", "hours", "minutes", "seconds")
_DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,8})W)?(?:([0-9]{1,8})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,8})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,8})S)?)?"
)


def _from_environment(value: object) -> object:
    """`{ env = "NAME" }` in place of a secret reads it from the environment, so that the file may be kept anywhere."""
    if not isinstance(value, dict):
        return value
    name = value.get("env")
    if len(value) != 1 or not isinstance(name, str):
        raise ValueError('write the secret itself or { env = "NAME" }')
    if not os.environ.get(name):
        raise ValueError(f"the environment variable {name} is not set")
    return os.environ[name]


def _https_or_loopback(url: str) -> str:
    try:
        Origin.from_link(url)
    except UntrustedLink as error:
        raise ValueError(error.reason) from None
    return url.rstrip("/")


def _visible_ascii(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", secret.get_secret_value()):
        raise ValueError("only visible ASCII characters, without blanks")
    return secret


def duration(value: object) -> timedelta:
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds. Raises ValueError."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(
            'write an ISO 8601 duration such as "P14D" (14 days) or "PT10M" (10 minutes); '
            "months and years differ in length, so write days"
        )
    return timedelta(**{unit: int(count or 0) for unit, count in zip(_UNITS, found.groups(), strict=True)})


def _or_never(value: object) -> timedelta | None:
    return None if value == "never" else duration(value)


def _within(least: str, most: str) -> AfterValidator:
    """Both ends are allowed, and never is."""
    shortest, longest = duration(least), duration(most)

    def check(value: timedelta | None) -> timedelta | None:
        if value is not None and not shortest <= value <= longest:
            raise ValueError(f'must be from "{least}" to "{most}"')
        return value

    return AfterValidator(check)


Secret = Annotated[SecretStr, BeforeValidator(_from_environment), Field(min_length=1)]
Token = Annotated[Secret, AfterValidator(_visible_ascii)]
"""Shown in a header or used as a key of a signature."""
BaseUrl = Annotated[str, AfterValidator(_https_or_loopback)]
Wait = Annotated[timedelta, BeforeValidator(duration), _within("PT1S", "P365D")]
WaitOrNever = Annotated[timedelta | None, BeforeValidator(_or_never), _within("PT1S", "P365D")]
"""None is written "never"."""
Pause = Annotated[timedelta, BeforeValidator(duration), _within("PT0S", "P1D")]
