"""What became of a candidate, and who said so. Ours and inferred: how Crosschq keeps it is not documented.

crosschq.md 1.8 and 5. Data only.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sandbox.crosschq.statuses import HiringStatus

SetBy = Literal["api", "page"]


@dataclass(frozen=True)
class Outcome:
    """`hired_on` may be unknown, and is always None for who was not hired."""

    hiring_status: HiringStatus = HiringStatus.UNDECIDED
    hired_on: date | None = None

    def as_json(self) -> dict[str, Any]:
        """The two fields of a request and of its snapshot."""
        hired_on = self.hired_on.isoformat() if self.hired_on else None
        return {"hiring_status": self.hiring_status.value, "hired_on": hired_on}


@dataclass(frozen=True)
class OutcomeSet:
    """One time that an outcome was set; `at` in epoch seconds."""

    at: float
    request_id: str
    outcome: Outcome
    by: SetBy

    def as_json(self) -> dict[str, Any]:
        """The entry as the admin endpoint shows it."""
        return {"at": self.at, "request_id": self.request_id, **self.outcome.as_json(), "by": self.by}
