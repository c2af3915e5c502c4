"""Lists confidential opportunities as well, where the API key may see them. Decides nothing, keeps nothing."""

from collections.abc import AsyncIterator
from typing import Unpack

from lever.client import LeverClient
from lever.filters import OpportunityFilters
from lever.models import Opportunity
from outbound.errors import AccessDenied


async def all_opportunities(
    lever: LeverClient, **filters: Unpack[OpportunityFilters]
) -> AsyncIterator[Opportunity]:
    """All that match and this key may see (lever.md 5): without `confidentiality` Lever hides what is confidential."""
    of_all: OpportunityFilters = {**filters, "confidentiality": "all"}
    try:
        async for opportunity in lever.opportunities(**of_all):
            yield opportunity
    except AccessDenied:
        # A key made without access to confidential data may not ask for all.
        async for opportunity in lever.opportunities(**filters):
            yield opportunity
