"""An opportunity as we ask Lever for one, and its answer to that (lever.md 8). Never sends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BeforeValidator, Field

from hiring.prospects import Lead
from lever.answers import data_of
from lever.wire import Lenient, LeverModel


@dataclass(frozen=True, slots=True)
class NewOpportunity:
    """A sourced one without a stage, so that Lever puts it in New lead (lever.md 1.13). Blank: not known.

    `posting_id` is one at most, since Lever refuses more; `phones` are sent as they are written.
    """

    name: str = field(default="", repr=False)
    headline: str = field(default="", repr=False)
    location: str = field(default="", repr=False)
    emails: tuple[str, ...] = field(default=(), repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    links: tuple[str, ...] = field(default=(), repr=False)
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    posting_id: str | None = None

    def to_wire(self) -> dict[str, object]:
        """The JSON body; what is not known is left out."""
        body: dict[str, object] = {
            "name": self.name,
            "headline": self.headline,
            "location": self.location,
            "emails": list(self.emails),
            "phones": [{"value": phone} for phone in self.phones],
            "links": list(self.links),
            "sources": list(self.sources),
            "tags": list(self.tags),
            "postings": [self.posting_id] if self.posting_id else [],
        }
        return {"origin": "sourced", **{name: value for name, value in body.items() if value}}


def _readable_tags(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else ()


def _is_true(value: object) -> bool:
    return value is True


class CreatedOpportunity(LeverModel):
    """What Lever made. `deduped`: it knew one of the e-mails, so `contact` is an older person's (lever.md 1.8).

    `tags` are those asked for and those Lever took from the posting. Only the id must be readable: refusing the answer
    for anything else would leave the write in doubt.
    """

    id: Annotated[str, Field(min_length=1)]
    contact: Annotated[str | None, Lenient] = None
    tags: Annotated[tuple[str, ...], BeforeValidator(_readable_tags)] = ()
    stage: Annotated[str | None, Lenient] = None
    deduped: Annotated[bool, BeforeValidator(_is_true)] = False


def as_lead(lead: Lead) -> NewOpportunity:
    """The opportunity that our rules want made."""
    return NewOpportunity(
        name=lead.name,
        headline=lead.headline,
        location=lead.location,
        emails=lead.emails,
        phones=lead.phones,
        links=lead.links,
        sources=lead.sources,
        tags=lead.tags,
        posting_id=lead.posting_id,
    )


def created_of(answer: object) -> object:
    """The opportunity in `{"deduped", "data"}` with `deduped` in it, wherever in the answer it stands."""
    created = data_of(answer)
    if not isinstance(created, Mapping):
        return created
    outer = answer if isinstance(answer, Mapping) else {}
    inner = outer.get("data")
    deduped = next(
        (one["deduped"] for one in (outer, inner) if isinstance(one, Mapping) and "deduped" in one), None
    )
    return {**created, "deduped": deduped}
