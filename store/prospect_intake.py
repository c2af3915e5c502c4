"""Takes in what a source tells of prospects: who is new, who has changed, who has withdrawn. Commits nothing itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hiring.prospects import Prospect
from store.prospect_tables import KnownProspect, ProspectKind, ProspectState
from store.prospects import OPTED_OUT, end_row
from store.sealed_prospects import email_index, seal
from store.vault import Vault

_TO_EXPORT = (ProspectState.WAITING, ProspectState.FAILED)


@dataclass(frozen=True)
class SeenProspect:
    """A prospect as its source tells it now. `sealed` and `email_index` are None for one that has withdrawn."""

    crosschq_id: str
    kind: ProspectKind
    is_active: bool
    sealed: bytes | None
    email_index: str | None
    updated_on: datetime | None

    @classmethod
    def of(cls, prospect: Prospect, kind: ProspectKind, vault: Vault) -> "SeenProspect":
        """Its data encrypted, to be found by a keyed hash of its e-mail address."""
        active = prospect.is_active
        return cls(
            crosschq_id=prospect.id,
            kind=kind,
            is_active=active,
            sealed=seal(vault, prospect) if active else None,
            email_index=email_index(vault, prospect.email) if active and prospect.email else None,
            updated_on=prospect.updated_on,
        )


class ProspectIntake:
    def __init__(self, session: AsyncSession, connection_id: int) -> None:
        self._session = session
        self._connection_id = connection_id

    async def take_in(self, seen: Sequence[SeenProspect], kinds: Collection[ProspectKind]) -> int:
        """How many are new or have changed; of unknown ones only those of `kinds` are taken, and nobody twice."""
        by_id = {one.crosschq_id: one for one in seen}
        known = {row.crosschq_id: row for row in await self._locked(by_id)}
        changed = sum(_follow(row, by_id[one]) for one, row in known.items())
        wanted = [
            one
            for one in by_id.values()
            if one.crosschq_id not in known and one.is_active and one.kind in kinds
        ]
        await self._session.flush()
        return changed + await self._add(wanted)

    async def _locked(self, crosschq_ids: Collection[str]) -> Sequence[KnownProspect]:
        rows = await self._session.scalars(
            select(KnownProspect)
            .where(
                KnownProspect.connection_id == self._connection_id,
                KnownProspect.crosschq_id.in_(crosschq_ids),
            )
            .order_by(KnownProspect.id)
            .with_for_update()
        )
        return rows.all()

    async def _add(self, wanted: Sequence[SeenProspect]) -> int:
        if not wanted:
            return 0
        rows = [
            {
                "connection_id": self._connection_id,
                "crosschq_id": one.crosschq_id,
                "kind": one.kind,
                "state": ProspectState.WAITING,
                "sealed": one.sealed,
                "email_index": one.email_index,
                "updated_on": one.updated_on,
            }
            for one in wanted
        ]
        added = await self._session.scalars(
            insert(KnownProspect)
            .on_conflict_do_nothing(index_elements=[KnownProspect.connection_id, KnownProspect.crosschq_id])
            .returning(KnownProspect.id),
            rows,
        )
        return len(added.all())


def _follow(row: KnownProspect, seen: SeenProspect) -> bool:
    """Whether what Crosschq says now changes the row, which then says it too.

    One whose lead may have been made keeps its data: by another e-mail address it would not be found in Lever.
    """
    if row.updated_on and seen.updated_on and seen.updated_on <= row.updated_on:
        return False
    if seen.updated_on is None and seen.is_active and row.state in OPTED_OUT:
        # An old file may still have them: only a later word of Crosschq brings anybody back.
        return False
    row.updated_on = seen.updated_on
    if not seen.is_active:
        return _opt_out(row)
    if row.state in _TO_EXPORT or (row.state is ProspectState.WITHDRAWING and row.sealed):
        row.state, row.reason, row.ended_at = ProspectState.WAITING, None, None
        if row.begun_at and seen.email_index != row.email_index:
            return True
    elif row.state is ProspectState.WITHDRAWING and row.opportunity_id:
        row.state = ProspectState.LINKED
        return True
    elif row.state in OPTED_OUT:
        row.state, row.generation, row.opportunity_id = ProspectState.WAITING, row.generation + 1, None
        row.reason = row.ended_at = row.begun_at = None
        row.begun_sources = []
    else:
        return False
    row.sealed, row.email_index = seen.sealed, seen.email_index
    return True


def _opt_out(row: KnownProspect) -> bool:
    """One whose lead may have been made keeps its data until Lever was asked for it."""
    if row.state in (*OPTED_OUT, ProspectState.GONE):
        return False
    if row.state is ProspectState.LINKED or (row.state in _TO_EXPORT and row.begun_at):
        row.state, row.try_after = ProspectState.WITHDRAWING, func.now()
        return True
    end_row(row, ProspectState.WITHDRAWN, "Withdrawn in Crosschq before a lead was made.")
    row.email_index = None
    return True
