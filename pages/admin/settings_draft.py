"""What stands in the settings form: text as it was typed, made of stored settings or of a form sent. Checks nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from cleaning.text import clean_line
from onboarding.delays import delay, in_words, iso
from onboarding.settings_form import setting
from pages.admin.forms import Fields
from pages.admin.settings_prospects import RuleDraft
from pages.admin.settings_templates import TemplateDraft

Typed = str | bool | list[str]


class Kind(StrEnum):
    TEXT = "text"
    OPTIONAL = "optional"
    """Text or a number; blank is none."""
    MOMENT = "moment"
    """In UTC, as a browser's field for day and time has it."""
    DELAY = "delay"
    """In words; "never" stays."""
    SWITCH = "switch"
    LINES = "lines"
    """Several, each in a field of that name or in a line of one."""


KINDS: Final = {
    "live_since": Kind.MOMENT,
    "lever.trigger_stages": Kind.LINES,
    "lever.perform_as": Kind.TEXT,
    "requests.shadow": Kind.SWITCH,
    "requests.most_per_hour": Kind.OPTIONAL,
    "requests.requestor_chain": Kind.LINES,
    "requests.fallback_requestor": Kind.OPTIONAL,
    "requests.ask_again_after_days": Kind.OPTIONAL,
    "follow_up.after": Kind.DELAY,
    "follow_up.remind_after": Kind.DELAY,
    "follow_up.settle_after": Kind.DELAY,
    "follow_up.fallback_asked": Kind.OPTIONAL,
    "follow_up.archived_means_not_hired": Kind.SWITCH,
    "follow_up.archive_when_hired": Kind.TEXT,
    "follow_up.archive_when_not_hired": Kind.TEXT,
    "follow_up.crosschq_takes_outcomes": Kind.SWITCH,
    "prospects.from_api": Kind.SWITCH,
    "prospects.source": Kind.TEXT,
    "prospects.tags": Kind.LINES,
    "prospects.if_in_lever": Kind.TEXT,
    "prospects.on_withdrawal": Kind.TEXT,
    "prospects.withdrawal_reason": Kind.TEXT,
    "prospects.withdrawal_tag": Kind.TEXT,
}
"""Templates and posting rules stand for themselves."""


@dataclass
class Draft:
    """`fields` by the paths of KINDS."""

    fields: dict[str, Typed]
    templates: list[TemplateDraft]
    rules: list[RuleDraft]

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "Draft":
        """Settings as a connection's file has them."""
        return cls(
            {path: _shown(kind, setting(settings, path)) for path, kind in KINDS.items()},
            [TemplateDraft.from_settings(one) for one in settings["templates"]],
            [RuleDraft.from_settings(one) for one in settings["prospects"]["postings"]],
        )

    @classmethod
    def from_fields(cls, fields: Fields) -> "Draft":
        return cls(
            {path: _read(kind, fields, path) for path, kind in KINDS.items()},
            TemplateDraft.all_from_fields(fields),
            RuleDraft.all_from_fields(fields),
        )

    def settings(self) -> dict[str, Any]:
        """As a connection's file has them, for the model to check."""
        settings: dict[str, Any] = {"lever": {}, "requests": {}, "follow_up": {}, "prospects": {}}
        for path, kind in KINDS.items():
            section, _, key = path.rpartition(".")
            (settings[section] if section else settings)[key] = _meant(kind, self.fields[path])
        settings["templates"] = [template.settings() for template in self.templates]
        settings["prospects"]["postings"] = [rule.settings() for rule in self.rules]
        return settings


def _shown(kind: Kind, value: object) -> Typed:
    if kind is Kind.SWITCH:
        return bool(value)
    if kind is Kind.DELAY:
        return _delay(value, in_words)
    if isinstance(value, list):
        return [str(one) for one in value]
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S}"
    return "" if value is None else str(value)


def _read(kind: Kind, fields: Fields, path: str) -> Typed:
    if kind is Kind.SWITCH:
        return fields.is_on(path)
    if kind is Kind.LINES:
        lines = [clean_line(line) for value in fields.all(path) for line in value.splitlines()]
        return list(dict.fromkeys(filter(None, lines)))
    return fields.one(path)


def _meant(kind: Kind, typed: Typed) -> object:
    if kind is Kind.OPTIONAL:
        return typed or None
    if kind is Kind.MOMENT:
        return _moment(str(typed))
    if kind is Kind.DELAY:
        return _delay(typed, iso)
    return typed


def _delay(written: object, rewrite: Callable[[timedelta], str]) -> str:
    """What is no delay stays as it is."""
    try:
        return rewrite(delay(written))
    except ValueError:
        return str(written)


def _moment(typed: str) -> datetime | str:
    """What is no moment stays as it is, for the model to refuse."""
    try:
        moment = datetime.fromisoformat(typed)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return typed
