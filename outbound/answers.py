"""What a vendor's answer, or its absence, means. Pure: no network, no waiting, no vendor's own words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from cleaning.text import clean_json, clean_line
from outbound.bounded import AnswerTooLarge
from outbound.causes import cause_of, cause_of_407
from outbound.errors import (
    AccessDenied,
    CredentialsRefused,
    InvalidRequest,
    NotExecuted,
    NotFound,
    OutcomeUnknown,
    Refused,
    SlowDown,
    Unavailable,
    UnexpectedAnswer,
    VendorError,
)
from outbound.waits import retry_after_seconds

T = TypeVar("T")
REASON_LENGTH = 300

_KEY_REFUSED = "the API key was refused (401); store a valid one for this connection"
_REFUSALS: dict[int, tuple[type[Refused], str]] = {
    403: (AccessDenied, "the API key is not allowed to do this (403); give it the permission"),
    404: (NotFound, "what was asked for does not exist, or not for this API key (404)"),
}
# Raised by httpx before the first byte of the request left this machine.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call as its errors describe it. `repeatable`: doing it twice is the same as doing it once."""

    vendor: str
    operation: str
    writes: bool
    repeatable: bool
    account: str = ""
    """Whose credentials it is made with: see CredentialsRefused."""

    def not_as_agreed(self, message: str, status: int | None = None) -> VendorError:
        """The error for an answer that cannot be used: a write may have happened all the same."""
        if self.writes:
            unsure = f"{message}; it may have happened, look before repeating it"
            return OutcomeUnknown(self.vendor, self.operation, unsure, status)
        return UnexpectedAnswer(self.vendor, self.operation, message, status)

    def broke_down(self, message: str, status: int | None = None) -> VendorError:
        """The error for a vendor that failed midway: harmless for a read, unknown for a write."""
        if self.writes:
            return self.not_as_agreed(message, status)
        return Unavailable(self.vendor, self.operation, f"{message}; call again later", status)


def failure_without_answer(
    call: Call, error: httpx.RequestError | AnswerTooLarge | TimeoutError
) -> VendorError:
    """The error for a call that httpx could not complete, or whose answer was beyond its limits."""
    if isinstance(error, AnswerTooLarge):
        return call.not_as_agreed(f"{error}, and was not read to its end")
    if isinstance(error, TimeoutError):
        return call.broke_down("the answer took too long as a whole")
    if isinstance(error, _NOT_SENT):
        message = f"could not be reached, nothing was done: {cause_of(error)}"
        return Unavailable(call.vendor, call.operation, message)
    if isinstance(error, httpx.DecodingError):
        return call.not_as_agreed("the answer could not be unpacked")
    return call.broke_down(f"the connection ended before an answer came: {cause_of(error)}")


def failure_of_answer(
    call: Call, response: httpx.Response, reason_of: Callable[[httpx.Response], str], now: datetime
) -> VendorError | None:
    """The error an answer's status stands for; None for a 2xx."""
    status = response.status_code
    if response.is_success:
        return None
    retry_after = retry_after_seconds(response.headers.get("Retry-After"), now)
    if status == 429 or (status == 503 and retry_after is not None):
        return _not_executed(call, status, retry_after)
    if status == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
        message = f"could not be reached, nothing was done: {cause_of_407()}"
        return Unavailable(call.vendor, call.operation, message, status)
    # A router says 503 or 504, and a slow one 408, also when the application behind it has taken the call.
    if status >= 500 or status == 408:
        return call.broke_down(f"the vendor failed ({status})", status)
    if status >= 400:
        return _refused(call, status, reason_of(response))
    return call.not_as_agreed(
        f"answered with a redirect ({status}), which is not followed; check the base URL", status
    )


def json_of(call: Call, response: httpx.Response) -> object:
    """The JSON value of a 2xx answer; None for 204."""
    if response.status_code == httpx.codes.NO_CONTENT:
        return None
    try:
        return clean_json(response.json())
    except (ValueError, RecursionError):
        raise call.not_as_agreed("the answer is not readable JSON", response.status_code) from None


def shaped(adapter: TypeAdapter[T], value: object, call: Call) -> T:
    """`value` as the contract's type, else the call's error, which names fields but never their values."""
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise call.not_as_agreed(
            f"the answer has another shape than agreed ({_wrong_fields(error)})"
        ) from None


def _wrong_fields(error: ValidationError) -> str:
    # Not str(error): pydantic's own text quotes the values, which may be people's data.
    wrong = [f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['type']}" for one in error.errors()[:3]]
    return ", ".join(wrong)


def _not_executed(call: Call, status: int, retry_after: float | None) -> NotExecuted:
    if status == 429:
        message = "too many calls (429); nothing was done, call again later"
        return SlowDown(call.vendor, call.operation, message, status, retry_after)
    message = f"not available now ({status}, with a time to come back at); nothing was done, call again later"
    return Unavailable(call.vendor, call.operation, message, status, retry_after)


def _refused(call: Call, status: int, whole_reason: str) -> Refused:
    reason = clean_line(whole_reason, REASON_LENGTH)
    if status == 401:
        return CredentialsRefused(call.vendor, call.operation, _KEY_REFUSED, status, reason, call.account)
    invalid = (InvalidRequest, f"the vendor refused it as invalid ({status}); its reason is in the record")
    kind, message = _REFUSALS.get(status, invalid)
    return kind(call.vendor, call.operation, message, status, reason)
