"""Holds the section `[prospects]` against the live Lever, and stores it. Turns a switch when the file changes it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from hiring.prospects import PostingRule
from lever.client import LeverClient
from lever.models import Posting
from onboarding.archive_reasons import Reasons, named
from onboarding.prospect_section import PostingPart, ProspectsPart
from store.prospect_switches import Switches, set_switches
from store.prospect_tables import ProspectSettings
from store.prospect_walks import settings_of

NOT_FOR_LEADS = frozenset({"closed", "rejected"})
"""States of a posting (lever.md 7) that takes nobody any more."""


@dataclass(frozen=True)
class AgreedProspects:
    """The section's names as Lever's ids."""

    posting_rules: tuple[PostingRule, ...]
    withdrawal_reason: str | None


async def agree_prospects(wanted: ProspectsPart, lever: LeverClient, reasons: Reasons) -> AgreedProspects:
    """Adds what is wrong to the problems of `reasons`. Reads postings only if a rule names one."""
    reason = reasons.not_hired("prospects.withdrawal_reason", wanted.withdrawal_reason)
    known: list[Posting] = []
    if wanted.postings:
        known = [posting async for posting in lever.postings()]
    rules = [_rule(part, known, reasons.problems) for part in wanted.postings]
    return AgreedProspects(tuple(rule for rule in rules if rule), reason)


def _rule(part: PostingPart, known: Sequence[Posting], problems: list[str]) -> PostingRule | None:
    matching = named(part.posting, known)
    usable = [one for one in matching if one.state not in NOT_FOR_LEADS]
    if len(usable) == 1:
        return PostingRule(usable[0].id, part.tag, part.job_function)
    if usable:
        ids = ", ".join(f"{one.id} ({one.state})" for one in usable)
        found = f"there are several, so write its id: {ids}"
    elif matching:
        found = f"it is {matching[0].state}, and takes no leads: name another one"
    else:
        found = "there is none that this API key can see"
    problems.append(f"prospects.postings: Lever posting '{part.posting}': {found}.")
    return None


async def save_prospects(
    session: AsyncSession, connection_id: int, wanted: ProspectsPart, agreed: AgreedProspects, who: str
) -> Switches:
    """Creates or updates the settings.

    A switch is turned the first time, and when the file says of it something else than the last time: what a person
    turned since stays so when the file is saved again for another reason.
    """
    settings = await settings_of(session, connection_id)
    if settings is None:
        settings = ProspectSettings(connection_id=connection_id)
        session.add(settings)
    settings.from_api = wanted.from_api
    settings.source = wanted.source
    settings.tags = list(wanted.tags)
    settings.if_in_lever = wanted.if_in_lever
    settings.posting_rules = [asdict(rule) for rule in agreed.posting_rules]
    settings.on_withdrawal = wanted.on_withdrawal
    settings.withdrawal_reason = agreed.withdrawal_reason
    settings.withdrawal_tag = wanted.withdrawal_tag
    existing = wanted.export_existing if wanted.export_existing is not settings.file_existing else None
    new = wanted.export_new if wanted.export_new is not settings.file_new else None
    settings.file_existing, settings.file_new = wanted.export_existing, wanted.export_new
    await session.flush()
    return await set_switches(session, connection_id, existing=existing, new=new, who=who, why=None)
