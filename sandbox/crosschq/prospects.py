"""Prospects: people who gave a reference and opted in to hear of jobs, in the order in which they last changed.

crosschq.md 4 says that they exist; their fields and this order are ours, inferred. What a page costs depends on
the page, not on how many there are. Knows no HTTP.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import Clock
from sandbox.crosschq.reference_request import NotAllowed

TICK = timedelta(microseconds=1)
Place = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """All that is known of the person; anything may be missing."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    mobile_phone: str | None = None
    headline: str | None = None
    company: str | None = None
    title: str | None = None
    location: str | None = None
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    job_function: str | None = None

    @property
    def name(self) -> str:
        """Both names on one line; empty where neither is known."""
        return " ".join(f"{self.first_name or ''} {self.last_name or ''}".split())

    def as_json(self) -> dict[str, Any]:
        """The fields under the names the API gives them."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


UNKNOWN = Profile()


@dataclass(frozen=True, slots=True)
class Prospect:
    """One opt-in. `person` is what they told; once they have withdrawn, `profile` shows nothing of it."""

    id: str
    person: Profile
    relationship: str
    reference_request: str
    opted_in_on: datetime
    updated_on: datetime
    withdrawn_on: datetime | None = None

    @property
    def status(self) -> str:
        """As the API names it."""
        return "withdrawn" if self.withdrawn_on else "active"

    @property
    def profile(self) -> Profile:
        """What Crosschq may still show."""
        return UNKNOWN if self.withdrawn_on else self.person

    @property
    def place(self) -> Place:
        """Where it stands in the order."""
        return self.updated_on, self.id

    def as_json(self) -> dict[str, Any]:
        """The API's shape (inferred)."""
        return {
            "id": self.id,
            "status": self.status,
            **self.profile.as_json(),
            "relationship": self.relationship,
            "reference_request": self.reference_request,
            "opted_in_on": to_the_tick(self.opted_in_on),
            "updated_on": to_the_tick(self.updated_on),
            "withdrawn_on": to_the_tick(self.withdrawn_on) if self.withdrawn_on else None,
        }


class Prospects:
    """All of them, never forgotten. Ids that do not exist raise KeyError, acts that cannot be raise NotAllowed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_id: dict[str, Prospect] = {}
        self._in_order: list[Prospect] = []

    def __len__(self) -> int:
        return len(self._in_order)

    def __contains__(self, prospect_id: str) -> bool:
        return prospect_id in self._by_id

    def __getitem__(self, prospect_id: str) -> Prospect:
        return self._by_id[prospect_id]

    def in_order(self) -> list[Prospect]:
        """All of them as they stand now, the one that changed last at the end."""
        return list(self._in_order)

    def slice(self, start: int, end: int) -> list[Prospect]:
        """Those from position `start` up to `end`, in order."""
        return self._in_order[start:end]

    def position_since(self, moment: datetime) -> int:
        """How many had their last change before `moment`."""
        return bisect_left(self._in_order, moment, key=lambda one: one.updated_on)

    def position_after(self, place: Place) -> int:
        """How many stand at `place` or before it, whether or not anybody stands there still."""
        return bisect_right(self._in_order, place, key=lambda one: one.place)

    def add(self, prospect_id: str, person: Profile, relationship: str, reference_request: str) -> Prospect:
        """Somebody opts in, now."""
        now = self._now()
        return self._keep(Prospect(prospect_id, person, relationship, reference_request, now, now))

    def withdraw(self, prospect_id: str) -> Prospect:
        """They no longer want to hear of jobs."""
        now = self._now()
        return self._keep(replace(self._active(prospect_id), updated_on=now, withdrawn_on=now))

    def change(self, prospect_id: str, **changes: Any) -> Prospect:  # noqa: ANN401 - fields of Profile
        """Something about them is another; TypeError for what a Profile does not have."""
        found = self._active(prospect_id)
        return self._keep(replace(found, person=replace(found.person, **changes), updated_on=self._now()))

    def opt_in_again(self, prospect_id: str) -> Prospect:
        """Who had withdrawn comes back, as the same prospect, and tells what they told before."""
        found = self[prospect_id]
        if not found.withdrawn_on:
            raise NotAllowed("This prospect has opted in already.")
        now = self._now()
        return self._keep(replace(found, opted_in_on=now, updated_on=now, withdrawn_on=None))

    def _active(self, prospect_id: str) -> Prospect:
        found = self[prospect_id]
        if found.withdrawn_on:
            raise NotAllowed("This prospect has withdrawn.")
        return found

    def _keep(self, prospect: Prospect) -> Prospect:
        before = self._by_id.get(prospect.id)
        if before:
            del self._in_order[self.position_after(before.place) - 1]
        self._by_id[prospect.id] = prospect
        self._in_order.append(prospect)
        return prospect

    def _now(self) -> datetime:
        """The clock's time, or a tick after the last change: no two changes share a moment."""
        now = self._clock()
        return max(now, self._in_order[-1].updated_on + TICK) if self._in_order else now


def to_the_tick(at: datetime) -> str:
    """ISO 8601 with microseconds and offset: whole seconds would not tell one change from the next."""
    return at.isoformat(timespec="microseconds")


def _plain(value: str | tuple[str, ...] | None) -> str | list[str] | None:
    return list(value) if isinstance(value, tuple) else value
