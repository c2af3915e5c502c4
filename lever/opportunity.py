"""Lever's Opportunity and what hangs on it: one candidacy of one person. Data only, lever.md 7."""

from typing import Annotated

from pydantic import Field

from lever.account import Stage
from lever.expansion import Owned, id_of
from lever.wire import Lenient, LeverModel, Moment


class Archived(LeverModel):
    """`reason` is an archive reason's id; being hired is such a reason, not a stage."""

    reason: str | None = None
    archived_at: Moment | None = None


class StageEntry(LeverModel):
    """One element of `stageChanges`. `user_id` is missing on many old ones."""

    to_stage_id: str
    to_stage_index: int | None = None
    updated_at: Moment | None = None
    user_id: str | None = None


class Phone(LeverModel):
    """`type` is mobile, home, work, skype, other or absent; `value` is as the person wrote it."""

    type: str | None = None
    value: str = ""


class Consent(LeverModel):
    """Whether the person's data may be used so, and until when."""

    allowed: bool | None = None
    expires_at: Moment | None = None


class DataProtection(LeverModel):
    """`store`: keeping the person's data; `contact`: writing to the person."""

    store: Consent | None = None
    contact: Consent | None = None


class OpportunityUrls(LeverModel):
    """`show` opens the opportunity's profile in Lever."""

    show: str | None = None


class Application(LeverModel):
    """The person's application to one posting; at most one per opportunity."""

    id: str
    type: str | None = None
    opportunity_id: str | None = None
    posting: str | None = None
    posting_owner: str | None = None
    posting_hiring_manager: str | None = None
    user: str | None = None
    created_at: Moment | None = None
    archived: Archived | None = None


class Opportunity(Owned):
    """As a read answers it. `applications`, `owner` and `stage` are ids, or whole objects where expanded.

    Never made from a mutation's answer: most of those blank name, emails, phones and links (lever.md 1.5).
    """

    id: str
    name: str = ""
    headline: str = ""
    contact: str | None = None
    emails: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    location: str = ""
    phones: tuple[Phone, ...] = ()
    stage: Stage | str | None = None
    stage_changes: tuple[StageEntry, ...] = ()
    followers: tuple[str, ...] = ()
    applications: tuple[Application | str, ...] = ()
    archived: Archived | None = None
    confidentiality: str | None = None
    is_anonymized: bool = False
    data_protection: DataProtection | None = None
    origin: str | None = None
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    opportunity_location: str | None = None
    urls: OpportunityUrls = Field(default_factory=OpportunityUrls)
    created_at: Moment | None = None
    updated_at: Moment | None = None
    last_advanced_at: Moment | None = None
    last_interaction_at: Moment | None = None
    snoozed_until: Moment | None = None
    deleted_at: Moment | None = None

    @property
    def stage_id(self) -> str | None:
        """The stage's id, a UUID or a slug such as "lead-new"."""
        return id_of(self.stage)

    @property
    def application(self) -> Application | None:
        """The application, where there is one and it was expanded."""
        return next((one for one in self.applications if isinstance(one, Application)), None)

    @property
    def posting_id(self) -> str | None:
        """The posting applied to; None for a lead, and where applications were not expanded."""
        return self.application.posting if self.application else None

    @property
    def is_confidential(self) -> bool:
        """Seen only with a key that was granted confidential access when it was made."""
        return self.confidentiality == "confidential"


class DeletedOpportunity(LeverModel):
    """What is left of a deleted opportunity for us: nothing of the person is read from Lever's list."""

    id: str
    deleted_at: Annotated[Moment | None, Lenient] = None
