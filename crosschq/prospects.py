"""Prospects as Crosschq tells of them: references who opted in to hear of jobs (crosschq.md 4, inferred). Never calls.

One whose data are half unreadable is still one: what cannot be read counts as absent, so that a page and a walk go
on, and a withdrawal is noticed. No `repr` shows whose data they are.
"""

from typing import Annotated

from pydantic import AliasGenerator, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from cleaning.text import clean_line
from crosschq import dialect
from crosschq.wire import Count, CrosschqModel, Email, IsoMoment, Lenient, RequestId, Text, literal

LONGEST_TEXT = 4096
MOST_TEXTS = 200


def _readable_texts(value: object) -> tuple[str, ...]:
    texts = value if isinstance(value, list | tuple) else [value]
    readable = (clean_line(one) for one in texts if isinstance(one, str) and len(one) <= LONGEST_TEXT)
    return tuple(one for one in readable if one)[:MOST_TEXTS]


_Said = Annotated[Text | None, Lenient]
_Personal = Annotated[Text | None, Lenient, Field(repr=False)]
_PersonalTexts = Annotated[tuple[str, ...], BeforeValidator(_readable_texts), Field(repr=False)]
_When = Annotated[IsoMoment | None, Lenient]


class ProspectEntry(CrosschqModel):
    """One prospect. `id` is None only for a row of a CSV file that has none; times are UTC."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=dialect.PROSPECT_FIELDS.__getitem__),
        populate_by_name=True,
    )

    id: RequestId | None = None
    status: _Said = None
    first_name: _Personal = None
    last_name: _Personal = None
    email: Annotated[Email | None, Lenient, Field(repr=False)] = None
    mobile_phone: _Personal = None
    headline: _Personal = None
    company: _Personal = None
    title: _Personal = None
    location: _Personal = None
    links: _PersonalTexts = ()
    tags: _PersonalTexts = ()
    job_function: _Said = None
    relationship: _Said = None
    reference_request: _Said = None
    opted_in_on: _When = None
    updated_on: _When = None
    withdrawn_on: _When = None

    @property
    def is_withdrawn(self) -> bool:
        """By its status; where that is no word we know, by whether there is a day of withdrawal."""
        said = literal(self.status or "")
        if said in dialect.PROSPECT_ACTIVE_STATUSES:
            return False
        return said in dialect.PROSPECT_WITHDRAWN_STATUSES or self.withdrawn_on is not None


class ProspectPage(CrosschqModel):
    """One page of the list, in the order of change. `next` is the cursor of the page after it, None at the end.

    `count` is how many match in all; `left_out` how many entries of this page had no usable id.
    """

    count: Annotated[Count | None, Lenient] = None
    next: Text | None = None
    results: tuple[ProspectEntry, ...]
    left_out: int = 0

    @model_validator(mode="before")
    @classmethod
    def _with_what_is_readable(cls, answer: object) -> object:
        if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
            return answer
        entries = answer["results"]
        readable = [entry for entry in map(_readable, entries) if entry]
        return {**answer, "results": readable, "left_out": len(entries) - len(readable)}


def _readable(entry: object) -> ProspectEntry | None:
    try:
        read = ProspectEntry.model_validate(entry)
    except ValidationError:
        return None
    return read if read.id else None
