"""Prospects whose lead was deleted in Lever: nobody who was is made again, under whatever id. Commits nothing itself.

Of the e-mail a tombstone stays, which is a keyed hash (store.tombstones).
"""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.effect_keys import begins_of_prospect
from store.prospect_tables import KnownProspect, ProspectState
from store.prospects import end_row
from store.sealed_prospects import erased_email, is_derived
from store.tables import Effect
from store.tombstones import Digest, Tombstones

DELETED = "Its lead was deleted in Lever."
DELETED_BEFORE = "Another lead of the same person was deleted in Lever."


class ErasedProspects:
    def __init__(self, session: AsyncSession, connection_id: int) -> None:
        self._session = session
        self._connection_id = connection_id

    async def erase(self, crosschq_ids: Collection[str], digest: Digest) -> None:
        """Those whose lead was deleted. That there is such a prospect stays, as Crosschq has it."""
        rows = await self._locked(KnownProspect.crosschq_id.in_(crosschq_ids))
        digests = [digest(erased_email(row.email_index)) for row in rows if row.email_index]
        if digests:
            await Tombstones(self._session).lay(self._connection_id, digests)
        for row in rows:
            _forget(row, DELETED)

    async def end_all_of(self, digests: Mapping[int, Collection[str]]) -> set[int]:
        """Of waiting rows, each with what a tombstone of its person would say, those that have one: they end here."""
        erased = await self.among({digest for each in digests.values() for digest in each})
        wanted = [row_id for row_id, each in digests.items() if not erased.isdisjoint(each)]
        rows = await self._locked(KnownProspect.id.in_(wanted)) if wanted else []
        ended = [row for row in rows if row.state is ProspectState.WAITING]
        for row in ended:
            await self._session.execute(
                delete(Effect).where(
                    Effect.connection_id == self._connection_id, names_prospect(row.crosschq_id)
                )
            )
            _forget(row, DELETED_BEFORE)
        return {row.id for row in ended}

    async def among(self, digests: Collection[str]) -> set[str]:
        """Those that have a tombstone."""
        pairs = {(self._connection_id, digest) for digest in digests}
        return {digest for _, digest in await Tombstones(self._session).among(pairs)}

    async def _locked(self, which: ColumnElement[bool]) -> list[KnownProspect]:
        rows = await self._session.scalars(
            select(KnownProspect)
            .where(KnownProspect.connection_id == self._connection_id, which)
            .order_by(KnownProspect.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return list(rows)


def names_prospect(crosschq_id: str) -> ColumnElement[bool]:
    """For queries of Effect: by its key it is about that prospect."""
    return or_(*(Effect.key.startswith(begin, autoescape=True) for begin in begins_of_prospect(crosschq_id)))


def _forget(row: KnownProspect, reason: str) -> None:
    """Also the name of one that was named after its e-mail."""
    end_row(row, ProspectState.GONE, reason)
    row.opportunity_id, row.email_index, row.tags_given = None, None, []
    if is_derived(row.crosschq_id):
        row.crosschq_id = f"erased-{row.id}"
