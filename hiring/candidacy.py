"""What the rules know of an opportunity: Lever's facts in the shape that decisions need. Decides nothing."""

from dataclasses import dataclass, field
from datetime import datetime

from cleaning.email_address import clean_email_or_none


@dataclass(frozen=True)
class Person:
    """Someone of the hiring company."""

    id: str
    name: str
    email: str | None
    is_active: bool = True

    @property
    def can_be_asked(self) -> bool:
        return self.is_active and self.address is not None

    @property
    def address(self) -> str | None:
        """The e-mail address, clean; None where there is no usable one."""
        return clean_email_or_none(self.email or "")


@dataclass(frozen=True)
class Posting:
    id: str
    title: str
    tags: tuple[str, ...] = ()
    owner: Person | None = None
    hiring_manager: Person | None = None


@dataclass(frozen=True)
class Candidacy:
    """One opportunity as Lever shows it now."""

    opportunity_id: str
    contact_id: str | None
    profile_url: str
    name: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    stage_id: str
    stage_name: str
    stage_since: datetime | None
    """When the opportunity came into its stage; None where Lever does not say."""
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    owner: Person | None = None
    posting: Posting | None = None
    is_archived: bool = False
    archive_reason_id: str | None = None
    """The reason of the archiving, which says whether it was a hire; None where not archived or not said."""
    archived_at: datetime | None = None
    is_anonymised: bool = False
    may_be_contacted: bool = True
    """False where Lever's data protection says that the candidate has not agreed to be written to."""

    @property
    def all_tags(self) -> tuple[str, ...]:
        """The opportunity's tags and its posting's, each once, in that order."""
        return tuple(dict.fromkeys((*self.tags, *(self.posting.tags if self.posting else ()))))


@dataclass(frozen=True)
class Template:
    """A default: which survey and how many references, for opportunities with the Lever tag."""

    name: str
    survey: str
    counts: dict[str, int] = field(default_factory=dict)
    lever_tag: str | None = None
    position: int | None = None
    is_fallback: bool = False
