"""What single settings of a connection file may hold, and how a wrong one is told. Quotes no value: some are secret."""

import os
import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from cleaning.email_address import NotAnAddress, clean_email
from cleaning.typed import typed_line, typed_value
from onboarding.delays import delay, in_words
from outbound.links import Origin, UntrustedLink


def _one_address(typed: str) -> str:
    try:
        return clean_email(typed)
    except NotAnAddress as error:
        raise ValueError(f"the e-mail address {error.reason}") from None


Typed = Annotated[str, BeforeValidator(typed_value)]
Name = Annotated[str, Field(min_length=1, max_length=100), BeforeValidator(typed_line)]
Line = Annotated[str, Field(max_length=100), BeforeValidator(typed_line)]
"""A name that may be empty."""
Email = Annotated[str, AfterValidator(_one_address)]


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


def _or_never(value: object) -> timedelta | None:
    return None if value == "never" else delay(value)


def _within(shortest: timedelta, longest: timedelta) -> AfterValidator:
    """Both ends are allowed, and never is."""

    def check(value: timedelta | None) -> timedelta | None:
        if value is not None and not shortest <= value <= longest:
            raise ValueError(f"must be from {in_words(shortest)} to {in_words(longest)}")
        return value

    return AfterValidator(check)


SHORTEST_TOKEN = 16
"""Characters of a webhook's token: whoever guesses it can tell us anything. Lever's have 48."""
TOO_SHORT = f"A webhook's token has {SHORTEST_TOKEN} characters or more"


_SECOND, _DAY, _YEAR = timedelta(seconds=1), timedelta(days=1), timedelta(days=365)

Secret = Annotated[
    SecretStr, BeforeValidator(typed_value), BeforeValidator(_from_environment), Field(min_length=1)
]
Token = Annotated[Secret, AfterValidator(_visible_ascii)]
"""Shown in a header or used as a key of a signature."""
BaseUrl = Annotated[Typed, AfterValidator(_https_or_loopback)]
Wait = Annotated[timedelta, BeforeValidator(delay), _within(_SECOND, _YEAR)]
WaitOrNever = Annotated[timedelta | None, BeforeValidator(_or_never), _within(_SECOND, _YEAR)]
"""None is written "never"."""
Pause = Annotated[timedelta, BeforeValidator(delay), _within(timedelta(0), _DAY)]
