"""The account a stand-in starts with: the cast first, then as many ordinary candidates as asked for.

The same seed and size give the same account to the last id and time, on any day.
"""

from random import Random
from typing import Any
from uuid import UUID

from sandbox.lever import feedback_templates, forms, requisition_fields
from sandbox.lever.account import Account
from sandbox.lever.candidacy import Application, Archived, Opportunity, StageChange
from sandbox.lever.cast import HOUR, KINDS, Maker
from sandbox.lever.options import LeverOptions
from sandbox.lever.paperwork import Note, NoteField
from sandbox.lever.seed_catalog import fill

SEEDED_AT = 1_780_300_800_000  # 2026-06-01 08:00 UTC; nothing in the seed is younger
STAGE_WEIGHTS = (14, 8, 5, 30, 18, 12, 3, 4, 6)
ORIGINS: tuple[Any, ...] = (
    "applied",
    "applied",
    "sourced",
    "sourced",
    "referred",
    "agency",
    "university",
    "internal",
)
SOURCES = ("Job site", "Referral", "Careers page", "University fair", "Sourced by hand")


def seeded_account(options: LeverOptions) -> Account:
    """A fresh account. Never fewer opportunities than the cast has."""
    account = Account(groups_on=options.event_groups_on, confidential_access=options.confidential_access)
    rng = Random(options.seed)  # noqa: S311 - repeatable on purpose, guards nothing
    account.cast = fill(account, lambda: seeded_id(rng), SEEDED_AT)
    account.feedback_templates = feedback_templates.seeded(SEEDED_AT, account.stages["applicant-new"])
    account.form_templates = forms.seeded(SEEDED_AT)
    account.requisition_fields = requisition_fields.seeded()
    maker = Maker(account, lambda: seeded_id(rng), rng, SEEDED_AT)
    account.cast["opportunities"] = cast_members(maker)
    for _ in range(options.size - len(KINDS)):
        _ordinary(maker)
    return account


def seeded_id(rng: Random) -> str:
    """A UUID that the seed decides."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def cast_members(maker: Maker) -> dict[str, str]:
    """One opportunity of each kind, `{cast name: opportunity id}`."""
    members: dict[str, str] = {}
    for name in KINDS:
        plain = maker.account.opportunities.get(members.get("plain", ""))
        contact = maker.account.contact_of(plain) if plain and name == "second_of_plain" else None
        members[name] = maker.of_kind(name, contact).id
    return members


def _ordinary(maker: Maker) -> None:
    rng, account = maker.rng, maker.account
    opportunity = maker.of_kind("plain")
    stages = list(account.stages)
    index = rng.choices(range(len(stages)), STAGE_WEIGHTS)[0]
    created = SEEDED_AT - rng.randrange(60 * 24, 300 * 24) * HOUR
    opportunity.created_at = created
    opportunity.origin = rng.choice(ORIGINS)
    opportunity.sources = [rng.choice(SOURCES)]
    opportunity.stage = stages[index]
    opportunity.stage_changes = [
        _change(maker, stage, place, created + place * 5 * 24 * HOUR)
        for place, stage in enumerate(stages[: index + 1])
    ]
    opportunity.last_advanced_at = opportunity.last_interaction_at = opportunity.stage_changes[-1].updated_at
    opportunity.updated_at = opportunity.last_advanced_at + 1
    _reapply(maker, opportunity)
    if rng.random() < 0.2:
        _archive(maker, opportunity)
    if rng.random() < 0.3:
        account.notes[opportunity.id].append(_note(maker.ids(), opportunity))


def _change(maker: Maker, stage: str, index: int, at: int) -> StageChange:
    # Old rows mostly do not know who moved the candidate.
    user = maker.account.cast["users"]["recruiter"] if maker.rng.random() < 0.25 else None
    return StageChange(to_stage_id=stage, to_stage_index=index, updated_at=at, user_id=user)


def _reapply(maker: Maker, opportunity: Opportunity) -> None:
    open_postings = ("engineer", "sales", "two_tags", "no_tags", "no_hiring_manager")
    name = maker.rng.choice([*open_postings, *open_postings, None])
    opportunity.application, opportunity.opportunity_location, opportunity.tags = None, None, []
    if name is not None:
        posting = maker.account.postings[maker.account.cast["postings"][name]]
        at = opportunity.created_at
        opportunity.join(posting, Application(id=maker.ids(), posting=posting.id, created_at=at))


def _archive(maker: Maker, opportunity: Opportunity) -> None:
    reason = maker.rng.choice(list(maker.account.archive_reasons))
    at = opportunity.last_advanced_at + 24 * HOUR
    opportunity.archived = Archived(reason=reason, archived_at=at)
    opportunity.updated_at = at
    opportunity.last_advanced_at = at


def _note(note_id: str, opportunity: Opportunity) -> Note:
    at = opportunity.last_advanced_at
    comment = NoteField(
        value="Spoke on the phone, keen to hear more.",
        stage=opportunity.stage,
        user=opportunity.owner,
        created_at=at,
    )
    return Note(id=note_id, fields=[comment], user=opportunity.owner, created_at=at, completed_at=at)
