"""The pages that every page leads to, and which of them one is on. Knows no visitor."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    path: str
    title: str
    beyond: tuple[str, ...] = ()
    """How paths begin that are reached from here, besides those below it."""

    def current(self, path: str) -> str | None:
        """For aria-current: `page`, `true` for a page that belongs to this one, or None."""
        if path == self.path:
            return "page"
        begins = (f"{self.path}/", *self.beyond) if self.path != "/" else self.beyond
        return "true" if path.startswith(begins) else None


PLACES: Sequence[Place] = (
    Place("/", "Overview"),
    Place("/connections", "Connections"),
    Place("/deliveries", "Deliveries"),
    Place("/waiting", "Requests and follow-ups", ("/requests/", "/follow-ups/")),
    Place("/preview", "Preview"),
    Place("/audit", "Audit"),
    Place("/people", "People"),
)
