"""The CSV export of prospects, row by row: never the whole file as one string. The columns are ours, inferred. Pure."""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice

from sandbox.crosschq.prospects import Prospect, to_the_tick

BOM = "\ufeff"
"""Stands first, because without it Excel takes the file for another encoding."""
ROWS_AT_ONCE = 500
HEADER = (
    "Prospect ID",
    "Status",
    "First Name",
    "Last Name",
    "Email",
    "Mobile Phone",
    "Headline",
    "Company",
    "Title",
    "Location",
    "Links",
    "Tags",
    "Job Function",
    "Relationship",
    "Reference Request",
    "Opted In On",
    "Updated On",
)


def export(prospects: Iterable[Prospect]) -> Iterator[str]:
    """The file in pieces of some hundred rows: UTF-8 text with CRLF (RFC 4180), several links or tags parted by `|`."""
    yield BOM + _lines([HEADER])
    remaining = iter(prospects)
    while rows := list(islice(remaining, ROWS_AT_ONCE)):
        yield _lines(_cells(one) for one in rows)


class _Echo:
    """What csv writes into: gives back the line."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: Iterable[tuple[str | None, ...]]) -> str:
    writer = csv.writer(_Echo())
    return "".join(writer.writerow(row) for row in rows)


def _cells(prospect: Prospect) -> tuple[str | None, ...]:
    profile = prospect.profile
    return (
        prospect.id,
        prospect.status,
        profile.first_name,
        profile.last_name,
        profile.email,
        profile.mobile_phone,
        profile.headline,
        profile.company,
        profile.title,
        profile.location,
        "|".join(profile.links),
        "|".join(profile.tags),
        profile.job_function,
        prospect.relationship,
        prospect.reference_request,
        to_the_tick(prospect.opted_in_on),
        to_the_tick(prospect.updated_on),
    )
