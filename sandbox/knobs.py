"""The knobs that make a stand-in misbehave on purpose, and the questions asked of them.

Holds values only: `faults.py` applies those for API calls, `outbox.py` those for webhooks.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

Count = Annotated[int, Field(ge=0)]


class Knobs(BaseModel):
    """All off by default. Counters count down in use; `match` is a regex searched in "METHOD /path"."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    latency_ms: Count = 0
    fail_status: Annotated[int, Field(ge=400, le=599)] | None = None
    fail_count: Count = 0
    hang_after_write: Count = 0
    hang_seconds: Annotated[float, Field(ge=0)] = 30
    match: str | None = None
    lose_webhooks: Count = 0
    duplicate_webhooks: Count = 0
    delay_webhooks_ms: Count = 0
    reorder_webhooks: Count = 0

    @field_validator("match")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

    def merge(self, given: Mapping[str, Any]) -> None:
        """Set the given fields and leave the others; on pydantic's ValidationError nothing has changed."""
        self._take(Knobs.model_validate({**self.model_dump(), **given}))

    def reset(self) -> None:
        """Everything off."""
        self._take(Knobs())

    def _take(self, other: "Knobs") -> None:
        for name in Knobs.model_fields:
            setattr(self, name, getattr(other, name))

    def matches(self, method: str, path: str) -> bool:
        """Whether faults may hit this call."""
        return self.match is None or re.search(self.match, f"{method} {path}") is not None

    def use_up(self, counter: str) -> bool:
        """Count one down; False when the counter was already at nought."""
        left: int = getattr(self, counter)
        if left:
            setattr(self, counter, left - 1)
        return left > 0
