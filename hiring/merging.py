"""Which opportunity a reference request goes on with when its own is gone from Lever. Decides only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Sibling:
    """An opportunity that Lever shows of the same contact."""

    opportunity_id: str
    is_archived: bool = False
    is_anonymised: bool = False
    touched_at: datetime | None = None
    """When Lever last changed it: a merge does."""


def surviving(siblings: Sequence[Sibling], gone: str, erased: Collection[str]) -> str | None:
    """The one to go on with; None: whoever is to be forgotten is. `erased`: those that have a tombstone here.

    One that is under way before an archived one, then the one that was touched last.
    """
    living = [
        one
        for one in siblings
        if one.opportunity_id != gone and one.opportunity_id not in erased and not one.is_anonymised
    ]
    best = max(
        living,
        key=lambda one: (not one.is_archived, one.touched_at or LONG_AGO, one.opportunity_id),
        default=None,
    )
    return best.opportunity_id if best else None
