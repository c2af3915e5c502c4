"""Creating an opportunity: dedupe by e-mail, tags from the posting, New lead by default. See lever.md 8."""

from dataclasses import dataclass

from pydantic import Field

from sandbox.lever import acts, events
from sandbox.lever.account import canonical, new_id
from sandbox.lever.candidacy import Application, Archived, Contact, Opportunity, Origin, Phone
from sandbox.lever.catalog import Posting
from sandbox.lever.errors import bad_request, not_found
from sandbox.lever.record import Milliseconds, Record
from sandbox.lever.stand_in import Lever
from sandbox.lever.webhooks import Actor

LEAD_NEW = "lead-new"
REFUSED = "@refused.test"
"""Nobody with an address here can be created."""


class ArchivedAtCreation(Record):
    """A candidacy that is over before it is entered."""

    reason: str
    archived_at: Milliseconds | None = None


class NewOpportunity(Record):
    """The body of `POST /opportunities`; everything is optional, and one posting is the most."""

    name: str = ""
    headline: str = ""
    stage: str = LEAD_NEW
    location: str = ""
    phones: list[Phone] = Field(default_factory=list)
    emails: list[str] = Field(default_factory=list)
    links: list[str] = Field(default_factory=list)
    tags: list[str] = Field(default_factory=list)
    sources: list[str] = Field(default_factory=list)
    origin: Origin = "sourced"
    owner: str | None = None
    followers: list[str] = Field(default_factory=list)
    postings: list[str] = Field(default_factory=list, max_length=1)
    created_at: Milliseconds | None = None
    archived: ArchivedAtCreation | None = None
    contact: str | None = None
    opportunity_location: str | None = None


@dataclass(frozen=True)
class Created:
    """The new opportunity, and whether its contact was known already."""

    opportunity: Opportunity
    deduped: bool


def create(
    lever: Lever, wanted: NewOpportunity, actor: Actor, *, owner_from_posting: bool = False
) -> Created:
    """Always a new opportunity, never an update. LeverError 400 or 404 for what cannot be; then nothing is created."""
    posting = _checked(lever, wanted, owner_from_posting=owner_from_posting)
    known = _known_contact(lever, wanted, actor)
    contact = known or _new_contact(lever, wanted)
    owner = posting.owner if posting and owner_from_posting else wanted.owner or actor.user
    opportunity = _opportunity(lever, wanted, contact, posting, owner, actor)
    lever.account.keep(opportunity)
    if known is None:
        events.contact_created(lever, contact.id, actor)
    events.application_created(lever, opportunity, actor)
    return Created(opportunity, deduped=known is not None)


def _checked(lever: Lever, wanted: NewOpportunity, *, owner_from_posting: bool) -> Posting | None:
    account = lever.account
    if wanted.stage not in account.stages:
        raise not_found("stages", wanted.stage)
    if wanted.postings and wanted.postings[0] not in account.postings:
        raise not_found("postings", wanted.postings[0])
    if owner_from_posting and not wanted.postings:
        raise bad_request("perform_as_posting_owner needs exactly one posting")
    if wanted.created_at is not None and wanted.created_at > lever.now():
        raise bad_request("createdAt must lie in the past")
    if wanted.archived and wanted.archived.reason not in account.archive_reasons:
        raise not_found("archive_reasons", wanted.archived.reason)
    for user in filter(None, [wanted.owner, *wanted.followers]):
        if user not in account.users:
            raise not_found("users", user)
    _check_reachable(wanted)
    return account.postings[wanted.postings[0]] if wanted.postings else None


def _check_reachable(wanted: NewOpportunity) -> None:
    # What the real Lever refuses of a person is not known: both rules are inferred, so that a refusal can be tried.
    for email in wanted.emails:
        if canonical(email).endswith(REFUSED):
            raise bad_request(f"emails: {email} is not accepted")
    for phone in wanted.phones:
        if not any(character.isdigit() for character in phone.value):
            raise bad_request(f"phones: {phone.value!r} is not a phone number")


def _known_contact(lever: Lever, wanted: NewOpportunity, actor: Actor) -> Contact | None:
    account = lever.account
    if wanted.contact is None:
        return next(iter(account.contacts_by_email(wanted.emails)), None)
    contact = account.contacts.get(wanted.contact)
    if contact is None:
        raise not_found("contacts", wanted.contact)
    if contact.is_anonymized:
        raise bad_request("An anonymized contact cannot be linked to a new opportunity")
    # What is stored wins over what is sent; only what is additional is taken.
    before = contact.model_copy(deep=True)
    contact.emails.extend(email for email in wanted.emails if email not in contact.emails)
    contact.phones.extend(phone for phone in wanted.phones if phone not in contact.phones)
    contact.links.extend(link for link in wanted.links if link not in contact.links)
    account.keep_contact(contact)
    if contact != before:
        acts.touch_contact(lever, contact.id, actor)
    return contact


def _new_contact(lever: Lever, wanted: NewOpportunity) -> Contact:
    own = wanted.model_dump(include={"name", "headline", "location", "emails", "phones", "links"})
    contact = Contact(id=new_id(), **own)
    lever.account.keep_contact(contact)
    return contact


def _opportunity(
    lever: Lever,
    wanted: NewOpportunity,
    contact: Contact,
    posting: Posting | None,
    owner: str | None,
    actor: Actor,
) -> Opportunity:
    at = lever.now() if wanted.created_at is None else wanted.created_at
    archived = wanted.archived
    opportunity = Opportunity(
        id=new_id(),
        contact=contact.id,
        stage=wanted.stage,
        archived=archived and Archived(reason=archived.reason, archived_at=archived.archived_at or at),
        sources=wanted.sources,
        origin=wanted.origin,
        sourced_by=actor.user if wanted.origin == "sourced" else None,
        owner=owner,
        followers=wanted.followers or ([posting.owner] if posting else []),
        created_at=at,
        updated_at=lever.now(),
        last_interaction_at=at,
        last_advanced_at=at,
        opportunity_location=wanted.opportunity_location,
    )
    opportunity.tags = list(dict.fromkeys(wanted.tags))
    if posting:
        opportunity.join(
            posting, Application(id=new_id(), posting=posting.id, user=actor.user, created_at=at)
        )
    return opportunity
