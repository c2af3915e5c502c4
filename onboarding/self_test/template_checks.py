"""Whether each template can be used: its survey is on, its numbers fit, and a posting has its tag. Only reads."""

from collections.abc import Sequence
from functools import partial

from cleaning.text import match_key
from crosschq.models import Survey
from lever.models import Posting
from onboarding.self_test.findings import Check, Finding, Group, Told, ok, to_know, wrong
from onboarding.self_test.scene import Scene
from store.tables import RequestTemplate

_OPEN = frozenset({"published", "internal"})
"""lever.md 7: an internal one is shown as "Unlisted", and takes applications."""


def template_checks(scene: Scene) -> list[Check]:
    return [
        Check(Group.TEMPLATES, "Surveys", partial(_surveys, scene)),
        Check(Group.TEMPLATES, "Lever tags", partial(_tags, scene)),
    ]


async def _surveys(scene: Scene) -> Sequence[Finding]:
    if not scene.stored.templates:
        told = wrong(
            "There is no template, so nothing can be requested.", "Add one in the connection's settings."
        )
        return [Finding(Group.TEMPLATES, "Templates", *told)]
    surveys = {survey.codename: survey for survey in await scene.crosschq.surveys()}
    least = (await scene.crosschq.account_config()).min_reference_count
    return [
        Finding(Group.TEMPLATES, f"{one.name}: survey", *_survey_of(one, surveys, least))
        for one in scene.stored.templates
    ]


def _survey_of(template: RequestTemplate, surveys: dict[str, Survey], least: int) -> Told:
    survey, again = surveys.get(template.survey), "Change the template, and save the connection."
    if survey is None:
        switch_on = f"Switch the survey on in Crosschq, or choose another. {again}"
        return wrong(f"Survey '{template.survey}' is not switched on in Crosschq.", switch_on)
    amiss = [
        f"{kind} must be from {bounds.min} to {bounds.max}"
        for kind, bounds in survey.relationships.items()
        if not bounds.min <= template.counts.get(kind, 0) <= bounds.max
    ]
    amiss += [f"the survey asks no '{kind}'" for kind in template.counts if kind not in survey.relationships]
    if sum(template.counts.values()) < least:
        amiss.append(f"Crosschq wants {least} references or more in all")
    if amiss:
        return wrong(f"Crosschq would refuse its numbers of references: {'; '.join(amiss)}.", again)
    return ok(f"Survey '{template.survey}' is switched on, and the numbers of references fit.")


async def _tags(scene: Scene) -> Sequence[Finding]:
    postings = [posting async for posting in scene.lever.postings()]
    on_open = {match_key(tag) for posting in postings if posting.state in _OPEN for tag in _tags_of(posting)}
    on_others = {match_key(tag) for posting in postings for tag in _tags_of(posting)} - on_open
    return [
        Finding(Group.TEMPLATES, f"{one.name}: Lever tag", *_tag_of(one, on_open, on_others))
        for one in scene.stored.templates
    ]


def _tag_of(template: RequestTemplate, on_open: set[str], on_others: set[str]) -> Told:
    tag = template.lever_tag
    if tag is None:
        return ok("It has no tag: it is the fallback, used when no other template's tag is there.")
    if match_key(tag) in on_open:
        return ok(f"An open posting has the tag '{tag}'.")
    add = f"Add the tag '{tag}' to a posting in Lever, or correct the template's tag."
    if template.is_fallback:
        return to_know(f"No open posting has the tag '{tag}'; as the fallback it is used all the same.", add)
    closed = " Only closed postings or drafts have it." if match_key(tag) in on_others else ""
    return wrong(
        f"No open posting that the key may see has the tag '{tag}': nobody gets this template.{closed}", add
    )


def _tags_of(posting: Posting) -> list[str]:
    """What its opportunities inherit (lever.md 8): its tags, and its title, team, department, location, commitment."""
    where = posting.categories
    inherited = (posting.text, where.team, where.department, where.location, where.commitment)
    return [*posting.tags, *(one for one in inherited if one)]
