"""What the owner answered, and what an answer leads to. Applies nothing: answers are settled later."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hiring.outcomes import Outcome

CONTRADICTION = timedelta(seconds=10)
"""Nobody changes their mind so fast: two different answers are a mail scanner that presses the buttons."""


@dataclass(frozen=True)
class Answer:
    """OPEN is "not decided yet". Whoever says hired says since when. ValueError: a day is missing or too many."""

    outcome: Outcome
    given_at: datetime
    hired_on: date | None = None

    def __post_init__(self) -> None:
        if (self.outcome is Outcome.HIRED) != (self.hired_on is not None):
            raise ValueError("A day belongs to the answer 'hired', and to no other.")

    def repeats(self, earlier: "Answer") -> bool:
        return (self.outcome, self.hired_on) == (earlier.outcome, earlier.hired_on)

    def contradicts(self, earlier: "Answer") -> bool:
        """Another day is a correction, not a contradiction."""
        return self.outcome is not earlier.outcome and abs(self.given_at - earlier.given_at) <= CONTRADICTION


@dataclass(frozen=True)
class Heard:
    """Keep the answer; it can be changed until it is settled, from `settle_at` on. The state is ANSWERED."""

    answer: Answer
    settle_at: datetime


@dataclass(frozen=True)
class SaidAlready:
    """A button pressed twice: nothing changes, nor does the time of settling."""

    answer: Answer


@dataclass(frozen=True)
class AskOnceMore:
    """Contradictory: forget both answers, void the link and ask once more, now. The state is WAITING."""

    due_at: datetime


@dataclass(frozen=True)
class EndContradictory:
    """Contradictory a second time: forget both. The state is ANSWERED without an answer, which ends it."""


@dataclass(frozen=True)
class NotAwaited:
    """Too late or too early for this link; `reason` is for the page."""

    reason: str


Hearing = Heard | SaidAlready | AskOnceMore | EndContradictory | NotAwaited
