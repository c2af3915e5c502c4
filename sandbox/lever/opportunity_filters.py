"""What `GET /opportunities` can be filtered by. See lever.md 5; names as documented. Pure."""

import re

from starlette.datastructures import QueryParams

from sandbox.lever.account import Account
from sandbox.lever.candidacy import Opportunity
from sandbox.lever.errors import bad_request
from sandbox.lever.filters import Filters, several

_EMAIL = re.compile(r"[^\s@,;<>()\[\]\\\"]+@[^\s@.]+(\.[^\s@.]+)+")


def is_email(text: str) -> bool:
    """That `Jane Doe` is none is all that is known of Lever's rule; this one is stricter than our product's."""
    local, _, host = text.strip().rpartition("@")
    has_dots = ".." not in local and not local.startswith(".") and not local.endswith(".")
    labels = host.split(".")
    has_labels = all(re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", one, re.IGNORECASE) for one in labels)
    return (
        bool(_EMAIL.fullmatch(text.strip()))
        and text.isascii()
        and has_dots
        and has_labels
        and labels[-1].isalpha()
    )


def opportunity_filters(account: Account, now: int) -> Filters[Opportunity]:
    """`posting_id` finds active candidacies for a posting, `archived_posting_id` archived ones."""
    return Filters(
        values={
            "tag": lambda row: row.tags,
            "email": lambda row: account.contact_of(row).emails,
            "origin": lambda row: [row.origin],
            "source": lambda row: row.sources,
            "stage_id": lambda row: [row.stage],
            "posting_id": lambda row: _posting(row, archived=False),
            "archived_posting_id": lambda row: _posting(row, archived=True),
            "archive_reason_id": lambda row: [row.archived.reason] if row.archived else [],
            "contact_id": lambda row: [row.contact],
            "location": lambda row: [account.contact_of(row).location, row.opportunity_location],
        },
        moments={
            "created_at": lambda row: row.created_at,
            "updated_at": lambda row: row.updated_at,
            "advanced_at": lambda row: row.last_advanced_at,
            "archived_at": lambda row: row.archived.archived_at if row.archived else None,
        },
        flags={
            "archived": lambda row: row.archived is not None,
            "snoozed": lambda row: row.snoozed_until is not None and row.snoozed_until > now,
        },
        canonical=frozenset({"email"}),
    )


def narrowed(account: Account, query: QueryParams) -> list[Opportunity] | None:
    """All that can pass where the query names people, by e-mail or id; None where it names nobody."""
    if emails := several(query, "email"):
        if not all(is_email(one) for one in emails if one):
            raise bad_request("Email address is not valid")
        contacts = [contact.id for contact in account.contacts_by_email(emails)]
    else:
        contacts = list(dict.fromkeys(several(query, "contact_id")))
        if not contacts:
            return None
    return [one for contact in contacts for one in account.opportunities_of(contact)]


def _posting(row: Opportunity, *, archived: bool) -> list[str]:
    if row.application is None or (row.archived is not None) is not archived:
        return []
    return [row.application.posting]
