"""Panels and their interviews: planned through the API, as recorded. See lever.md 7. Knows nothing of HTTP."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field

from sandbox.lever import events, feedback_templates
from sandbox.lever.account import new_id
from sandbox.lever.acts import touch
from sandbox.lever.candidacy import Opportunity
from sandbox.lever.errors import not_found
from sandbox.lever.panels import Interview, Interviewer, Panel, Reminder
from sandbox.lever.record import Milliseconds, Record
from sandbox.lever.stand_in import Lever
from sandbox.lever.subscriptions import Event
from sandbox.lever.webhooks import Actor

NO_FORM = "no-feedback"
"""The feedback template that every account has."""


class InterviewerWanted(Record):
    id: str
    feedback_template: str | None = None


class InterviewWanted(Record):
    """Body of PUT, and one of a panel's: the whole of it, what is left out is wiped. `duration` in minutes."""

    id: str | None = None
    subject: str | None = None
    note: str | None = None
    interviewers: list[InterviewerWanted] = Field(min_length=1)
    date: Milliseconds
    duration: int = Field(default=30, ge=1)
    location: str | None = None
    feedback_template: str | None = None
    feedback_reminder: Reminder = "daily"


class NewInterview(InterviewWanted):
    """Body of POST interviews."""

    panel: str


class PanelWanted(Record):
    """Body of POST and PUT panels."""

    applications: list[str] = Field(default_factory=list)
    timezone: str = "America/Los_Angeles"
    note: str | None = None
    external_url: str | None = None
    feedback_reminder: Reminder = "daily"
    interviews: list[InterviewWanted] = Field(min_length=1)


def add_panel(lever: Lever, opportunity: Opportunity, wanted: PanelWanted, actor: Actor) -> Panel:
    """LeverError 404 for an interviewer or a feedback template that is none."""
    panel = Panel(
        id=new_id(),
        created_at=lever.now(),
        stage=opportunity.stage,
        user=actor.user,
        **wanted.model_dump(exclude={"interviews"}),
    )
    panel.interviews = [_planned(lever, opportunity, panel, one, actor) for one in wanted.interviews]
    lever.account.panels[opportunity.id].append(panel)
    _tell(lever, opportunity, "interviewCreated", panel.interviews, actor)
    return panel


def change_panel(
    lever: Lever, opportunity: Opportunity, panel: Panel, wanted: PanelWanted, actor: Actor
) -> None:
    """The whole panel anew; an interview whose id is named stays the same one."""
    before = {one.id: one for one in panel.interviews}
    after = [
        _planned(lever, opportunity, panel, one, actor, before.get(one.id or "")) for one in wanted.interviews
    ]
    for name in PanelWanted.model_fields.keys() - {"interviews"}:
        setattr(panel, name, getattr(wanted, name))
    for one in after:
        one.timezone, one.postings = panel.timezone, _postings(opportunity, panel)
    panel.interviews = after
    kept = {one.id for one in after} & before.keys()
    _tell(lever, opportunity, "interviewUpdated", [one for one in after if one.id in kept], actor)
    _tell(lever, opportunity, "interviewCreated", [one for one in after if one.id not in kept], actor)
    _tell(
        lever, opportunity, "interviewDeleted", [one for one in before.values() if one.id not in kept], actor
    )


def remove_panel(lever: Lever, opportunity: Opportunity, panel: Panel, actor: Actor) -> None:
    lever.account.panels[opportunity.id].remove(panel)
    _tell(lever, opportunity, "interviewDeleted", panel.interviews, actor)


def add(lever: Lever, opportunity: Opportunity, wanted: NewInterview, actor: Actor) -> Interview:
    """LeverError 404 for a panel, an interviewer or a feedback template that is none."""
    panel = find_panel(lever.account.panels[opportunity.id], wanted.panel)
    interview = _planned(lever, opportunity, panel, wanted, actor)
    panel.interviews.append(interview)
    _tell(lever, opportunity, "interviewCreated", [interview], actor)
    return interview


def change(
    lever: Lever, opportunity: Opportunity, before: Interview, wanted: InterviewWanted, actor: Actor
) -> Interview:
    panel = find_panel(lever.account.panels[opportunity.id], before.panel)
    after = _planned(lever, opportunity, panel, wanted, actor, before)
    panel.interviews[panel.interviews.index(before)] = after
    _tell(lever, opportunity, "interviewUpdated", [after], actor)
    return after


def remove(lever: Lever, opportunity: Opportunity, interview: Interview, actor: Actor) -> None:
    find_panel(lever.account.panels[opportunity.id], interview.panel).interviews.remove(interview)
    _tell(lever, opportunity, "interviewDeleted", [interview], actor)


def find_panel(panels: Iterable[Panel], panel_id: str) -> Panel:
    """LeverError 404."""
    for panel in panels:
        if panel.id == panel_id:
            return panel
    raise not_found("panels", panel_id)


def _planned(
    lever: Lever,
    opportunity: Opportunity,
    panel: Panel,
    wanted: InterviewWanted,
    actor: Actor,
    before: Interview | None = None,
) -> Interview:
    own: dict[str, Any] = wanted.model_dump(exclude={"id", "panel", "interviewers"})
    return Interview(
        id=before.id if before else new_id(),
        panel=panel.id,
        opportunity_id=opportunity.id,
        interviewers=[_interviewer(lever, one) for one in wanted.interviewers],
        timezone=panel.timezone,
        created_at=before.created_at if before else lever.now(),
        user=before.user if before else actor.user,
        stage=before.stage if before else opportunity.stage,
        postings=_postings(opportunity, panel),
        **own,
    )


def _interviewer(lever: Lever, wanted: InterviewerWanted) -> Interviewer:
    account, template = lever.account, wanted.feedback_template or NO_FORM
    if wanted.id not in account.users:
        raise not_found("users", wanted.id)
    user = account.users[wanted.id]
    feedback_templates.find(account.feedback_templates, template)
    return Interviewer(id=user.id, name=user.name, email=user.email, feedback_template=template)


def _postings(opportunity: Opportunity, panel: Panel) -> list[str]:
    application = opportunity.application
    return [application.posting] if application and application.id in panel.applications else []


def _tell(
    lever: Lever, opportunity: Opportunity, event: Event, interviews: Sequence[Interview], actor: Actor
) -> None:
    touch(lever, opportunity)
    for one in interviews:
        events.interview(lever, event, opportunity, {"interviewId": one.id, "panelId": one.panel}, actor)
