"""The buttons inside the settings form that store nothing: - and +, add and remove. Each changes the draft alone."""

import re
from typing import Final

from onboarding.choices import Choices
from pages.admin.settings_draft import Draft
from pages.admin.settings_prospects import RuleDraft
from pages.admin.settings_templates import TemplateDraft

_OF_TEMPLATE: Final = re.compile(r"templates\.(\d{1,3})\.(remove|survey|references\.(.+)\.(less|more))")
_OF_RULE: Final = re.compile(r"prospects\.postings\.(\d{1,3})\.remove")


def act(draft: Draft, what: str, choices: Choices) -> str:
    """The id of the element to go on at; "" for a button that is not there."""
    if what == "templates.add":
        draft.templates.append(TemplateDraft())
        return f"templates.{len(draft.templates) - 1}.name"
    if what == "prospects.postings.add":
        draft.rules.append(RuleDraft())
        return f"prospects.postings.{len(draft.rules) - 1}.posting"
    if found := _OF_TEMPLATE.fullmatch(what):
        return _of_template(draft, int(found[1]), found, choices)
    if (found := _OF_RULE.fullmatch(what)) and int(found[1]) < len(draft.rules):
        del draft.rules[int(found[1])]
        return "prospects.postings.add"
    return ""


def _of_template(draft: Draft, number: int, found: re.Match[str], choices: Choices) -> str:
    if number >= len(draft.templates):
        return ""
    template = draft.templates[number]
    if found[2] == "remove":
        del draft.templates[number]
        return "templates.add"
    if found[2] == "survey":
        template.take_survey(choices.survey)
        return f"templates.{number}.survey"
    return _count(template, f"templates.{number}.references.{found[3]}", found[3], found[4], choices)


def _count(template: TemplateDraft, path: str, kind: str, way: str, choices: Choices) -> str:
    """At a bound the button is off, so that the number itself is gone on at."""
    for counter in template.counters(choices.survey):
        if counter.kind == kind:
            changed = template.counts[kind] = counter.changed_by(1 if way == "more" else -1)
            bound = counter.most if way == "more" else counter.least
            return path if changed == str(bound) else f"{path}.{way}"
    return ""
