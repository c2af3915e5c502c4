"""Lever's webhooks: reading one, telling a genuine one, what its data says (contract section 6).

Pure: no I/O, `now` is an argument. Lever signs `token` and `triggeredAt` only, so `event` and `data` are hints at
best: whoever acts on them asks Lever first.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from lever.signature import is_signed, sign
from lever.wire import to_epoch_ms

__all__ = [
    "CANDIDATE_STAGE_CHANGE",
    "Malformed",
    "NotGenuine",
    "RejectionReason",
    "StageChange",
    "WebhookEvent",
    "sign",
    "verify",
]

CANDIDATE_STAGE_CHANGE = "candidateStageChange"

_SHORT_TEXT = re.compile(r"[!-~]{1,200}")
_ID = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._~:-]{1,128}")
# Without leading zeros: token and time are signed without a separator, so a zero moved from the token's end to
# the time's front would make a second token with the same valid signature.
_EPOCH_MS = re.compile(r"0|[1-9][0-9]{0,14}")
_LAST_EPOCH_MS = 10**15 - 1


class Malformed(ValueError):  # noqa: N818 - what the body is, beside what it is not: NotGenuine
    """Not a Lever webhook. `reason` names the field, never its value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RejectionReason(StrEnum):
    """Why a webhook is not taken for genuine."""

    NO_TOKEN = "no token"  # noqa: S105 - none of ours is stored for the endpoint
    BAD_SIGNATURE = "bad signature"
    WRONG_EVENT = "wrong event"
    STALE = "stale"
    FUTURE = "future"


class NotGenuine(Exception):  # noqa: N818 - reads as the sentence it is
    """A well-formed webhook not to be believed. `reason` is for the endpoint's owner, not for the sender."""

    def __init__(self, reason: RejectionReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """`triggered_at` is in epoch milliseconds; `id` is documented, but not always sent."""

    event: str
    triggered_at: int
    token: str = field(repr=False)
    signature: str = field(repr=False)
    data: Mapping[str, object] = field(repr=False)
    id: str | None = None

    @classmethod
    def from_json(cls, value: object) -> Self:
        """The event in a body parsed as JSON. Malformed for wrong types; unknown keys are ignored."""
        if not isinstance(value, dict):
            raise Malformed("the body is not a JSON object")
        event_id = value.get("id")
        return cls(
            event=_text(value, "event"),
            triggered_at=_epoch_ms(value.get("triggeredAt")),
            token=_text(value, "token"),
            signature=_text(value, "signature"),
            data=_data(value),
            id=event_id if isinstance(event_id, str) and _SHORT_TEXT.fullmatch(event_id) else None,
        )

    @property
    def is_ping(self) -> bool:
        """Lever's "Verify connection": signed, and without data."""
        return not self.data


@dataclass(frozen=True, slots=True)
class StageChange:
    """The data of `candidateStageChange`. Left out: `candidateId`, a legacy alias not to be relied on."""

    opportunity_id: str
    to_stage_id: str
    from_stage_id: str | None
    contact_id: str | None

    @classmethod
    def from_event(cls, event: WebhookEvent) -> Self:
        """Malformed for a ping, another event, or ids that are none. Stage ids may be slugs, not only UUIDs."""
        if event.event != CANDIDATE_STAGE_CHANGE:
            raise Malformed(f"the event is not {CANDIDATE_STAGE_CHANGE}")
        return cls(
            opportunity_id=_id(event.data, "opportunityId"),
            to_stage_id=_id(event.data, "toStageId"),
            from_stage_id=_id_or_none(event.data, "fromStageId"),
            contact_id=_id_or_none(event.data, "contactId"),
        )


def verify(
    event: WebhookEvent,
    expected_event: str,
    signature_tokens: Sequence[str],
    now: datetime,
    retention: timedelta,
    max_ahead: timedelta = timedelta(minutes=5),
) -> None:
    """NotGenuine unless signed with one of `signature_tokens` (current and previous), timely, and as expected.

    The signature comes first, so that nobody without a token learns what else would be wrong. `retention` is how
    long the caller remembers the (token, triggered_at) it has seen: an older one could be a replay.
    """
    keys = [key for key in signature_tokens if key]
    if not keys:
        raise NotGenuine(RejectionReason.NO_TOKEN)
    if not is_signed(event.signature, event.token, event.triggered_at, keys):
        raise NotGenuine(RejectionReason.BAD_SIGNATURE)
    if event.event != expected_event:
        raise NotGenuine(RejectionReason.WRONG_EVENT)
    if event.triggered_at < to_epoch_ms(now - retention):
        raise NotGenuine(RejectionReason.STALE)
    if event.triggered_at > to_epoch_ms(now + max_ahead):
        raise NotGenuine(RejectionReason.FUTURE)


def _text(value: Mapping[str, object], name: str) -> str:
    text = value.get(name)
    if isinstance(text, str) and _SHORT_TEXT.fullmatch(text):
        return text
    raise Malformed(f"{name} is not a short text of visible ASCII characters")


def _epoch_ms(value: object) -> int:
    if isinstance(value, str) and _EPOCH_MS.fullmatch(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LAST_EPOCH_MS:
        return value
    raise Malformed("triggeredAt is not a time in epoch milliseconds")


def _data(value: Mapping[str, object]) -> Mapping[str, object]:
    data = value.get("data", {})
    if isinstance(data, dict):
        return data
    raise Malformed("data is not an object")


def _id(data: Mapping[str, object], name: str) -> str:
    one = data.get(name)
    if isinstance(one, str) and _ID.fullmatch(one):
        return one
    raise Malformed(f"data.{name} is not an id")


def _id_or_none(data: Mapping[str, object], name: str) -> str | None:
    return None if data.get(name) is None else _id(data, name)
