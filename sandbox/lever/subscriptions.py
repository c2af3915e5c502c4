"""Which URLs want which events, and which event groups are switched on. See lever.md 6.1, 6.2 and 6.5.

Holds values and answers questions; `webhooks.py` sends.
"""

from typing import Any, Literal, get_args

from pydantic import Field

from sandbox.lever.candidacy import Origin
from sandbox.lever.record import Record

Event = Literal[
    "applicationCreated",
    "candidateArchiveChange",
    "candidateDeleted",
    "candidateHired",
    "candidateStageChange",
    "contactCreated",
    "contactUpdated",
    "interviewCreated",
    "interviewDeleted",
    "interviewUpdated",
]
EVENTS: tuple[Event, ...] = get_args(Event)
ORIGINS: tuple[Origin, ...] = get_args(Origin)
WITH_ORIGINS = frozenset(
    {"applicationCreated", "candidateHired", "candidateStageChange", "candidateArchiveChange"}
)
GROUPS: dict[str, tuple[Event, ...]] = {
    "Application created": ("applicationCreated",),
    "Candidate archive change": ("candidateArchiveChange",),
    "Candidate deleted": ("candidateDeleted",),
    "Candidate hired": ("candidateHired",),
    "Candidate stage change": ("candidateStageChange",),
    "Contacts": ("contactCreated", "contactUpdated"),
    "Interviews": ("interviewCreated", "interviewUpdated", "interviewDeleted"),
}


class Conditions(Record):
    """Only opportunities of these origins; all six unless said otherwise."""

    origins: list[Origin] = Field(default_factory=lambda: list(ORIGINS))


class Configuration(Record):
    """What a creator may ask for. `verify_connection` asks for a ping at once."""

    conditions: Conditions = Field(default_factory=Conditions)
    verify_connection: bool = False


class Webhook(Record):
    """One subscription: one event, one URL, one signature token. The API never shows the token again."""

    id: str
    event: Event
    url: str
    conditions: Conditions
    signature_token: str
    made_through_api: bool
    created_at: int
    updated_at: int

    def shape(self) -> dict[str, Any]:
        """As `GET /webhooks` lists it: without the signature token."""
        return {
            "id": self.id,
            "event": self.event,
            "url": self.url,
            "configuration": {"conditions": self.conditions.shape()},
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }

    def shape_at_creation(self) -> dict[str, Any]:
        """The one answer that carries the signature token."""
        shape = self.shape()
        shape["configuration"]["signatureToken"] = self.signature_token
        return shape

    def wants(self, event: Event, origin: Origin | None) -> bool:
        """Whether this subscription takes the event; origin conditions exist for four events only."""
        if event != self.event:
            return False
        return origin is None or event not in WITH_ORIGINS or origin in self.conditions.origins
