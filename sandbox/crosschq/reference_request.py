"""One reference request and the rules of its life (crosschq.md 1.7). Sends nothing.

Each act either changes the request or raises NotAllowed with words fit for the person who tried.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sandbox.crosschq.outcomes import Outcome
from sandbox.crosschq.people import Answers, Person, Reference
from sandbox.crosschq.statuses import ENDED, ReferenceStatus, RequestStatus


class NotAllowed(ValueError):  # noqa: N818 - the word a page says
    """This cannot be done to this request now."""


@dataclass(frozen=True)
class Order:
    """What was asked for on creation, already checked. `demanded` counts references by relationship id."""

    candidate: Person
    jobrole: str
    job_position: str
    requestor: str
    demanded: dict[str, int]
    hiring_manager: Person | None = None
    candidate_message: str = ""
    use_sms: bool = False
    send_past_due_notification: bool = False
    send_completed_notification: bool = False


@dataclass
class ReferenceRequest:
    """`progress` runs from 0 to 100 and never falls; how it is counted between is simulated."""

    order: Order
    created_at: datetime
    updated_on: datetime
    status_updated_on: datetime
    id: str = field(default_factory=lambda: f"rq_{uuid4().hex}")
    candidate_token: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    status: RequestStatus = RequestStatus.SENT
    progress: int = 0
    opened: bool = False
    self_reference: Answers | None = None
    references: list[Reference] = field(default_factory=list)
    report_ready_on: datetime | None = None
    outcome: Outcome = field(default_factory=Outcome)

    @property
    def has_ended(self) -> bool:
        """Completed, concluded or cancelled."""
        return self.status in ENDED

    @property
    def has_report(self) -> bool:
        """The report is there exactly when progress is 100 (section 1.6)."""
        return self.progress == 100

    @property
    def answered(self) -> list[Reference]:
        """References that gave answers."""
        return [one for one in self.references if one.answers is not None]

    @property
    def demanded_count(self) -> int:
        """How many references were asked for in all."""
        return sum(self.order.demanded.values())

    @property
    def can_be_concluded(self) -> bool:
        """At least one answered and the self-reference done (section 1.7, documented)."""
        return not self.has_ended and bool(self.answered) and self.self_reference is not None

    @property
    def is_complete(self) -> bool:
        """Ours: everybody demanded was named, nobody is still open, somebody answered, the candidate too."""
        enough = len(self.references) >= self.demanded_count
        return enough and self.can_be_concluded and not any(one.is_open for one in self.references)

    def missing(self) -> list[str]:
        """Relationship ids still to be named, one for each slot; who declined frees their slot."""
        standing = [one.relationship for one in self.references if one.status is not ReferenceStatus.DECLINED]
        return [
            relationship
            for relationship, count in self.order.demanded.items()
            for _ in range(count - standing.count(relationship))
        ]

    def open(self, now: datetime) -> bool:
        """The candidate looks at the request; False when that is nothing new."""
        if self.opened or self.has_ended:
            return False
        self.opened = True
        self._touch(now, RequestStatus.IN_PROGRESS)
        return True

    def answer_self_reference(self, answers: Answers, now: datetime) -> None:
        """The candidate answers the survey about themselves, once."""
        self._must_be_running()
        if self.self_reference is not None:
            raise NotAllowed("The self-reference has already been sent in.")
        self.self_reference = answers
        self._touch(now, RequestStatus.IN_PROGRESS)

    def add_references(self, references: list[Reference], now: datetime) -> None:
        """The candidate names people for slots that are still missing."""
        self._must_be_running()
        missing = self.missing()
        for one in references:
            if one.relationship not in missing:
                raise NotAllowed(f"No further reference of the type {one.relationship!r} is asked for.")
            missing.remove(one.relationship)
        if not references:
            raise NotAllowed("Name at least one reference.")
        self.references.extend(references)
        self._touch(now, RequestStatus.IN_PROGRESS)

    def answer(self, reference: Reference, answers: Answers, now: datetime) -> None:
        """A reference answers, once."""
        self._must_be_expected(reference)
        reference.answers, reference.status = answers, ReferenceStatus.COMPLETED
        self._touch(now)

    def decline(self, reference: Reference, reason: str, now: datetime) -> None:
        """A reference declines and may tell the candidate why (section 1.7, documented)."""
        self._must_be_expected(reference)
        reference.decline_reason, reference.status = reason, ReferenceStatus.DECLINED
        self._touch(now)

    def conclude(self, now: datetime) -> None:
        """The recruiter ends it early; who has not answered is cancelled."""
        self._must_be_running()
        if not self.can_be_concluded:
            raise NotAllowed("Conclude needs the self-reference and at least one reference's answers.")
        self._end(RequestStatus.CONCLUDED, now)

    def cancel(self, now: datetime) -> None:
        """The recruiter, or the inferred API call, calls it off; there will be no report."""
        self._must_be_running()
        self._end(RequestStatus.CANCELLED, now)

    def publish_report(self, now: datetime) -> None:
        """The report is ready: progress 100, and Completed unless it was concluded."""
        self.progress, self.report_ready_on = 100, now
        self._touch(now, self.status if self.has_ended else RequestStatus.COMPLETED)

    def set_outcome(self, outcome: Outcome, now: datetime) -> None:
        """What became of the candidate, known at any time of the request's life and changed as often as it changes."""
        self.outcome = outcome
        self._touch(now)

    def _end(self, status: RequestStatus, now: datetime) -> None:
        for one in self.references:
            if one.is_open:
                one.status = ReferenceStatus.CANCELLED
        self._touch(now, status)

    def _touch(self, now: datetime, status: RequestStatus | None = None) -> None:
        if status is not None and status is not self.status:
            self.status, self.status_updated_on = status, now
        self.updated_on = now
        self.progress = max(self.progress, self._steps_done())

    def _steps_done(self) -> int:
        finished = sum(1 for one in self.references if one.has_replied)
        named = min(1.0, len(self.references) / self.demanded_count)
        shared = min(1.0, finished / self.demanded_count)
        return round(5 * self.opened + 15 * (self.self_reference is not None) + 10 * named + 60 * shared)

    def _must_be_running(self) -> None:
        if self.has_ended:
            raise NotAllowed("This reference request is closed.")

    def _must_be_expected(self, reference: Reference) -> None:
        self._must_be_running()
        if not reference.is_open:
            raise NotAllowed("An answer has already been given here.")
