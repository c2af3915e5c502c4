"""The list of every API call a stand-in received, so that a test can ask what was really called.

Keeps the newest calls in memory; never changes an answer.
"""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 50_000


@dataclass
class Call:
    """One API call. `at` is in epoch seconds.

    `body` is the parsed JSON, or for multipart `{"fields": {...}, "file": {"name", "size", "sha256"}}`,
    or None.
    `status` is None while nothing was answered, and stays so when the connection was left hanging.
    `executed` says that the API did what was asked: it answered below 400, whether or not anybody heard it. With the
    knob fail_after_write a call was executed although its `status`, which is what was heard, says that it failed.
    """

    seq: int
    at: float
    method: str
    path: str
    query: str
    body: Any
    status: int | None = None
    executed: bool = False

    def as_json(self) -> dict[str, Any]:
        """The call as the admin endpoint shows it."""
        return asdict(self)


class Ledger:
    """Calls in the order they arrived; `seq` counts from 1 and survives `clear`."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=KEPT)
        self._seq = 0

    def record(self, *, at: float, method: str, path: str, query: str, body: Any) -> Call:  # noqa: ANN401
        """Write down a call that has just arrived; the caller fills in `status` and `executed` later."""
        self._seq += 1
        call = Call(self._seq, at, method, path, query, body)
        self._calls.append(call)
        return call

    def calls(self) -> list[Call]:
        """All calls kept, oldest first."""
        return list(self._calls)

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()
