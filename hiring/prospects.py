"""A prospect of Crosschq's as the lead it becomes in Lever: what is taken over, what is refused. Calls nothing.

A prospect is a reference who opted in to hear of jobs; all of it is text from outside. Whatever is made of it is in
one line, bounded and free of what is not printed; no error and no `repr` in here shows whose it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cleaning.email_address import NotAnAddress, clean_email
from cleaning.text import match_key, trimmed
from hiring.lead_fields import LONGEST_TEXT, labels, phones, plain_text, web_links
from hiring.outside_text import one_line


class IfInLever(StrEnum):
    """What to do with a prospect whose e-mail address Lever knows already."""

    SKIP = "skip"
    TAG = "tag"
    CREATE = "create"


class OnWithdrawal(StrEnum):
    """What becomes of an untouched lead whose prospect has withdrawn."""

    ARCHIVE = "archive"
    TAG = "tag"


@dataclass(frozen=True)
class Prospect:
    """As Crosschq tells of one; blank or None where it says nothing. `job_function` is a survey's codename."""

    id: str
    is_active: bool
    name: str = field(repr=False)
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    headline: str = field(repr=False)
    location: str = field(repr=False)
    links: tuple[str, ...] = field(repr=False)
    tags: tuple[str, ...] = field(repr=False)
    job_function: str | None = field(repr=False)
    opted_in_on: datetime | None
    updated_on: datetime | None


@dataclass(frozen=True)
class PostingRule:
    """Prospects with this tag, or of this job function, go to this posting. ValueError unless it is one of the two."""

    posting_id: str
    tag: str | None = None
    job_function: str | None = None

    def __post_init__(self) -> None:
        if bool(_plain(self.tag)) == bool(_plain(self.job_function)):
            raise ValueError("a posting rule needs either a tag or a job function, and not both")

    def matches(self, prospect: Prospect) -> bool:
        """Tags compare by match_key."""
        if wanted := _plain(self.tag):
            return wanted in map(_plain, prospect.tags)
        return _plain(self.job_function) == _plain(prospect.job_function)


@dataclass(frozen=True)
class ProspectPolicy:
    """What the admin of a connection has laid down; of several posting rules that match, the first counts."""

    source: str
    tags: tuple[str, ...]
    if_in_lever: IfInLever
    posting_rules: tuple[PostingRule, ...] = ()


@dataclass(frozen=True)
class Lead:
    """What is made in Lever: clean and bounded. Blank or empty where nothing is known."""

    name: str = field(repr=False)
    headline: str = field(repr=False)
    location: str = field(repr=False)
    emails: tuple[str, ...] = field(repr=False)
    phones: tuple[str, ...] = field(repr=False)
    links: tuple[str, ...] = field(repr=False)
    sources: tuple[str, ...]
    tags: tuple[str, ...]
    posting_id: str | None
    remarks: tuple[str, ...] = field(default=(), compare=False)
    """What of the prospect could not be taken over, and why: a sentence each, quoting nothing."""


class Unusable(Exception):  # noqa: N818 - says what it is, as the vendor errors do
    """No lead can be made of the prospect. `reason` is one sentence for lists and logs: it quotes nothing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def lead_of(prospect: Prospect, policy: ProspectPolicy) -> Lead:
    """The lead with the connection's source and tags; the prospect's own tags only choose the posting.

    Raises Unusable for one who has withdrawn, and for no e-mail address. Anything else is left out with a remark.
    """
    if not prospect.is_active:
        raise Unusable("The prospect has withdrawn in Crosschq; there is nothing to do.")
    remarks: list[str] = []
    return Lead(
        name=plain_text("name", prospect.name, remarks.append),
        headline=plain_text("headline", prospect.headline, remarks.append),
        location=plain_text("location", prospect.location, remarks.append),
        emails=(_email(prospect.email),),
        phones=phones(prospect.phone or "", remarks.append),
        links=web_links(prospect.links, remarks.append),
        sources=labels([policy.source]),
        tags=labels(policy.tags),
        posting_id=posting_for(prospect, policy.posting_rules),
        remarks=tuple(remarks),
    )


def remarks_on(prospect: Prospect) -> tuple[str, ...]:
    """Why no lead can be made, or what it will lack; nothing of one who has withdrawn."""
    if not prospect.is_active:
        return ()
    try:
        return lead_of(prospect, ProspectPolicy("", (), IfInLever.SKIP)).remarks
    except Unusable as unusable:
        return (unusable.reason,)


def posting_for(prospect: Prospect, rules: Sequence[PostingRule]) -> str | None:
    """The posting of the first rule that matches; None where none does."""
    return next((rule.posting_id for rule in rules if rule.matches(prospect)), None)


def headline_of(headline: str, title: str, company: str) -> str:
    """The person's own headline, else "Title, Company", or whichever of the two is known."""
    own, *job = (one_line(text, LONGEST_TEXT) for text in (headline, title, company))
    return own or ", ".join(filter(None, job))


def _email(written: str | None) -> str:
    if not trimmed(written or ""):
        raise Unusable(
            "The prospect has no e-mail address: add one in Crosschq, then export the prospect again."
        )
    try:
        return clean_email(written or "")
    except NotAnAddress as error:
        raise Unusable(
            f"The prospect's e-mail address {error.reason}: correct it in Crosschq, then export the prospect again."
        ) from None


def _plain(text: str | None) -> str:
    return match_key(text or "")
