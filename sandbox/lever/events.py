"""The `data` of each event. See lever.md 6.5: ids only, so that a receiver has to fetch the rest.

`candidateId` is the deprecated alias: an id of its own, as in Lever's example, so that nobody can take it for the
opportunity. Fields that the contract only infers are sent as well.
"""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sandbox.lever.candidacy import Archived, Opportunity
from sandbox.lever.stand_in import Lever
from sandbox.lever.subscriptions import Event
from sandbox.lever.webhooks import Actor, fire


def stage_changed(lever: Lever, opportunity: Opportunity, from_stage: str, actor: Actor) -> None:
    """candidateStageChange."""
    stages = {"toStageId": opportunity.stage, "fromStageId": from_stage}
    fire(lever, "candidateStageChange", {**_ids(opportunity), **stages}, actor, opportunity)


def archive_changed(lever: Lever, opportunity: Opportunity, before: Archived | None, actor: Actor) -> None:
    """candidateArchiveChange, and candidateHired too when the new reason is the hired one; a knob says which first."""
    change = {"toArchived": _archived(opportunity.archived), "fromArchived": _archived(before)}
    told: list[tuple[Event, dict[str, Any]]] = [("candidateArchiveChange", {**_ids(opportunity), **change})]
    if lever.account.is_hired(opportunity):
        told.append(("candidateHired", _ids(opportunity)))
    for event, data in told if lever.knobs.archive_event_first else reversed(told):
        fire(lever, event, data, actor, opportunity)


def deleted(lever: Lever, opportunity: Opportunity, actor: Actor) -> None:
    """candidateDeleted."""
    fire(lever, "candidateDeleted", {"opportunityId": opportunity.id}, actor, opportunity)


def application_created(lever: Lever, opportunity: Opportunity, actor: Actor) -> None:
    """applicationCreated; nothing when the opportunity has no application."""
    application = opportunity.application
    if application is None:
        return
    data = {
        "applicationId": application.id,
        "opportunityId": opportunity.id,
        "contactId": opportunity.contact,
        "postingId": application.posting,
        "createdAt": application.created_at,
    }
    fire(lever, "applicationCreated", data, actor, opportunity)


def interview(
    lever: Lever, event: Event, opportunity: Opportunity, ids: dict[str, str], actor: Actor
) -> None:
    """interviewCreated, interviewUpdated or interviewDeleted."""
    fire(lever, event, {"opportunityId": opportunity.id, **ids}, actor, opportunity)


def contact_created(lever: Lever, contact_id: str, actor: Actor) -> None:
    """contactCreated."""
    fire(lever, "contactCreated", {"contactId": contact_id}, actor)


def contact_updated(lever: Lever, contact_id: str, actor: Actor) -> None:
    """contactUpdated."""
    fire(lever, "contactUpdated", {"contactId": contact_id}, actor)


def _ids(opportunity: Opportunity) -> dict[str, Any]:
    return {
        "opportunityId": opportunity.id,
        "candidateId": str(uuid5(NAMESPACE_URL, f"candidate:{opportunity.id}")),
        "contactId": opportunity.contact,
    }


def _archived(archived: Archived | None) -> dict[str, Any] | None:
    return archived.shape() if archived else None
