"""The knobs that make a stand-in misbehave on purpose, and the questions asked of them.

Holds values only: `faults.py` applies those for API calls, `outbox.py` those for webhooks. What only one stand-in can
do wrong is in that one's own `knobs.py`.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _compiles(value: str | None) -> str | None:
    try:
        re.compile(value or "")
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return value


Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]
FailStatus = Annotated[int, Field(ge=400, le=599)]
HeaderValue = Annotated[str, Field(pattern=r"^[ -~]*$")]
Pattern = Annotated[str | None, AfterValidator(_compiles)]


class Switches(BaseModel):
    """Values that a test or a person turns while the stand-in runs. Counters count down in use."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    def merge(self, given: Mapping[str, Any]) -> None:
        """Set the given fields and leave the others; on pydantic's ValidationError nothing has changed."""
        self._take(type(self).model_validate({**self.model_dump(), **given}))

    def reset(self) -> None:
        """Everything as at the start."""
        self._take(type(self)())

    def _take(self, other: Self) -> None:
        for name in type(self).model_fields:
            setattr(self, name, getattr(other, name))

    def use_up(self, counter: str) -> bool:
        """Count one down; False when the counter was already at nought."""
        left: int = getattr(self, counter)
        if left:
            setattr(self, counter, left - 1)
        return left > 0


class Knobs(Switches):
    """What both vendors can do wrong, all off by default; `match` is a regex searched in "METHOD /path".

    `fail_status`, `fail_count`, `retry_after`: the next calls are refused, with that header, and not executed.
    `fail_after_write`, `fail_after_write_status`: the next writes are executed and answered with that status, also
    while other calls are refused.
    """

    latency_ms: Count = 0
    fail_status: FailStatus | None = None
    fail_count: Count = 0
    retry_after: HeaderValue | None = None
    fail_after_write: Count = 0
    fail_after_write_status: FailStatus = 503
    hang_after_write: Count = 0
    hang_seconds: Seconds = 30
    match: Pattern = None
    lose_webhooks: Count = 0
    duplicate_webhooks: Count = 0
    delay_webhooks_ms: Count = 0
    reorder_webhooks: Count = 0

    def matches(self, method: str, path: str) -> bool:
        """Whether faults may hit this call."""
        return self.match is None or re.search(self.match, f"{method} {path}") is not None
