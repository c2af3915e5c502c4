"""What can be due of a follow-up, as its rules say it. Decides nothing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hiring.answers import Answer
from hiring.outcomes import Outcome


@dataclass(frozen=True)
class NothingDue:
    reason: str


@dataclass(frozen=True)
class Ask:
    """Send the question; then the state is ASKED until `next_due_at`."""

    next_due_at: datetime
    will_remind: bool
    """Whether a reminder comes at `next_due_at`, or the end."""
    is_once_more: bool
    """The answers to the question before contradicted each other, which the letter explains."""


@dataclass(frozen=True)
class Remind:
    """Send the reminder; without an answer the follow-up ends at `next_due_at`."""

    next_due_at: datetime


@dataclass(frozen=True)
class AskAgainLater:
    """Not decided yet: back to WAITING until `due_at`, all else forgotten, as if the report had come just now."""

    due_at: datetime


@dataclass(frozen=True)
class Settle:
    """Apply the answer, which says hired or not hired, then end."""

    answer: Answer


@dataclass(frozen=True)
class RecordOnly:
    """The outcome is known, nobody needs to be asked: see that both systems show it, then end."""

    outcome: Outcome


@dataclass(frozen=True)
class EndWithoutAnswer:
    """Nobody answered in time; people see that."""


@dataclass(frozen=True)
class EndContradicted:
    """The answers contradicted each other twice: end without applying any; people see that."""


class QuietReason(StrEnum):
    ANONYMISED = "the candidate was anonymised in Lever"
    DELETED = "the opportunity was deleted in Lever"
    TOLD = "the opportunity's tag says how it ended"
    """By an answer that our rows do not have."""
    ARCHIVED = "the opportunity is archived in Lever"
    """With a reason that says nothing about the hire on this connection."""


@dataclass(frozen=True)
class EndQuietly:
    """Nothing may be asked or written about this person any more."""

    reason: QuietReason


Due = (
    NothingDue
    | Ask
    | Remind
    | AskAgainLater
    | Settle
    | RecordOnly
    | EndWithoutAnswer
    | EndContradicted
    | EndQuietly
)
