"""What can be done to an opportunity, by the API, by a person on a page, or by a test. Contract sections 1, 7 and 8.

Each act changes the account and tells the webhooks. Ids given here exist: the edges have checked them.
"""

from typing import Literal

from sandbox.lever import events
from sandbox.lever.candidacy import Archived, Opportunity, StageChange
from sandbox.lever.stand_in import Lever
from sandbox.lever.webhooks import Actor

WordList = Literal["tags", "sources"]


def move(lever: Lever, opportunity: Opportunity, stage_id: str, actor: Actor) -> None:
    """Change the stage. Does not unarchive. A move to the same stage is none, unless an option says so."""
    before, now = opportunity.stage, lever.now()
    if stage_id == before and not lever.options.same_stage_is_a_change:
        return
    opportunity.stage = stage_id
    opportunity.last_advanced_at = opportunity.last_interaction_at = now
    opportunity.stage_changes.append(
        StageChange(
            to_stage_id=stage_id,
            to_stage_index=lever.account.stage_index(stage_id),
            updated_at=now,
            user_id=actor.user,
        )
    )
    events.stage_changed(lever, opportunity, before, actor)


def archive(lever: Lever, opportunity: Opportunity, reason_id: str | None, actor: Actor) -> None:
    """Archive, archive again (a new time), or unarchive with None. The hired reason is what hires."""
    before, now = opportunity.archived, lever.now()
    if before is None and reason_id is None:
        return
    opportunity.archived = Archived(reason=reason_id, archived_at=now) if reason_id else None
    opportunity.last_advanced_at = opportunity.last_interaction_at = now
    events.archive_changed(lever, opportunity, before, actor)


def delete(lever: Lever, opportunity: Opportunity, actor: Actor) -> None:
    """Delete for good; only `GET /opportunities/deleted` still knows it."""
    account = lever.account
    del account.opportunities[opportunity.id]
    opportunity.deleted_at, opportunity.deleted_by = lever.now(), actor.user
    account.deleted[opportunity.id] = opportunity
    events.deleted(lever, opportunity, actor)


def add_words(lever: Lever, opportunity: Opportunity, kind: WordList, words: list[str]) -> None:
    """Add tags or sources; those already there stay single."""
    present: list[str] = getattr(opportunity, kind)
    present.extend(word for word in dict.fromkeys(words) if word not in present)
    touch(lever, opportunity)


def remove_words(lever: Lever, opportunity: Opportunity, kind: WordList, words: list[str]) -> None:
    """Remove tags or sources; those not there are no error."""
    present: list[str] = getattr(opportunity, kind)
    present[:] = [word for word in present if word not in words]
    touch(lever, opportunity)


def add_links(lever: Lever, opportunity: Opportunity, links: list[str], actor: Actor) -> None:
    """Add links to the person, so to every opportunity of theirs."""
    contact = lever.account.contact_of(opportunity)
    contact.links.extend(link for link in dict.fromkeys(links) if link not in contact.links)
    touch_contact(lever, contact.id, actor)


def remove_links(lever: Lever, opportunity: Opportunity, links: list[str], actor: Actor) -> None:
    """Remove links from the person."""
    contact = lever.account.contact_of(opportunity)
    contact.links = [link for link in contact.links if link not in links]
    touch_contact(lever, contact.id, actor)


def touch(lever: Lever, opportunity: Opportunity) -> None:
    """A tag, note or application edit: it shows in `updatedAt`."""
    opportunity.updated_at = opportunity.last_interaction_at = lever.now()


def touch_contact(lever: Lever, contact_id: str, actor: Actor) -> None:
    """A contact edit: it shows in `updatedAt` of all opportunities of the person."""
    for opportunity in lever.account.opportunities.values():
        if opportunity.contact == contact_id:
            opportunity.updated_at = lever.now()
    events.contact_updated(lever, contact_id, actor)
