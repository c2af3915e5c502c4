"""The token bucket of an API key: ten calls a second, bursts of twenty. See lever.md 3. Keeps no other state."""

from collections.abc import Callable


class TokenBucket:
    """Starts full. `rate` is in tokens a second, `clock` in seconds."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float]) -> None:
        self.rate, self.burst, self.clock = rate, burst, clock
        self._tokens, self._filled_at = float(burst), clock()

    def take(self) -> bool:
        """Take a token; False when there is none, and then nothing is taken."""
        now = self.clock()
        self._tokens = min(self.burst, self._tokens + (now - self._filled_at) * self.rate)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
