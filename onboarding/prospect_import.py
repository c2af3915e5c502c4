"""Takes in the prospects of a CSV file (crosschq.md 4, inferred), a page at a time. Calls neither vendor."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO

from sqlalchemy.ext.asyncio import AsyncSession

from crosschq.prospect_of import prospect_of
from crosschq.prospects import ProspectEntry
from crosschq.prospects_csv import BadRow, CsvProblem, RowRemark, read_prospects, text_lines
from hiring.prospects import Prospect
from onboarding.derived_ids import ids_by_email
from store.prospect_intake import ProspectIntake, SeenProspect
from store.prospect_orders import EXISTING_EVENT, NEW_EVENT, ProspectOrders
from store.prospect_switches import kind_of
from store.prospect_tables import ProspectKind, ProspectSettings
from store.vault import Vault
from wiring import Parts

__all__ = ["BadRow", "CsvProblem", "Imported", "RowRemark", "import_prospects"]

Tell = Callable[[BadRow | RowRemark], None]
PAGE = 200
IMPORT = "import"
"""The origin of the order it places."""


@dataclass
class Imported:
    """What became of the rows so far."""

    rows: int = 0
    """All but the bad ones."""
    withdrawn: int = 0
    bad: int = 0
    changed: int = 0
    """New here, or other than before."""
    is_ordered: bool = False
    """A switch is on, so an export goes on with them."""


async def import_prospects(
    parts: Parts,
    settings: ProspectSettings,
    file: BinaryIO,
    tell: Tell,
    *,
    dry_run: bool,
) -> Imported:
    """Importing a file again changes nothing. `tell` hears of each bad row and each remark; a dry run stores nothing.

    Raises CsvProblem; the pages before it are stored.
    """
    imported = Imported()
    good = _good_rows(file, tell, imported)
    while page := list(islice(good, PAGE)):
        imported.rows += len(page)
        imported.withdrawn += sum(entry.is_withdrawn for entry in page)
        async with parts.database.transaction() as session:
            seen = await _seen_on(session, page, parts.vault, settings)
            intake = ProspectIntake(session, settings.connection_id)
            imported.changed += await intake.take_in(seen, tuple(ProspectKind))
            if dry_run:
                await session.rollback()
    if not dry_run and settings.kinds:
        await _order(parts, settings)
        imported.is_ordered = True
    return imported


async def _order(parts: Parts, settings: ProspectSettings) -> None:
    event = EXISTING_EVENT if settings.export_existing else NEW_EVENT
    async with parts.database.transaction() as session:
        await ProspectOrders(session, settings.connection_id).place(event, IMPORT)


def _good_rows(file: BinaryIO, tell: Tell, imported: Imported) -> Iterator[ProspectEntry]:
    for row in read_prospects(text_lines(file)):
        if isinstance(row, ProspectEntry):
            yield row
        else:
            imported.bad += isinstance(row, BadRow)
            tell(row)


async def _seen_on(
    session: AsyncSession, page: Sequence[ProspectEntry], vault: Vault, settings: ProspectSettings
) -> list[SeenProspect]:
    """Without those whose lead was deleted in Lever, where a row has no id."""
    emails = {entry.email for entry in page if entry.email and not entry.id}
    ids = await ids_by_email(session, settings.connection_id, vault, emails)
    named = [(entry, entry.id or ids.get(entry.email or "")) for entry in page]
    return [_seen(prospect_of(entry, name), vault, settings) for entry, name in named if name]


def _seen(prospect: Prospect, vault: Vault, settings: ProspectSettings) -> SeenProspect:
    kind = kind_of(prospect.opted_in_on, settings.kinds, settings.new_since)
    # An older file must not bring back who has withdrawn since: the opt-in is its time at the least.
    updated_on = prospect.updated_on or prospect.opted_in_on
    return replace(SeenProspect.of(prospect, kind, vault), updated_on=updated_on)
