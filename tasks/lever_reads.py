"""Reads from Lever what a webhook only hinted at."""

from hiring.candidacy import Candidacy
from lever.candidacy import candidacy_of
from tasks.case import Case, connection_of, lever_of
from tasks.step import step


@step
async def read_candidacy(case: Case, opportunity_id: str) -> Candidacy:
    """The opportunity with owner, stage and tags; with its posting where the stage is a trigger stage."""
    connection = await connection_of(case)
    async with lever_of(case) as (lever, _):
        opportunity = await lever.opportunity(opportunity_id)
        matters = opportunity.posting_id and opportunity.stage_id in connection.trigger_stages
        posting = await lever.posting(opportunity.posting_id) if opportunity.posting_id and matters else None
    return candidacy_of(opportunity, posting)
