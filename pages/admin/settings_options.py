"""What each field of the settings form offers: the vendors' live lists, and whatever is chosen and not in them.

None where a list could not be read: then the field is one to type in.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cleaning.text import match_key
from lever.models import ArchiveReason, DispositionStage
from onboarding.choices import Choices
from onboarding.prospects import NOT_FOR_LEADS

MOST_TAGS: Final = 1000
"""Proposed while typing."""


@dataclass(frozen=True)
class Option:
    """`also` are other ways to write `value`, as files have them."""

    value: str
    text: str
    also: frozenset[str] = frozenset()
    note: str = ""
    is_open: bool = True
    """May be chosen anew."""
    is_chosen: bool = False

    def is_meant_by(self, typed: Collection[str]) -> bool:
        return self.value in typed or any(match_key(one) in self.also for one in typed)

    @property
    def said(self) -> str:
        return f"{self.text} ({self.note})" if self.note else self.text


Options = list[Option] | None


def stage_options(choices: Choices, chosen: Collection[str]) -> Options:
    """In Lever's order; a lead stage cannot be chosen."""
    if choices.stages is None:
        return None
    offered = [_stage(stage) for stage in choices.stages]
    return _with_chosen(offered, chosen, "not a stage in Lever any more")


def user_options(choices: Choices, chosen: str) -> Options:
    """Active users by name."""
    if choices.users is None:
        return None
    offered = [
        Option(
            user.id,
            user.name or user.email or user.id,
            also=frozenset({match_key(user.email or user.id)}),
            note=user.email or "",
        )
        for user in sorted(choices.users, key=lambda user: (user.name.casefold(), user.id))
    ]
    return _with_chosen(offered, _chosen(chosen), "not an active user in Lever any more")


def reason_options(choices: Choices, chosen: str, *, is_hired: bool) -> Options:
    """Active ones of the type, and whatever is chosen."""
    if choices.reasons is None:
        return None
    offered = [_reason(one) for one in choices.reasons if one.is_hired is is_hired]
    return _with_chosen(offered, _chosen(chosen), "not such a reason in Lever any more")


def survey_options(choices: Choices, chosen: str) -> Options:
    if choices.surveys is None:
        return None
    offered = [Option(one.codename, one.name or one.codename) for one in choices.surveys]
    return _with_chosen(offered, _chosen(chosen), "not switched on in Crosschq any more")


def posting_options(choices: Choices, chosen: str) -> Options:
    """By title, with the state; those that take nobody any more cannot be chosen."""
    if choices.postings is None:
        return None
    offered = [
        Option(
            one.id,
            one.text or one.id,
            also=frozenset({match_key(one.text)}),
            note=one.state or "",
            is_open=one.state not in NOT_FOR_LEADS,
        )
        for one in sorted(choices.postings, key=lambda one: (one.text.casefold(), one.id))
    ]
    return _with_chosen(offered, _chosen(chosen), "not in Lever any more")


def proposed_tags(choices: Choices) -> Sequence[str]:
    return (choices.tags or ())[:MOST_TAGS]


def is_unknown_tag(choices: Choices, typed: str) -> bool:
    """Nothing in Lever has it as yet, or any more; compared as a template's tag is."""
    return choices.tags is not None and bool(typed) and match_key(typed) not in map(match_key, choices.tags)


def chosen_texts(options: Options, typed: Iterable[str]) -> str:
    """For people."""
    return ", ".join(one.said for one in options if one.is_chosen) if options else ", ".join(typed)


def _stage(stage: DispositionStage) -> Option:
    note = "lead stage: its people have not applied" if stage.is_lead else stage.pipeline or ""
    return Option(
        stage.id, stage.text or stage.id, frozenset({match_key(stage.text)}), note, is_open=not stage.is_lead
    )


def _reason(reason: ArchiveReason) -> Option:
    note = "" if reason.is_active else "no longer active in Lever"
    also = frozenset({match_key(reason.text)})
    return Option(reason.id, reason.text or reason.id, also, note, is_open=reason.is_active)


def _chosen(typed: str) -> list[str]:
    return [typed] if typed else []


def _with_chosen(offered: Iterable[Option], chosen: Collection[str], lost: str) -> list[Option]:
    """What is chosen stays to be seen, though it may not be there any more, or not be chosen anew."""
    options = [replace(one, is_chosen=one.is_meant_by(chosen)) for one in offered]
    gone = [one for one in chosen if not any(option.is_meant_by([one]) for option in options)]
    return options + [Option(one, one, note=lost, is_open=False, is_chosen=True) for one in gone]
