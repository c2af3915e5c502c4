"""The settings form as its templates show it: what was typed, what can be chosen, what is wrong where."""

from collections.abc import Sequence
from dataclasses import dataclass

from hiring.requestors import RequestorRole
from onboarding.choices import Choices
from onboarding.settings_form_labels import label_of
from onboarding.settings_form_problems import Problem
from onboarding.stored import StoredConnection
from pages.admin.settings_differences import Difference
from pages.admin.settings_draft import Draft, Typed
from pages.admin.settings_options import (
    Options,
    is_unknown_tag,
    posting_options,
    proposed_tags,
    reason_options,
    stage_options,
    survey_options,
    user_options,
)
from pages.admin.settings_templates import Counter, TemplateDraft

PLACES = ("First", "Then", "Third choice")
"""In the chain of those who may ask: as many as there are roles."""


@dataclass(frozen=True)
class SettingsShown:
    """`version` is the one that whoever sends this form has seen.

    `focus` is the id of the element to go on at after a button; `differences` follow a change meanwhile.
    """

    stored: StoredConnection
    version: str
    draft: Draft
    choices: Choices
    problems: Sequence[Problem] = ()
    focus: str = ""
    differences: Sequence[Difference] | None = None

    def value(self, path: str) -> Typed:
        return self.draft.fields[path]

    def label(self, path: str) -> str:
        """Without the number that a summary needs: it stands in the group's legend."""
        return label_of(path).rpartition(": ")[2]

    def wrong(self, path: str) -> str:
        """What is wrong at the field; "" for nothing."""
        return " ".join(one.text for one in self.problems if one.path == path)

    @property
    def stages(self) -> Options:
        typed = self.value("lever.trigger_stages")
        return stage_options(self.choices, typed if isinstance(typed, list) else [])

    @property
    def users(self) -> Options:
        return user_options(self.choices, str(self.value("lever.perform_as")))

    def reasons(self, path: str, *, is_hired: bool) -> Options:
        return reason_options(self.choices, str(self.value(path)), is_hired=is_hired)

    def surveys(self, chosen: str) -> Options:
        return survey_options(self.choices, chosen)

    def postings(self, chosen: str) -> Options:
        return posting_options(self.choices, chosen)

    @property
    def chain(self) -> list[tuple[str, str]]:
        """Each place with the role that stands there, or ""."""
        typed = self.value("requests.requestor_chain")
        roles = [*(typed if isinstance(typed, list) else []), "", "", ""]
        return list(zip(PLACES, roles, strict=False))

    @property
    def roles(self) -> list[str]:
        return [role.value for role in RequestorRole]

    @property
    def tags(self) -> Sequence[str]:
        return proposed_tags(self.choices)

    def is_unknown_tag(self, typed: str) -> bool:
        return is_unknown_tag(self.choices, typed)

    def counters(self, template: TemplateDraft) -> list[Counter]:
        return template.counters(self.choices.survey)
