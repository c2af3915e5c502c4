"""The templates of the settings form: their fields as typed, and how many references of each kind may be asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from crosschq.models import RelationshipBounds, Survey
from pages.admin.forms import Fields
from pages.admin.settings_rows import rows

USUAL_KINDS: Final = ("managers", "peers", "employees", "business", "social")
"""Crosschq's, where its surveys cannot be read."""

LARGEST: Final = 99


@dataclass(frozen=True)
class Counter:
    """The number of references of one kind, between - and +; `is_asked` is False for what the survey lacks."""

    kind: str
    label: str
    typed: str
    least: int
    most: int
    is_asked: bool = True

    @property
    def number(self) -> int:
        """Of what was typed, at least the least; what is no number counts as none."""
        number = int(self.typed) if re.fullmatch(r"[0-9]{1,6}", self.typed) else 0
        return min(max(number, self.least), max(self.most, self.least))

    def changed_by(self, step: int) -> str:
        return str(min(max(self.number + step, self.least), self.most))


@dataclass
class TemplateDraft:
    """`counts` by Crosschq's ids of the kinds."""

    name: str = ""
    description: str = ""
    survey: str = ""
    lever_tag: str = ""
    order: str = ""
    is_fallback: bool = False
    counts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_settings(cls, stored: Mapping[str, Any]) -> "TemplateDraft":
        return cls(
            name=stored["name"],
            description=stored["description"],
            survey=stored["survey"],
            lever_tag=stored["lever_tag"] or "",
            order="" if stored["order"] is None else str(stored["order"]),
            is_fallback=stored["fallback"],
            counts={kind: str(count) for kind, count in stored["references"].items()},
        )

    @classmethod
    def all_from_fields(cls, fields: Fields) -> list["TemplateDraft"]:
        fallback = fields.one("templates.fallback")
        return [
            cls(
                name=row.text("name"),
                description=row.text("description"),
                survey=row.text("survey"),
                lever_tag=row.text("lever_tag"),
                order=row.text("order"),
                is_fallback=fallback == str(row.number),
                counts=row.texts_below("references"),
            )
            for row in rows(fields, "templates", "name")
        ]

    def settings(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "description": self.description,
            "survey": self.survey,
            "lever_tag": self.lever_tag or None,
            # None of a kind is not to ask for it, also where the survey has no such kind.
            "references": {kind: typed for kind, typed in self.counts.items() if typed.strip("0")},
            "order": self.order or None,
            "fallback": self.is_fallback,
        }

    def counters(self, surveys: Mapping[str, Survey]) -> list[Counter]:
        """In the survey's order; what is typed of other kinds is last. Usual ones where no survey can be read."""
        survey = surveys.get(self.survey)
        bounds = survey.relationships if survey else {}
        if not bounds and self.survey:
            bounds = {kind: RelationshipBounds() for kind in USUAL_KINDS}
        asked = [self._counter(kind, one) for kind, one in bounds.items()]
        others = [kind for kind, typed in self.counts.items() if kind not in bounds and typed.strip("0")]
        return asked + [Counter(kind, kind, self.counts[kind], 0, LARGEST, is_asked=False) for kind in others]

    def take_survey(self, surveys: Mapping[str, Survey]) -> None:
        """Numbers within the survey's bounds: as typed, else as it proposes."""
        if survey := surveys.get(self.survey):
            self.counts = {
                kind: str(self._counter(kind, bounds, str(bounds.default)).number)
                for kind, bounds in survey.relationships.items()
            }

    def _counter(self, kind: str, bounds: RelationshipBounds, proposed: str = "0") -> Counter:
        return Counter(kind, bounds.label or kind, self.counts.get(kind, proposed), bounds.min, bounds.max)
