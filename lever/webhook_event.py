"""One Lever webhook as it came: the envelope around every event (lever.md 6.3). Pure: believes nothing.

Lever signs `token` and `triggeredAt` only, so `event` and `data` are hints at best: lever.webhooks tells a genuine one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

_SHORT_TEXT = re.compile(r"[!-~]{1,200}")
# Without leading zeros: token and time are signed without a separator, so a zero moved from the token's end to
# the time's front would make a second token with the same valid signature.
_EPOCH_MS = re.compile(r"0|[1-9][0-9]{0,14}")
_LAST_EPOCH_MS = 10**15 - 1


class Malformed(ValueError):  # noqa: N818 - what the body is, beside what it is not: NotGenuine
    """Not a Lever webhook. `reason` names the field, never its value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
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
