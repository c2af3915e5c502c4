"""One webhook delivery and what came of each try, as the delivery log shows it. Sends nothing."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a delivery stands. LOST is a knob's doing: it was never sent and never will be."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True)
class Try:
    """One attempt; `at` in epoch seconds, `status` of the answer or the `error` that left none."""

    at: float
    status: int | None
    error: str | None


@dataclass
class Delivery:
    """What is sent, and its history."""

    id: str
    label: str
    url: str
    method: str
    headers: dict[str, str]
    body: bytes
    tries: list[Try] = field(default_factory=list)
    state: State = State.WAITING

    def as_json(self) -> dict[str, Any]:
        """The delivery as the admin endpoint shows it; the headers hold secrets and stay here."""
        return {
            "id": self.id,
            "label": self.label,
            "url": self.url,
            "method": self.method,
            "body": self.body.decode("utf-8", "replace"),
            "tries": [asdict(one) for one in self.tries],
            "state": self.state.value,
        }
