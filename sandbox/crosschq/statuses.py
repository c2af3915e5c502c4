"""Every status word this stand-in says. All are simulated.

crosschq.md 1.7: the API's literals are found nowhere. A client must take any string; these are the
words that the product pages suggest. Change them here and only here.
"""

from enum import StrEnum


class RequestStatus(StrEnum):
    """Simulated: `status` of a reference request."""

    SENT = "sent"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


class ReferenceStatus(StrEnum):
    """Simulated: `status` of one reference."""

    REQUESTED = "requested"
    COMPLETED = "completed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class HiringStatus(StrEnum):
    """Simulated: `hiring_status` of a reference request, what became of the candidate."""

    UNDECIDED = "undecided"
    HIRED = "hired"
    NOT_HIRED = "not_hired"


ENDED = frozenset({RequestStatus.COMPLETED, RequestStatus.CONCLUDED, RequestStatus.CANCELLED})
"""A request with one of these takes nothing more from anybody."""

WORDS: dict[str, str] = {
    RequestStatus.SENT: "Sent to the candidate",
    RequestStatus.IN_PROGRESS: "In progress",
    RequestStatus.COMPLETED: "Completed",
    RequestStatus.CONCLUDED: "Concluded early",
    RequestStatus.CANCELLED: "Cancelled",
    ReferenceStatus.REQUESTED: "Invited",
    ReferenceStatus.DECLINED: "Declined",
    HiringStatus.UNDECIDED: "Undecided",
    HiringStatus.HIRED: "Hired",
    HiringStatus.NOT_HIRED: "Not hired",
}
"""How the pages say them (a reference's "completed" and "cancelled" read as the request's do)."""
