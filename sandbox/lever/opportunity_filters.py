"""What `GET /opportunities` can be filtered by. Contract section 5; names as documented. Pure."""

from starlette.datastructures import QueryParams

from sandbox.lever.account import Account
from sandbox.lever.candidacy import Opportunity
from sandbox.lever.filters import Filters, several


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
