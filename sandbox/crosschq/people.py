"""The people of a reference request: who asks, who is asked about, who answers. Data only."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sandbox.crosschq.statuses import ReferenceStatus


@dataclass(frozen=True)
class Person:
    """A name and how to reach it; `mobile_phone` as given, never checked."""

    first_name: str
    last_name: str
    email: str
    mobile_phone: str | None = None

    @property
    def name(self) -> str:
        """Both names on one line, fit for a mail's subject."""
        return " ".join(f"{self.first_name} {self.last_name}".split())

    def as_json(self) -> dict[str, Any]:
        """The four fields the API uses for a person (section 1.3)."""
        return {
            "first_name": self.first_name,
            "last_name": self.last_name,
            "email": self.email,
            "mobile_phone": self.mobile_phone,
        }


@dataclass(frozen=True)
class Answers:
    """What somebody said about the candidate: 1 to 5 per question id, and a free text."""

    ratings: dict[str, int]
    comment: str


@dataclass
class Reference:
    """Somebody the candidate named. `token` opens their page."""

    person: Person
    relationship: str
    status: ReferenceStatus = ReferenceStatus.REQUESTED
    answers: Answers | None = None
    decline_reason: str = ""
    opted_in_on: datetime | None = None
    id: str = field(default_factory=lambda: uuid4().hex)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    @property
    def is_open(self) -> bool:
        """Still expected to answer."""
        return self.status is ReferenceStatus.REQUESTED

    @property
    def has_replied(self) -> bool:
        """Answered or declined by themselves."""
        return self.status in (ReferenceStatus.COMPLETED, ReferenceStatus.DECLINED)

    def as_json(self) -> dict[str, Any]:
        """The API's shape of a reference: a person and a status (section 1.3)."""
        return {**self.person.as_json(), "status": self.status.value}
