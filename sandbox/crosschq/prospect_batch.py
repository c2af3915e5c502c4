"""Many ready-made prospects at once, some of them flawed on purpose. A test's convenience, nothing of Crosschq's."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.crosschq.prospect_people import Inventor
from sandbox.crosschq.prospects import Profile, Prospects
from sandbox.crosschq.surveys import RELATIONSHIPS

MOST = 200_000
Flaw = Callable[[Profile], Profile]
FLAWS: dict[str, Flaw] = {
    "no_email": lambda person: replace(person, email=None),
    "bad_email": lambda person: replace(person, email=f"{person.first_name} at prospects"),
    "bad_phone": lambda person: replace(person, mobile_phone="ask at the front desk"),
    "refused": lambda person: replace(person, email=f"{(person.email or '').partition('@')[0]}@refused.test"),
    "no_name": lambda person: replace(person, first_name=None, last_name=None),
    "no_optional": lambda person: Profile(person.first_name, person.last_name, person.email),
}
"""What each flaw makes of somebody without one; `same_email` needs a second person and stands below."""


class Flawed(BaseModel):
    """How many of the batch have which flaw; each has one at most."""

    model_config = ConfigDict(extra="forbid")

    no_email: int = Field(0, ge=0)
    bad_email: int = Field(0, ge=0)
    bad_phone: int = Field(0, ge=0)
    refused: int = Field(0, ge=0)
    same_email: int = Field(0, ge=0)
    no_name: int = Field(0, ge=0)
    no_optional: int = Field(0, ge=0)

    def kinds(self) -> list[str]:
        """The name of each flaw, as often as it is asked for."""
        return [kind for kind, count in self.model_dump().items() for _ in range(count)]


class Batch(BaseModel):
    """The body of `POST /sandbox/prospects`: `count` in all, the flawed among them."""

    model_config = ConfigDict(extra="forbid")

    count: int = Field(ge=1, le=MOST)
    seed: int = 1
    flawed: Flawed = Flawed()

    @model_validator(mode="after")
    def _fits(self) -> "Batch":
        flaws = len(self.flawed.kinds())
        if flaws > self.count:
            raise ValueError(f"{flaws} flawed prospects are more than the {self.count} asked for")
        if self.flawed.same_email and flaws == self.count:
            raise ValueError("same_email needs a prospect without a flaw whose address it can have")
        return self


def add_batch(prospects: Prospects, batch: Batch) -> dict[str, list[str]]:
    """Adds them all, now; the ids of the flawed ones by kind. The flawed are strewn among the others by the seed."""
    inventor, chance = Inventor(batch.seed), Random(batch.seed)  # noqa: S311 - nothing secret
    kinds = batch.flawed.kinds()
    # The first has no flaw unless all have one, so that `same_email` always finds an earlier address.
    places = chance.sample(range(len(kinds) < batch.count, batch.count), len(kinds))
    flaw_at = dict(zip(places, kinds, strict=True))
    relationships = tuple(RELATIONSHIPS)
    flawed: dict[str, list[str]] = {kind: [] for kind in Flawed.model_fields}
    shared: str | None = None
    for place in range(batch.count):
        person, kind = inventor.somebody(len(prospects) + 1), flaw_at.get(place)
        if kind is None:
            shared = person.email
        else:
            person = replace(person, email=shared) if kind == "same_email" else FLAWS[kind](person)
        added = prospects.add(new_id(), person, chance.choice(relationships), f"rq_{uuid4().hex}")
        if kind:
            flawed[kind].append(added.id)
    return flawed


def new_id() -> str:
    """The id of a prospect that no reference of ours stands behind; never repeats, not even after a reset."""
    return f"pr_{uuid4().hex}"
