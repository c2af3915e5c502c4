"""What Crosschq tells us, as typed values: unknown fields are ignored, nulls and blanks count as absent. Never calls.

Names and literals that are inferred come from crosschq.dialect. Links in here are text from outside: nothing may be
fetched or shown before outbound.links.check_link has passed it.
"""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from crosschq import dialect


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("not a time within the years 1 to 9999 UTC") from None


def _by_id(relationships: object) -> object:
    if not isinstance(relationships, list):
        return relationships
    return {
        one["id"]: one for one in relationships if isinstance(one, dict) and isinstance(one.get("id"), str)
    }


# PostgreSQL holds no NUL in text.
Text = Annotated[str, Field(max_length=4096, pattern=r"^[^\x00]*$")]
Moment = Annotated[datetime, AfterValidator(_in_utc)]
# Safe in a URL path, a log and a database key: an id from a webhook ends up in all three.
RequestId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._~-]{0,127}$")]
Count = Annotated[int, Field(ge=0)]


class CrosschqModel(BaseModel):
    """Frozen; v1 sends numbers as strings (contract 1.3), and an error never quotes people's data."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {name: entry for name, entry in value.items() if entry is not None and entry != ""}


class RelationshipBounds(CrosschqModel):
    """How many references of one kind may be asked for. v1 calls the label `name` (contract 1.3, 1.4).

    A bound that is absent is taken from the documented sample: 0 to 10.
    """

    label: Text = Field(default="", validation_alias=AliasChoices("label", "name"))
    min: Count = 0
    max: Count = 10
    default: Count = 0


class AccountConfig(CrosschqModel):
    """The account's own bounds, by relationship id (contract 1.3, documented for v1)."""

    relationships: Annotated[dict[str, RelationshipBounds], BeforeValidator(_by_id)]
    min_reference_count: Count = 0


class Survey(CrosschqModel):
    """A questionnaire ("jobrole") with its bounds by relationship id (contract 1.4, documented)."""

    codename: Text
    name: Text = ""
    relationships: dict[str, RelationshipBounds] = Field(default_factory=dict)


class Person(CrosschqModel):
    """A candidate as Crosschq tells of one (contract 1.3, inferred)."""

    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    mobile_phone: Text | None = None


class Reference(Person):
    """Somebody asked about the candidate. `status` is Crosschq's literal, unknown to any page (contract 1.7)."""

    status: Text = ""

    @property
    def has_answered(self) -> bool:
        """Inferred; an unknown literal counts as not answered."""
        return _literal(self.status) in dialect.REFERENCE_ANSWERED_STATUSES

    @property
    def is_cancelled(self) -> bool:
        """Inferred: withdrawn by the candidate, or left over when the request was concluded (contract 1.7)."""
        return _literal(self.status) in dialect.REFERENCE_CANCELLED_STATUSES


class ReferenceRequest(CrosschqModel):
    """A reference request, read by id or sent as a webhook's snapshot (contract 1.3, 1.6, inferred).

    `job` is the job's title when read; in a webhook it may be the survey's codename instead. Times are UTC.
    """

    model_config = ConfigDict(
        alias_generator=AliasGenerator(
            validation_alias=lambda name: AliasChoices(*dialect.REQUEST_FIELDS[name])
        )
    )

    id: RequestId
    candidate: Person = Person()
    job: Text = ""
    status: Text = ""
    progress: Annotated[int, Field(ge=0, le=100)] = 0
    references: tuple[Reference, ...] = ()
    created_at: Moment | None = None
    updated_on: Moment | None = None
    status_updated_on: Moment | None = None
    report_url: Text | None = None
    report_summary_pdf: Text | None = None
    report_full_pdf: Text | None = None

    @property
    def is_complete(self) -> bool:
        """Both signals of contract 1.6: all of the progress, and a report to open."""
        return self.progress == dialect.COMPLETE_PROGRESS and self.report_url is not None

    @property
    def is_over_without_report(self) -> bool:
        """Inferred: ended by cancelling or declining, so that no report is to be waited for."""
        return _literal(self.status) in dialect.REQUEST_OVER_STATUSES and not self.is_complete

    @property
    def asked(self) -> int:
        """How many references were asked; those cancelled are not counted, those who declined are."""
        return sum(not reference.is_cancelled for reference in self.references)

    @property
    def answered(self) -> int:
        """How many references have answered."""
        return sum(reference.has_answered for reference in self.references)


def _literal(status: str) -> str:
    return re.sub(r"[\s_-]+", "_", status.strip()).lower()
