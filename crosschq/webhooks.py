"""Crosschq's webhooks: is the sender allowed, what is told, has it been told before. Pure: no network, no clock.

A body is an unsigned snapshot of one reference request (crosschq.md 1.6, inferred). Only its id is used as it is; all
else in it is a hint, and the request is read again by id before anything is done.
"""

import base64
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import TypeAdapter, ValidationError

from crosschq import dialect
from crosschq.models import ReferenceRequest
from crosschq.wire import RequestId

_REQUEST_ID = TypeAdapter(RequestId)


class Malformed(Exception):  # noqa: N818 - says what happened, as the vendor errors do
    """The body is no snapshot. `reason` is fit for logs: it quotes nothing of the body."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AuthScheme(StrEnum):
    """What is chosen as "Auth method" in Crosschq's API settings (crosschq.md 1.6, documented)."""

    NONE = "none"
    BASIC = "basic"
    TOKEN = "token"  # noqa: S105 - the name of a scheme


@dataclass(frozen=True, slots=True)
class WebhookAuth:
    """What a webhook must show. `secret` is what was typed into Crosschq's "Token" field, as it is.

    Raises ValueError for Basic or Token without a secret of visible ASCII: it would let everybody in.
    """

    scheme: AuthScheme
    secret: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.scheme is not AuthScheme.NONE and not is_presentable(self.secret or ""):
            raise ValueError(f"a webhook with {self.scheme} needs a token of visible ASCII characters")


def is_presentable(secret: str) -> bool:
    """Whether a header can show it: visible ASCII, at least one character."""
    return re.fullmatch(r"[!-~]+", secret) is not None


def is_authorised(auth: WebhookAuth, authorization_header: str | None) -> bool:
    """Whether the header shows the secret; compared in constant time.

    With scheme none every caller passes: the unguessable address is then the only lock. How Crosschq sends the
    other two is unknown (crosschq.md 1.6), so each likely form is accepted, and all of them need the whole secret.
    """
    if auth.scheme is AuthScheme.NONE:
        return True
    if authorization_header is None or not authorization_header.isascii():
        return False
    word, _, rest = authorization_header.strip().partition(" ")
    if auth.scheme is AuthScheme.BASIC:
        return word.lower() == "basic" and _is_one_of(rest.strip(), _basic_credentials(auth.secret or ""))
    shown = rest.strip() if word.lower() in dialect.WEBHOOK_TOKEN_WORDS else authorization_header.strip()
    return _is_one_of(shown, [auth.secret or ""])


def _basic_credentials(secret: str) -> list[str]:
    places = (
        [secret] if ":" in secret else [form.format(token=secret) for form in dialect.WEBHOOK_BASIC_PLACES]
    )
    return [base64.b64encode(place.encode()).decode() for place in places]


def _is_one_of(shown: str, expected: list[str]) -> bool:
    # Every comparison is made before any is looked at, so that the time taken does not tell which one matched.
    matches = [hmac.compare_digest(shown.encode(), one.encode()) for one in expected]
    return any(matches)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One delivery. `hint` holds whatever of the body could be read; nothing in it is to be acted on."""

    id: str
    hint: ReferenceRequest

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Raises Malformed unless `value` is an object with a usable `id`."""
        if not isinstance(value, dict):
            raise Malformed("the body is not a JSON object")
        request_id = _usable_id(value.get("id"))
        return cls(request_id, _readable_part({**value, "id": request_id}))

    @property
    def updated_on(self) -> datetime | None:
        """When Crosschq says the request changed, UTC; None if it cannot be read."""
        return self.hint.updated_on


def replay_key(endpoint_id: str, snapshot: Snapshot, body_sha256: str) -> str:
    """Equal for equal deliveries: endpoint, request, `updated_on` and the body's hash (crosschq.md 1.6)."""
    updated = snapshot.updated_on.isoformat() if snapshot.updated_on else "-"
    return f"{endpoint_id}/{snapshot.id}/{updated}/{body_sha256}"


def _usable_id(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Malformed("the body has no id that is a text or a whole number")
    try:
        return _REQUEST_ID.validate_python(str(value))
    except ValueError:  # also Python's own, for numbers of thousands of digits
        raise Malformed("the id in the body is too long or holds characters no id has") from None


def _readable_part(body: dict[str, object]) -> ReferenceRequest:
    try:
        return ReferenceRequest.model_validate(body)
    except ValidationError as error:
        wrong = {problem["loc"][0] for problem in error.errors(include_input=False, include_context=False)}
    # Once more from the start, because a dropped field may uncover another name of the same thing.
    return _readable_part({name: body[name] for name in body if name not in wrong})
