"""What is done in Lever about one prospect. Each outside effect under its own key, never twice.

These are no Prefect tasks of their own, unlike our other effects: with tens of thousands of prospects each would cost
Prefect more than it costs Lever. The batch is the task (tasks.prospect_batch).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from cleaning.email_address import email_key
from hiring.prospects import Lead
from hiring.touched import LeadState, why_touched
from lever.by_email import by_email
from lever.client import LeverClient
from lever.new_opportunity import as_lead
from lever.opportunity import Opportunity
from outbound.errors import NotFound
from outbound.limiter import Priority
from store.begun_prospects import BegunProspects
from store.connections import Connections
from store.prospect_tables import KnownProspect
from store.tables import Vendor
from tasks.case import Case
from tasks.effects import once, repeatable
from wiring import current_parts

CLOCKS_DIFFER = timedelta(minutes=5)
"""Lever's clock from ours, at most."""
OUR_NOTES = "(crosschq-lever "
"""Stands in every note of ours (hiring.notes)."""


@dataclass(frozen=True)
class Desk:
    """The connection's Lever as an export uses it: it yields to reference requests."""

    case: Case
    lever: LeverClient
    perform_as: str


async def desk_of(case: Case) -> Desk:
    async with current_parts().database.transaction() as session:
        connection = await Connections(session).get(case.connection_id)
    lever = current_parts().kept_lever(connection, Priority.EXPORT)
    return Desk(case, lever, connection.perform_as)


@dataclass(frozen=True)
class Made:
    """A lead in Lever: its id, and all tags it was made with."""

    opportunity_id: str
    tags: Sequence[str]


async def make_lead(desk: Desk, key: str, lead: Lead, found: Made | None) -> Made:
    """Once. `found`: as an earlier attempt made it; None: there is surely none. Raises what `once` raises."""
    made = {found.opportunity_id: found.tags} if found else {}

    async def act() -> str:
        created = await desk.lever.create_opportunity(as_lead(lead), desk.perform_as)
        made[created.id] = created.tags
        return created.id

    async def find() -> str | None:
        return found.opportunity_id if found else None

    opportunity_id = await once(desk.case, key, act, at=Vendor.LEVER, find=find)
    return Made(opportunity_id, made[opportunity_id])


async def tags_of(desk: Desk, opportunity_id: str) -> Sequence[str]:
    """None for a lead that was deleted meanwhile: once it is linked, `reconcile` finds that and erases it."""
    try:
        return (await desk.lever.opportunity(opportunity_id)).tags
    except NotFound:
        return []


async def find_lead(desk: Desk, row: KnownProspect, lead: Lead) -> Opportunity | None:
    """Made since an attempt set out to, from a source it may have been made with, and no lead of another prospect's.

    Not by its tags: recruiters change them.
    """
    since = (row.begun_at or row.created_at) - CLOCKS_DIFFER
    sources = {*row.begun_sources, *lead.sources}
    known = await by_email(desk.lever, lead.emails, created_at_start=since, origin="sourced")
    for one in known.found:
        if sources & set(one.sources) and not await _is_linked(desk.case.connection_id, one.id):
            return one
    return None


async def _is_linked(connection_id: int, opportunity_id: str) -> bool:
    async with current_parts().database.transaction() as session:
        return await BegunProspects(session, connection_id).is_linked(opportunity_id)


NO_ADDRESS_FOR_LEVER = "Lever takes its e-mail address for none: correct it in Crosschq, then retry."


@dataclass(frozen=True)
class InLever:
    """What Lever says of some addresses: whom it knows by one, and which it takes for none."""

    found: Mapping[str, Opportunity] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()

    def without(self, opted_in_again: Collection[str]) -> "InLever":
        """These get a new lead, whoever is there: asked for, lest one be made whom Lever could never be asked for."""
        found = {email: one for email, one in self.found.items() if email not in opted_in_again}
        return InLever(found, self.refused)


async def people_in_lever(lever: LeverClient, emails: Sequence[str]) -> InLever:
    """By the address: the opportunity that is at work, else the latest."""
    found: dict[str, Opportunity] = {}
    by_plain = {email_key(email): email for email in emails}
    known = await by_email(lever, emails)
    for one in known.found:
        for email in filter(None, (by_plain.get(email_key(theirs)) for theirs in one.emails)):
            found[email] = max(found.get(email, one), one, key=_importance)
    return InLever(found, known.refused)


async def lost_leads(lever: LeverClient, connection_id: int, leads: Sequence[Lead]) -> InLever:
    """By the address: leads of ours that no row of ours knows, as after a restored backup."""
    by_plain = {email_key(lead.emails[0]): lead for lead in leads}
    emails = [lead.emails[0] for lead in leads]
    found: dict[str, Opportunity] = {}
    known = await by_email(lever, emails, origin="sourced", archived=False)
    for one in known.found:
        for email in map(email_key, one.emails):
            lead = by_plain.get(email)
            if lead is not None and await is_lost_lead(connection_id, lead, one):
                found[lead.emails[0]] = one
    return InLever(found, known.refused)


async def is_lost_lead(connection_id: int, lead: Lead, there: Opportunity) -> bool:
    """Whether it wears our source and tags, and no row of ours knows it."""
    wears_ours = (
        there.archived is None
        and there.origin == "sourced"
        and bool(lead.sources)
        and {*lead.sources} <= {*there.sources}
        and {*lead.tags} <= {*there.tags}
    )
    return wears_ours and not await _is_linked(connection_id, there.id)


def _importance(opportunity: Opportunity) -> tuple[bool, float]:
    moved_at = opportunity.last_advanced_at or opportunity.created_at
    return opportunity.archived is None, moved_at.timestamp() if moved_at else 0.0


async def tag_known_person(desk: Desk, key: str, opportunity_id: str, tags: Sequence[str]) -> None:
    async def act() -> str:
        await desk.lever.add_tags(opportunity_id, tags, desk.perform_as)
        return opportunity_id

    await repeatable(desk.case, key, act)


async def why_not_ours_alone(desk: Desk, opportunity_id: str, tags_given: Sequence[str]) -> str | None:
    """What somebody did with the lead, in words; None: nobody but us touched it. Raises NotFound when it is gone."""
    opportunity = await desk.lever.opportunity(opportunity_id)
    lead_stages = {stage.id for stage in await desk.lever.disposition_stages() if stage.is_lead}
    notes = [note async for note in desk.lever.notes(opportunity_id) if note.deleted_at is None]
    feedback = [form async for form in desk.lever.feedback(opportunity_id)]
    return why_touched(
        LeadState(
            is_new_lead=opportunity.stage_id in lead_stages,
            stage_changes=len(opportunity.stage_changes),
            tags=set(opportunity.tags),
            tags_given=set(tags_given),
            notes_of_others=sum(OUR_NOTES not in note.value for note in notes),
            feedback_forms=len(feedback),
            is_archived=opportunity.archived is not None,
        )
    )
