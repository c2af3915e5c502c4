"""Where a settings form differs from what somebody has stored meanwhile, for people to compare. Decides nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from onboarding.choices import Choices
from onboarding.settings_form import setting
from onboarding.settings_form_labels import LABELS
from pages.admin.settings_draft import Draft, Typed
from pages.admin.settings_options import (
    Options,
    chosen_texts,
    posting_options,
    reason_options,
    stage_options,
    user_options,
)
from pages.admin.settings_prospects import RuleDraft
from pages.admin.settings_templates import TemplateDraft


@dataclass(frozen=True)
class Difference:
    """`stored` is what is stored now, in words; what was typed stands in the form."""

    path: str
    stored: str

    @property
    def label(self) -> str:
        return LABELS[self.path]


def differences(typed: Draft, stored: Draft, choices: Choices) -> list[Difference]:
    """In the form's order; by what is meant, as browsers write a moment in several ways."""
    meant, kept = typed.settings(), stored.settings()
    return [
        Difference(path, _said(path, stored, choices) or "nothing")
        for path in LABELS
        if setting(meant, path) != setting(kept, path)
    ]


def _said(path: str, draft: Draft, choices: Choices) -> str:
    if path == "templates":
        return "; ".join(map(_template, draft.templates))
    if path == "prospects.postings":
        return "; ".join(_rule(rule, choices) for rule in draft.rules)
    typed = draft.fields[path]
    if isinstance(typed, bool):
        return "on" if typed else "off"
    values = [typed] if isinstance(typed, str) else typed
    return chosen_texts(_options(path, typed, choices), values)


def _options(path: str, typed: Typed, choices: Choices) -> Options:
    if path == "lever.trigger_stages":
        return stage_options(choices, typed if isinstance(typed, list) else [])
    if path == "lever.perform_as":
        return user_options(choices, str(typed))
    if path.endswith(("archive_when_hired", "archive_when_not_hired", "withdrawal_reason")):
        return reason_options(choices, str(typed), is_hired=path.endswith("when_hired"))
    return None


def _template(template: TemplateDraft) -> str:
    counts: Iterable[str] = (f"{count} {kind}" for kind, count in template.counts.items())
    order = [f"order {template.order}"] if template.order else []
    fallback = ["fallback"] if template.is_fallback else []
    tag = [f"tag {template.lever_tag}"] if template.lever_tag else []
    return f"{template.name} ({', '.join(chain([template.survey], tag, counts, order, fallback))})"


def _rule(rule: RuleDraft, choices: Choices) -> str:
    posting = chosen_texts(posting_options(choices, rule.posting), [rule.posting])
    return f"{posting} for {rule.tag or rule.job_function}"
