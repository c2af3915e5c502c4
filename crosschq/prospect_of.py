"""Crosschq's prospect in the shape our rules read. Pure."""

from crosschq.prospects import ProspectEntry
from hiring.prospects import Prospect, headline_of


def prospect_of(entry: ProspectEntry, derived_id: str | None = None) -> Prospect:
    """`derived_id` is for a row of a CSV file without an id; ValueError where there is neither."""
    known_as = entry.id or derived_id
    if not known_as:
        raise ValueError("a prospect without Crosschq's id needs one derived from it")
    return Prospect(
        id=known_as,
        is_active=not entry.is_withdrawn,
        name=" ".join(filter(None, (entry.first_name, entry.last_name))),
        email=entry.email,
        phone=entry.mobile_phone,
        headline=headline_of(entry.headline or "", entry.title or "", entry.company or ""),
        location=entry.location or "",
        links=entry.links,
        tags=entry.tags,
        job_function=entry.job_function,
        opted_in_on=entry.opted_in_on,
        updated_on=entry.updated_on,
    )
