"""Holds a blueprint against the live vendors, so that a wrong stage or survey is found now and not by a recruiter."""

from collections.abc import Sequence
from dataclasses import dataclass

from cleaning.email_address import email_key
from crosschq.client import CrosschqClient
from crosschq.models import Survey
from lever.client import LeverClient
from lever.models import DispositionStage, User
from onboarding.archive_reasons import Reasons, named
from onboarding.blueprint import Blueprint, BlueprintError
from onboarding.lever_account import LeverAccount
from onboarding.prospects import AgreedProspects, agree_prospects
from onboarding.sections import TemplatePart
from outbound.errors import UnreadableItems
from outbound.lists import listed


@dataclass(frozen=True)
class Agreed:
    """The blueprint's names as the vendors' ids."""

    trigger_stages: list[str]
    stage_names: dict[str, str]
    """Of all of Lever's stages, by id."""
    perform_as: str
    hired_reason: str | None
    """The archive reason for an answered "hired"; None: the opportunity is not archived."""
    not_hired_reason: str | None
    prospects: AgreedProspects
    account: LeverAccount


async def agree(blueprint: Blueprint, lever: LeverClient, crosschq: CrosschqClient) -> Agreed:
    """Raises BlueprintError with everything that is wrong, or one of outbound.errors."""
    problems: list[str] = []
    known = await lever.disposition_stages()
    stages = _stage_ids(blueprint.lever.trigger_stages, known, problems)
    users = await listed(lever.users(), _enough_is_left)
    perform_as = _user_id(blueprint.lever.perform_as, users, problems)
    # Read even if none is wanted: a hire is told by them, so a key that may not read them is found now.
    reasons = Reasons(await lever.archive_reasons(), problems)
    hired = reasons.hired("archive_when_hired", blueprint.follow_up.archive_when_hired)
    not_hired = reasons.not_hired("archive_when_not_hired", blueprint.follow_up.archive_when_not_hired)
    prospects = await agree_prospects(blueprint.prospects, lever, reasons)
    surveys = {survey.codename: survey for survey in await crosschq.surveys()}
    least = (await crosschq.account_config()).min_reference_count
    for template in blueprint.templates:
        problems += _template_problems(template, surveys, least)
    if problems:
        raise BlueprintError(
            "The vendors do not agree with the file:\n" + "\n".join(f"  {p}" for p in problems)
        )
    names = {stage.id: stage.text for stage in known if stage.text}
    return Agreed(stages, names, perform_as, hired, not_hired, prospects, LeverAccount.of(users))


def _enough_is_left(_: UnreadableItems) -> None:
    """Some users are read: one that cannot be is not the one that is wanted, and tells no other account."""


def _stage_ids(wanted: Sequence[str], known: Sequence[DispositionStage], problems: list[str]) -> list[str]:
    ids: list[str] = []
    for name in wanted:
        matching = named(name, known)
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


def _user_id(wanted: str, users: Sequence[User], problems: list[str]) -> str:
    for user in users:
        if wanted == user.id or email_key(wanted) == email_key(user.email or ""):
            return user.id
    problems.append(f"perform_as: Lever has no active user '{wanted}'.")
    return ""


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
