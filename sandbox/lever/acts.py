"""What can be done to an opportunity, its person or a user, by the API, on a page, or by a test.

lever.md 1, 7 and 8.
Each act changes the account and tells the webhooks. Ids given here exist: the edges have checked them.
"""

from typing import Literal

from sandbox.lever import events
from sandbox.lever.candidacy import Archived, Contact, Opportunity, StageChange
from sandbox.lever.catalog import User
from sandbox.lever.requisitions import Requisition, RequisitionForHire
from sandbox.lever.stand_in import Lever
from sandbox.lever.webhooks import Actor

WordList = Literal["tags", "sources"]


def move(lever: Lever, opportunity: Opportunity, stage_id: str, actor: Actor) -> None:
    """Change the stage. Does not unarchive. A move to the same stage is none, unless an option says so."""
    before, now = opportunity.stage, lever.now()
    if stage_id == before and not lever.options.same_stage_is_a_change:
        return
    opportunity.stage = stage_id
    _advanced(lever, opportunity, now)
    # Recorded: a moment after the move itself.
    opportunity.updated_at = now + 1
    opportunity.stage_changes.append(
        StageChange(
            to_stage_id=stage_id,
            to_stage_index=lever.account.stage_index(stage_id),
            updated_at=now,
            user_id=actor.user,
        )
    )
    events.stage_changed(lever, opportunity, before, actor)


def archive(
    lever: Lever,
    opportunity: Opportunity,
    reason_id: str | None,
    actor: Actor,
    requisition: Requisition | None = None,
    *,
    clean_interviews: bool = False,
) -> None:
    """Archive, archive again (a new time), or unarchive with None. The hired reason is what hires.

    A hire counts on its requisition for as long as it stands; with another reason the requisition means nothing.
    """
    before, now = opportunity.archived, lever.now()
    if before is None and reason_id is None:
        return
    opportunity.archived = Archived(reason=reason_id, archived_at=now) if reason_id else None
    # Recorded: archived once more, its `lastAdvancedAt` stays.
    if before is None or reason_id is None:
        _advanced(lever, opportunity, now)
    opportunity.updated_at = now
    if clean_interviews and reason_id:
        for panel in lever.account.panels[opportunity.id]:
            panel.cancel_pending(now)
    _release_requisition(lever, opportunity)
    if requisition and lever.account.is_hired(opportunity):
        _hire_against(opportunity, requisition)
    events.archive_changed(lever, opportunity, before, actor)


def delete(lever: Lever, opportunity: Opportunity, actor: Actor) -> None:
    """Delete for good; only `GET /opportunities/deleted` still knows it."""
    account = lever.account
    account.drop(opportunity)
    opportunity.deleted_at, opportunity.deleted_by = lever.now(), actor.user
    account.deleted[opportunity.id] = opportunity
    events.deleted(lever, opportunity, actor)


def anonymise(lever: Lever, opportunity: Opportunity, actor: Actor) -> None:
    """Anonymise the person for good, on every opportunity of theirs. That no paperwork remains is inferred."""
    account, contact_id = lever.account, opportunity.contact
    account.keep_contact(Contact(id=contact_id, is_anonymized=True))
    for one in account.opportunities_of(contact_id):
        for paperwork in account.paperwork():
            paperwork.pop(one.id, None)
    touch_contact(lever, contact_id, actor)


def deactivate(lever: Lever, user: User) -> None:
    """Take a user's access away. They stay the owner of what they owned; deactivating again changes nothing."""
    if user.deactivated_at is None:
        user.deactivated_at = lever.now()


def reactivate(user: User) -> None:
    """Give a user's access back."""
    user.deactivated_at = None


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
    for opportunity in lever.account.opportunities_of(contact_id):
        opportunity.updated_at = lever.now()
    events.contact_updated(lever, contact_id, actor)


def _advanced(lever: Lever, opportunity: Opportunity, now: int) -> None:
    opportunity.last_advanced_at = opportunity.last_interaction_at = now
    lever.account.lineup.changed(opportunity)


def _release_requisition(lever: Lever, opportunity: Opportunity) -> None:
    hired_against, opportunity.requisition_for_hire = opportunity.requisition_for_hire, None
    if hired_against and hired_against.id in lever.account.requisitions:
        lever.account.requisitions[hired_against.id].headcount_hired -= 1


def _hire_against(opportunity: Opportunity, requisition: Requisition) -> None:
    requisition.headcount_hired += 1
    opportunity.requisition_for_hire = RequisitionForHire(
        id=requisition.id,
        requisition_code=requisition.requisition_code,
        hiring_manager_on_hire=requisition.hiring_manager,
    )
