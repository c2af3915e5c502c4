"""Lever's opportunity and posting in the shape our rules read. Pure."""

from datetime import datetime

from cleaning.email_address import clean_email_or_none
from cleaning.text import clean_line
from hiring.candidacy import Candidacy, Person
from hiring.candidacy import Posting as HiringPosting
from lever.models import Opportunity, Posting, Stage, User


def candidacy_of(opportunity: Opportunity, posting: Posting | None) -> Candidacy:
    """`opportunity` with owner and stage expanded, `posting` with owner and hiring manager."""
    stage, archived = opportunity.stage, opportunity.archived
    return Candidacy(
        opportunity_id=opportunity.id,
        contact_id=opportunity.contact,
        profile_url=opportunity.urls.show or "",
        name=clean_line(opportunity.name),
        emails=tuple(clean_email_or_none(one) or one for one in opportunity.emails),
        phones=_mobile_first(opportunity),
        stage_id=opportunity.stage_id or "",
        stage_name=(clean_line(stage.text) if isinstance(stage, Stage) else "")
        or opportunity.stage_id
        or "unknown",
        stage_since=stage_since(opportunity),
        tags=opportunity.tags,
        links=opportunity.links,
        owner=_person(opportunity.owner_user),
        posting=_posting(posting) if posting else None,
        is_archived=archived is not None,
        archive_reason_id=archived.reason if archived else None,
        archived_at=archived.archived_at if archived else None,
        is_anonymised=opportunity.is_anonymized,
        may_be_contacted=_may_be_contacted(opportunity),
    )


def stage_since(opportunity: Opportunity) -> datetime | None:
    """When the opportunity came into its present stage; None where Lever does not say."""
    entered = [one.updated_at for one in opportunity.stage_changes if one.to_stage_id == opportunity.stage_id]
    return max((moment for moment in entered if moment), default=None)


def _mobile_first(opportunity: Opportunity) -> tuple[str, ...]:
    return tuple(
        phone.value for phone in sorted(opportunity.phones, key=lambda phone: phone.type != "mobile")
    )


def _may_be_contacted(opportunity: Opportunity) -> bool:
    consent = opportunity.data_protection.contact if opportunity.data_protection else None
    return consent is None or consent.allowed is not False


def _posting(posting: Posting) -> HiringPosting:
    return HiringPosting(
        id=posting.id,
        title=clean_line(posting.text),
        tags=posting.tags,
        owner=_person(posting.owner_user),
        hiring_manager=_person(posting.hiring_manager_user),
    )


def _person(user: User | None) -> Person | None:
    return Person(user.id, clean_line(user.name), user.email, user.is_active) if user else None
