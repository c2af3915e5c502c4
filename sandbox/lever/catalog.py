"""What an account has before any candidate: stages, archive reasons, users, postings. See lever.md 7.

Shapes only; times are epoch milliseconds.
"""

from typing import Literal

from pydantic import Field

from sandbox.lever.record import Record

Confidentiality = Literal["non-confidential", "confidential"]
PostingState = Literal["published", "internal", "closed", "draft", "pending", "rejected"]
WorkplaceType = Literal["unspecified", "onsite", "remote", "hybrid"]


class Stage(Record):
    """A pipeline stage. Built-in ones have slugs for ids; `rank` is what lists are ordered by and can be fractional."""

    id: str
    text: str
    pipeline: Literal["lead", "applicant", "screen", "onsite", "offer"]
    rank: int | float
    has_interview: bool = False


class ArchiveReason(Record):
    """Why an opportunity left the pipeline. Exactly one reason of an account has type `hired`."""

    id: str
    text: str
    status: Literal["active", "inactive"] = "active"
    type: Literal["hired", "non-hired"] = "non-hired"


class User(Record):
    """A colleague. Deactivated ones keep their id and stay owners of what they owned."""

    id: str
    name: str
    username: str
    email: str
    access_role: str = "interviewer"
    photo: str | None = None
    created_at: int
    deactivated_at: int | None = None
    external_directory_id: str | None = None
    linked_contact_ids: list[str] = Field(default_factory=list)
    job_title: str | None = None
    manager_id: str | None = None


class Categories(Record):
    """Where a posting belongs; opportunities on it get these words as tags."""

    team: str | None = None
    department: str | None = None
    location: str | None = None
    commitment: str | None = None
    level: str | None = None
    all_locations: list[str] = Field(default_factory=list)


class Content(Record):
    """The posting's text."""

    description: str = ""
    description_html: str = ""
    lists: list[dict[str, str]] = Field(default_factory=list)
    closing: str = ""
    closing_html: str = ""


class SalaryRange(Record):
    """What the job pays, in whole units of the currency."""

    min: int
    max: int
    currency: str = "USD"
    interval: Literal["per-year-salary"] = "per-year-salary"


class Posting(Record):
    """A job. `tags` are the extra tags an admin put on it, a reference template's Lever tag among them."""

    id: str
    text: str
    state: PostingState = "published"
    distribution_channels: list[str] | None = Field(default_factory=lambda: ["public", "internal"])
    user: str
    owner: str
    hiring_manager: str | None = None
    categories: Categories = Field(default_factory=Categories)
    tags: list[str] = Field(default_factory=list)
    content: Content = Field(default_factory=Content)
    country: str | None = "US"
    followers: list[str] = Field(default_factory=list)
    req_code: str | None = None
    requisition_codes: list[str] = Field(default_factory=list)
    confidentiality: Confidentiality = "non-confidential"
    created_at: int
    updated_at: int
    workplace_type: WorkplaceType = "hybrid"
    transcribe_interviews: bool = False
    salary_range: SalaryRange | None = None

    def derived_tags(self) -> list[str]:
        """The tags an opportunity gets from being put on this posting (lever.md 8, creation details)."""
        parts = self.categories
        words = [self.text, parts.department, parts.team, parts.location, parts.commitment, *self.tags]
        return list(dict.fromkeys(word for word in words if word))
