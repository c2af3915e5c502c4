"""The filters of `GET /opportunities` (lever.md 5). Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict, cast

from lever.wire import to_epoch_ms
from outbound.http import Params


class OpportunityFilters(TypedDict, total=False):
    """All narrow the list; several values of one mean "or"; times are inclusive.

    Absent `archived` means both, absent `confidentiality` means non-confidential only. `expand`: applications,
    stage, owner, followers, sourcedBy, contact. `updated_at_*` misses old records, which have no such time.
    """

    tag: str | Sequence[str]
    email: str | Sequence[str]
    stage_id: str | Sequence[str]
    posting_id: str | Sequence[str]
    archived_posting_id: str | Sequence[str]
    contact_id: str | Sequence[str]
    archive_reason_id: str | Sequence[str]
    origin: str | Sequence[str]
    source: str | Sequence[str]
    confidentiality: str
    archived: bool
    snoozed: bool
    created_at_start: datetime
    created_at_end: datetime
    updated_at_start: datetime
    updated_at_end: datetime
    advanced_at_start: datetime
    advanced_at_end: datetime
    archived_at_start: datetime
    archived_at_end: datetime
    expand: Sequence[str]
    limit: int


def as_params(filters: OpportunityFilters) -> Params:
    """The query, times in epoch milliseconds."""
    values = cast("Mapping[str, str | int | Sequence[str] | datetime]", filters)
    return {
        name: to_epoch_ms(value) if isinstance(value, datetime) else value for name, value in values.items()
    }
