"""Holds a blueprint against the live vendors, so that a wrong stage or survey is found now and not by a recruiter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from crosschq.client import CrosschqClient
from crosschq.models import Survey
from lever.client import LeverClient
from lever.models import ArchiveReason, DispositionStage
from onboarding.blueprint import Blueprint, BlueprintError
from onboarding.sections import FollowUpPart, TemplatePart

Named = TypeVar("Named", DispositionStage, ArchiveReason)


@dataclass(frozen=True)
class Agreed:
    """The blueprint's names as the vendors' ids."""

    trigger_stages: list[str]
    perform_as: str
    hired_reason: str | None
    """The archive reason for an answered "hired"; None: the opportunity is not archived."""
    not_hired_reason: str | None


async def agree(blueprint: Blueprint, lever: LeverClient, crosschq: CrosschqClient) -> Agreed:
    """Raises BlueprintError with everything that is wrong, or one of outbound.errors."""
    problems: list[str] = []
    stages = _stage_ids(blueprint.lever.trigger_stages, await lever.disposition_stages(), problems)
    perform_as = await _user_id(blueprint.lever.perform_as, lever, problems)
    # Read even if none is wanted: a hire is told by them, so a key that may not read them is found now.
    hired, not_hired = _reason_ids(blueprint.follow_up, await lever.archive_reasons(), problems)
    surveys = {survey.codename: survey for survey in await crosschq.surveys()}
    least = (await crosschq.account_config()).min_reference_count
    for template in blueprint.templates:
        problems += _template_problems(template, surveys, least)
    if problems:
        raise BlueprintError(
            "The vendors do not agree with the file:\n" + "\n".join(f"  {p}" for p in problems)
        )
    return Agreed(stages, perform_as, hired, not_hired)


def _stage_ids(wanted: Sequence[str], known: Sequence[DispositionStage], problems: list[str]) -> list[str]:
    ids: list[str] = []
    for name in wanted:
        matching = _named(name, known)
        if len(matching) != 1:
            found = "there is none" if not matching else "there are several, so write its id"
            names = ", ".join(f"'{stage.text}'" for stage in known)
            problems.append(f"Lever stage '{name}': {found}. Lever has {names}.")
        elif matching[0].is_lead:
            problems.append(
                f"Lever stage '{name}' is a lead stage: its people have not applied. Choose a later one."
            )
        else:
            ids.append(matching[0].id)
    return ids


async def _user_id(wanted: str, lever: LeverClient, problems: list[str]) -> str:
    async for user in lever.users():
        if wanted == user.id or wanted.casefold() == (user.email or "").casefold():
            return user.id
    problems.append(f"perform_as: Lever has no active user '{wanted}'.")
    return ""


def _reason_ids(
    wanted: FollowUpPart, known: Sequence[ArchiveReason], problems: list[str]
) -> tuple[str | None, str | None]:
    hired = [reason for reason in known if reason.is_hired]
    others = [reason for reason in known if not reason.is_hired]
    return (
        _reason_id("archive_when_hired", wanted.archive_when_hired, hired, others, problems),
        _reason_id("archive_when_not_hired", wanted.archive_when_not_hired, others, hired, problems),
    )


def _reason_id(
    setting: str,
    wanted: str,
    fitting: Sequence[ArchiveReason],
    opposite: Sequence[ArchiveReason],
    problems: list[str],
) -> str | None:
    if not wanted:
        return None
    named = _named(wanted, fitting)
    active = [reason for reason in named if reason.is_active]
    if len(active) == 1:
        return active[0].id
    if active:
        found = "there are several, so write its id"
    elif named:
        found = "it is no longer active"
    elif _named(wanted, opposite):
        found = "it says the opposite"
    else:
        found = "there is none"
    names = ", ".join(f"'{reason.text}'" for reason in fitting if reason.is_active) or "none"
    problems.append(f"{setting}: Lever archive reason '{wanted}': {found}. Lever has {names} for it.")
    return None


def _named(wanted: str, known: Sequence[Named]) -> list[Named]:
    """Whose id it is, else whose text."""
    return [one for one in known if wanted == one.id] or [one for one in known if wanted == one.text]


def _template_problems(template: TemplatePart, surveys: dict[str, Survey], least: int) -> list[str]:
    survey = surveys.get(template.survey)
    if survey is None:
        known = ", ".join(sorted(surveys)) or "none"
        return [
            f"template '{template.name}': Crosschq has no survey '{template.survey}' switched on. It has {known}."
        ]
    problems = [
        f"template '{template.name}': survey '{template.survey}' asks no '{kind}'."
        for kind in template.references
        if kind not in survey.relationships
    ]
    for kind, bounds in survey.relationships.items():
        if not bounds.min <= template.references.get(kind, 0) <= bounds.max:
            problems.append(f"template '{template.name}': {kind} must be from {bounds.min} to {bounds.max}.")
    if sum(template.references.values()) < least:
        problems.append(f"template '{template.name}': Crosschq wants {least} references or more in all.")
    return problems
