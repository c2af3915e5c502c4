"""A person and their candidacies: contact, opportunity, application. See lever.md 7.

Shapes only; times are epoch milliseconds. What belongs to the person (name, e-mail, links) only the contact holds.
"""

from typing import Any, Literal

from pydantic import Field

from sandbox.lever.catalog import Confidentiality, Posting
from sandbox.lever.record import Record
from sandbox.lever.requisitions import RequisitionForHire

Origin = Literal["agency", "applied", "internal", "referred", "sourced", "university"]


class Phone(Record):
    """A telephone number as somebody typed it."""

    type: Literal["mobile", "home", "work", "skype", "other"] | None = "other"
    value: str


class Contact(Record):
    """The person. Links stand here, so each is seen on every opportunity of the person."""

    id: str
    name: str = ""
    headline: str = ""
    location: str = ""
    emails: list[str] = Field(default_factory=list)
    phones: list[Phone] = Field(default_factory=list)
    links: list[str] = Field(default_factory=list)
    is_anonymized: bool = False

    def shape(self) -> dict[str, Any]:
        """As `GET /contacts/:id` shows it: location as an object, no links."""
        shape = super().shape()
        del shape["links"]
        allowed = {"interviewIntelligence": {"allowed": True, "expiresAt": None}}
        return {**shape, "location": {"name": self.location}, "dataProtection": allowed}


class Archived(Record):
    """Since when, and the id of the archive reason."""

    reason: str
    archived_at: int


class StageChange(Record):
    """One move. Old rows do not know who did it."""

    to_stage_id: str
    to_stage_index: int
    updated_at: int
    user_id: str | None = None

    def shape(self) -> dict[str, Any]:
        """Without `userId` where nobody is known, as recorded."""
        return self.model_dump(by_alias=True, exclude_none=True)


class Application(Record):
    """The tie between an opportunity and a posting; at most one for each opportunity."""

    id: str
    type: Literal["posting", "user", "referral"] = "user"
    posting: str
    user: str | None = None
    comments: str | None = None
    company: str | None = None
    created_at: int


class Opportunity(Record):
    """One candidacy of a contact. `opportunity_location` is set exactly where there is an application."""

    id: str
    contact: str
    stage: str
    confidentiality: Confidentiality = "non-confidential"
    archived: Archived | None = None
    tags: list[str] = Field(default_factory=list)
    sources: list[str] = Field(default_factory=list)
    stage_changes: list[StageChange] = Field(default_factory=list)
    origin: Origin = "sourced"
    sourced_by: str | None = None
    owner: str | None = None
    followers: list[str] = Field(default_factory=list)
    application: Application | None = None
    created_at: int
    updated_at: int | None = None
    last_interaction_at: int
    last_advanced_at: int
    snoozed_until: int | None = None
    opportunity_location: str | None = None
    requisition_for_hire: RequisitionForHire | None = None
    deleted_by: str | None = None
    deleted_at: int | None = None

    def join(self, posting: Posting, application: Application) -> None:
        """Tie it to a posting: the application, the posting's words as tags, the place of the job."""
        self.application = application
        self.tags = list(dict.fromkeys([*self.tags, *posting.derived_tags()]))
        if self.opportunity_location is None:
            self.opportunity_location = posting.categories.location or "unspecified"
