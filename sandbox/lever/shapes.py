"""Opportunities, applications and postings as the API shows them. See lever.md 7. Pure.

An opportunity's shape is put together from two records, because name, e-mail, phones and links belong to the contact.
"""

from typing import Any

from sandbox.lever.account import Account
from sandbox.lever.candidacy import Application, Opportunity
from sandbox.lever.catalog import Posting

BLANK = {"name": "", "headline": "", "location": "", "emails": [], "phones": [], "links": []}
NOT_AS_HELD = frozenset(
    {
        "application",
        "stage_changes",
        "opportunity_location",
        "requisition_for_hire",
        "deleted_by",
        "deleted_at",
    }
)


def opportunity_shape(account: Account, opportunity: Opportunity, base_url: str) -> dict[str, Any]:
    """The full object of a GET; `opportunityLocation` only where there is an application."""
    shape = mutation_shape(account, opportunity, base_url, blank=False)
    if opportunity.opportunity_location is not None:
        shape["opportunityLocation"] = opportunity.opportunity_location
    return shape


def mutation_shape(
    account: Account, opportunity: Opportunity, base_url: str, *, blank: bool = True
) -> dict[str, Any]:
    """The object a mutation answers; `blank` empties what belongs to the contact (lever.md 1.5)."""
    contact = account.contact_of(opportunity)
    person = contact.model_dump(by_alias=True, exclude={"id", "is_anonymized"})
    application = opportunity.application
    return {
        **opportunity.model_dump(by_alias=True, exclude=set(NOT_AS_HELD)),
        **(BLANK if blank else person),
        "stageChanges": [change.shape() for change in opportunity.stage_changes],
        "applications": [application.id] if application else [],
        "urls": {"list": f"{base_url}/candidates", "show": f"{base_url}/candidates/{opportunity.id}"},
        "isAnonymized": contact.is_anonymized,
        "dataProtection": None,
    }


def deleted_shape(account: Account, opportunity: Opportunity, base_url: str) -> dict[str, Any]:
    """An opportunity of `GET /opportunities/deleted`."""
    deleted = {"deletedBy": opportunity.deleted_by, "deletedAt": opportunity.deleted_at}
    return opportunity_shape(account, opportunity, base_url) | deleted


def application_shape(account: Account, opportunity: Opportunity, application: Application) -> dict[str, Any]:
    """The application, with what it repeats of contact, posting and opportunity."""
    contact, posting = account.contact_of(opportunity), account.postings[application.posting]
    hired_against = opportunity.requisition_for_hire
    unknown = dict.fromkeys(["ipAddress", "referer", "userAgent", "acceptLanguage", "timezone"])
    return {
        **application.shape(),
        "candidateId": opportunity.id,
        "opportunityId": opportunity.id,
        "postingHiringManager": posting.hiring_manager,
        "postingOwner": posting.owner,
        "name": contact.name,
        "phone": contact.phones[0].shape() if contact.phones else None,
        "email": contact.emails[0] if contact.emails else None,
        "links": list(contact.links),
        "customQuestions": [],
        "archived": opportunity.archived.shape() if opportunity.archived else None,
        "requisitionForHire": hired_against.shape() if hired_against else None,
        **unknown,
    }


def posting_shape(posting: Posting, base_url: str) -> dict[str, Any]:
    """The posting; `urls` is null on drafts and closed ones."""
    page = f"{base_url}/jobs/{posting.id}"
    has_page = posting.state in ("published", "internal")
    urls = {"list": f"{base_url}/jobs", "show": page, "apply": f"{page}/apply"} if has_page else None
    shape = {**posting.shape(), "urls": urls, "screening": {"enabled": False}}
    if posting.salary_range is None:
        # Recorded: the key is not there at all.
        del shape["salaryRange"]
    return shape
