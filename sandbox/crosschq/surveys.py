"""The surveys ("job roles") an organization has, and the two shapes in which the API lists them.

crosschq.md 1.3 (v1: bounds per account, numbers as strings) and 1.4 (v2: per survey, as ints).
"""

from dataclasses import dataclass, field
from typing import Any

MIN_REFERENCE_COUNT = 2

RELATIONSHIPS: dict[str, tuple[str, str]] = {
    "managers": ("Manager", "Managers"),
    "employees": ("Direct Report", "Direct Reports"),
    "peers": ("Coworker/Peer", "Coworkers/Peers"),
    "business": ("Customer/Supplier", "Customers/Suppliers"),
    "social": ("Mentor", "Mentors"),
}
"""id -> the label v1 uses (one), the label v2 uses (many)."""


@dataclass(frozen=True)
class Bounds:
    """How many references of one relationship a survey takes; may they opt in as prospects."""

    min: int = 0
    max: int = 10
    default: int = 2
    skip_reference_optin: bool = False


@dataclass
class Survey:
    """One survey. Admins enable and disable it, so the list changes (section 1.4)."""

    codename: str
    name: str
    relationships: dict[str, Bounds]
    enabled: bool = field(default=True)

    def v2(self) -> dict[str, Any]:
        """The entry of `GET /api/v2/settings/jobrole/`."""
        return {
            "codename": self.codename,
            "name": self.name,
            "relationships": {
                name: {
                    "default": bounds.default,
                    "label": RELATIONSHIPS[name][1],
                    "max": bounds.max,
                    "min": bounds.min,
                    "skip_reference_optin": bounds.skip_reference_optin,
                    "whv_mode": "default",
                }
                for name, bounds in self.relationships.items()
            },
        }

    def v1(self) -> dict[str, Any]:
        """The entry of `GET /partners/jobroles/`; keys inferred from `/partners/config/` beside it."""
        return {"id": self.codename, "name": self.name}


def account_config() -> dict[str, Any]:
    """The answer of `GET /partners/config/`: strings, except the count (section 1.3)."""
    return {
        "relationships": [
            {"id": name, "name": label, "min": "0", "max": "10", "default": "2"}
            for name, (label, _) in RELATIONSHIPS.items()
        ],
        "min_reference_count": MIN_REFERENCE_COUNT,
    }


def seeded() -> dict[str, Survey]:
    """The surveys an organization starts with, by codename; two are disabled."""
    every = {name: Bounds() for name in RELATIONSHIPS}
    surveys = [
        Survey("software-engineer", "Software Engineer", every),
        Survey(
            "sales-representative", "Sales Representative", {**every, "business": Bounds(max=5, default=1)}
        ),
        Survey("engineering-manager", "Engineering Manager", {**every, "employees": Bounds(min=1, max=6)}),
        Survey(
            "general", "General", {**every, "social": Bounds(max=2, default=0, skip_reference_optin=True)}
        ),
        Survey("customer-support", "Customer Support", {"managers": Bounds(max=3), "peers": Bounds(max=3)}),
        Survey("brand-marketer-manager", "Brand Marketer - Manager", every, enabled=False),
        Survey("intern", "Intern", {"managers": Bounds(max=2), "social": Bounds()}, enabled=False),
    ]
    return {survey.codename: survey for survey in surveys}
