"""Reads from Lever what a webhook only hinted at."""

from hiring.candidacy import Candidacy
from lever.candidacy import candidacy_of
from lever.client import LeverClient
from lever.models import Opportunity, Posting
from outbound.errors import AccessDenied, NotFound
from tasks.case import Case, connection_of, lever_of
from tasks.step import step


@step
async def read_candidacy(case: Case, opportunity_id: str) -> Candidacy:
    """The opportunity with owner, stage and tags; with its posting where the stage is a trigger stage."""
    connection = await connection_of(case)
    async with lever_of(case) as (lever, _):
        opportunity = await lever.opportunity(opportunity_id)
        matters = opportunity.stage_id in connection.trigger_stages
        posting = await posting_of(lever, opportunity) if matters else None
    return candidacy_of(opportunity, posting)


@step
async def read_profile(case: Case, opportunity_id: str) -> Candidacy:
    """The opportunity without its posting, in one call: enough to show news on its profile."""
    async with lever_of(case) as (lever, _):
        return candidacy_of(await lever.opportunity(opportunity_id), None)


async def posting_of(lever: LeverClient, opportunity: Opportunity) -> Posting | None:
    """None without one, and where this key may not see it."""
    if opportunity.posting_id is None:
        return None
    try:
        return await lever.posting(opportunity.posting_id)
    except (NotFound, AccessDenied):
        # Deleted, or confidential to this key: the opportunity's own tags still choose a template.
        return None
