"""Lever's webhooks: all of them in one place for those who take them, and what tells a genuine one (lever.md 6).

Pure: no I/O, `now` is an argument. Lever signs `token` and `triggeredAt` only, so `event` and `data` are hints at
best: whoever acts on them asks Lever first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from lever.signature import is_signed, sign
from lever.webhook_data import (
    CANDIDATE_ARCHIVE_CHANGE,
    CANDIDATE_DELETED,
    CANDIDATE_HIRED,
    CANDIDATE_STAGE_CHANGE,
    ArchiveChange,
    Deleted,
    Hired,
    StageChange,
)
from lever.webhook_event import Malformed, WebhookEvent
from lever.wire import to_epoch_ms

__all__ = [
    "CANDIDATE_ARCHIVE_CHANGE",
    "CANDIDATE_DELETED",
    "CANDIDATE_HIRED",
    "CANDIDATE_STAGE_CHANGE",
    "ArchiveChange",
    "Deleted",
    "Hired",
    "Malformed",
    "NotGenuine",
    "RejectionReason",
    "StageChange",
    "WebhookEvent",
    "sign",
    "verify",
]


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
