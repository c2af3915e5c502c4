"""Reads the posting of an opportunity, where there is one to read. Decides nothing, keeps nothing."""

from lever.client import LeverClient
from lever.models import Opportunity, Posting
from outbound.errors import AccessDenied, NotFound


async def posting_of(lever: LeverClient, opportunity: Opportunity) -> Posting | None:
    """None without one, and where this key may not see it (lever.md 7); `opportunity` with its application."""
    if opportunity.posting_id is None:
        return None
    try:
        return await lever.posting(opportunity.posting_id)
    except (NotFound, AccessDenied):
        # Deleted, or confidential to this key: the opportunity's own tags still choose a template.
        return None
