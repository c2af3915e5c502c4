"""Tell a row that fails by itself from a time in which everything fails. Counts in memory, and does no I/O."""

from collections.abc import Hashable
from dataclasses import dataclass

UNEXPECTED = 3
"""Failures by an exception nobody foresaw until a row is set aside, half a minute between them."""
REFUSED = 10
"""The same where Prefect answered with an error, as it may for a while by itself."""
MOST_ROWS = 1000
"""Remembered at once; the longest known is forgotten first."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
"""Seconds between tries while everything fails."""


@dataclass
class _Failing:
    times: int
    successes_before: int


class Strikes:
    """A row is poison once it has failed so often, and others have succeeded since it began to."""

    def __init__(self) -> None:
        self._successes = 0
        self._failing: dict[Hashable, _Failing] = {}

    def succeeded(self, row: Hashable) -> None:
        self._successes += 1
        self._failing.pop(row, None)

    def is_poison(self, row: Hashable, most: int) -> bool:
        """Count one more failure of the row."""
        seen = self._failing.setdefault(row, _Failing(0, self._successes))
        seen.times += 1
        if seen.times >= most and self._successes > seen.successes_before:
            del self._failing[row]
            return True
        if len(self._failing) > MOST_ROWS:
            del self._failing[next(iter(self._failing))]
        return False


class Backoff:
    """Doubling pauses, in seconds, from the first failure to the next success."""

    def __init__(self, first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE) -> None:
        self._first, self._longest = first, longest
        self._next = first

    def reset(self) -> None:
        self._next = self._first

    def pause(self) -> float:
        pause, self._next = self._next, min(2 * self._next, self._longest)
        return pause
