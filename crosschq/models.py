"""What Crosschq tells us, as typed values: unknown fields are ignored, nulls and blanks count as absent. Never calls.

Names and literals that are inferred come from crosschq.dialect. Links in here are text from outside: nothing may be
fetched or shown before outbound.links.check_link has passed it.
"""

from typing import Annotated

from pydantic import AliasChoices, AliasGenerator, BeforeValidator, ConfigDict, Field

from crosschq import dialect
from crosschq.dialect import HiringStatus
from crosschq.wire import (
    Count,
    CrosschqModel,
    Day,
    Email,
    InAnySpelling,
    Lenient,
    Line,
    Link,
    Moment,
    RequestId,
    Text,
    literal,
)


def _by_id(relationships: object) -> object:
    if not isinstance(relationships, list):
        return relationships
    return {
        one["id"]: one for one in relationships if isinstance(one, dict) and isinstance(one.get("id"), str)
    }


class RelationshipBounds(CrosschqModel):
    """How many references of one kind may be asked for. v1 calls the label `name` (crosschq.md 1.3, 1.4).

    A bound that is absent is taken from the documented sample: 0 to 10.
    """

    label: Text = Field(default="", validation_alias=AliasChoices("label", "name"))
    min: Count = 0
    max: Count = 10
    default: Count = 0


class AccountConfig(CrosschqModel):
    """The account's own bounds, by relationship id (crosschq.md 1.3, documented for v1)."""

    relationships: Annotated[dict[str, RelationshipBounds], BeforeValidator(_by_id)]
    min_reference_count: Count = 0


class Survey(CrosschqModel):
    """A questionnaire ("jobrole") with its bounds by relationship id (crosschq.md 1.4, documented)."""

    codename: Text
    name: Text = ""
    relationships: dict[str, RelationshipBounds] = Field(default_factory=dict)


class Person(CrosschqModel):
    """A candidate as Crosschq tells of one (crosschq.md 1.3, inferred)."""

    first_name: Text = ""
    last_name: Text = ""
    email: Email = ""
    mobile_phone: Text | None = None


class Reference(Person):
    """Somebody asked about the candidate. `status` is Crosschq's literal, unknown to any page (crosschq.md 1.7)."""

    status: Text = ""

    @property
    def has_answered(self) -> bool:
        """Inferred; an unknown literal counts as not answered."""
        return literal(self.status) in dialect.REFERENCE_ANSWERED_STATUSES

    @property
    def is_cancelled(self) -> bool:
        """Inferred: withdrawn by the candidate, or left over when the request was concluded (crosschq.md 1.7)."""
        return literal(self.status) in dialect.REFERENCE_CANCELLED_STATUSES


class ReferenceRequest(CrosschqModel):
    """A reference request, read by id or sent as a webhook's snapshot (crosschq.md 1.3, 1.6, inferred).

    `job` is the job's title when read; in a webhook it may be the survey's codename instead. Times are UTC. The hiring
    status is None where Crosschq says nothing of it, or nothing we know (crosschq.md 5): that is not "undecided".
    """

    model_config = ConfigDict(
        alias_generator=AliasGenerator(
            validation_alias=lambda name: AliasChoices(*dialect.REQUEST_FIELDS[name])
        )
    )

    id: RequestId
    candidate: Person = Person()
    job: Line = ""
    status: Text = ""
    progress: Annotated[int, Field(ge=0, le=100)] = 0
    references: tuple[Reference, ...] = ()
    created_at: Moment | None = None
    updated_on: Moment | None = None
    status_updated_on: Moment | None = None
    report_url: Link | None = None
    report_summary_pdf: Link | None = None
    report_full_pdf: Link | None = None
    hiring_status: Annotated[HiringStatus | None, InAnySpelling, Lenient] = None
    hired_on: Annotated[Day | None, Lenient] = None

    @property
    def is_complete(self) -> bool:
        """Both signals of crosschq.md 1.6: all of the progress, and a report to open."""
        return self.progress == dialect.COMPLETE_PROGRESS and self.report_url is not None

    @property
    def is_over_without_report(self) -> bool:
        """Inferred: ended by cancelling or declining, so that no report is to be waited for."""
        return literal(self.status) in dialect.REQUEST_OVER_STATUSES and not self.is_complete

    @property
    def asked(self) -> int:
        """How many references were asked; those cancelled are not counted, those who declined are."""
        return sum(not reference.is_cancelled for reference in self.references)

    @property
    def answered(self) -> int:
        """How many references have answered."""
        return sum(reference.has_answered for reference in self.references)
