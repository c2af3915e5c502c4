"""Who was erased, as keyed hashes: a later webhook about them is known without knowing whom it is about.

Keyed and not salted with what lies beside them: whoever steals a dump cannot try ids. Commits nothing itself.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.outcome_tables import Tombstone

Digest = Callable[[str], str]
"""The keyed hash of a subject (`Vault.blind_index`)."""

DELETED_EVENT = "candidateDeleted"
"""Lever's word for what leads to an erasure; the only event that is taken up again behind a tombstone."""


class Tombstones:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lay(
        self, connection_id: int, digests: Sequence[str], awaited: Collection[str] = ()
    ) -> datetime:
        """Once for each digest, of a subject under the newest key; returns when the first of them was laid.

        `awaited`: those of them of which a report was still to come.
        """
        rows = [
            {"connection_id": connection_id, "digest": digest, "awaited": digest in awaited}
            for digest in digests
        ]
        await self._session.execute(
            insert(Tombstone)
            .values(rows)
            .on_conflict_do_nothing(index_elements=[Tombstone.connection_id, Tombstone.digest])
        )
        laid_at = select(func.min(Tombstone.erased_at)).where(
            Tombstone.connection_id == connection_id, Tombstone.digest.in_(digests)
        )
        return (await self._session.scalars(laid_at)).one()

    async def awaited(self, subjects: Collection[tuple[int, str]]) -> tuple[int, str] | None:
        """The one of these of which a report was still to come; as `among`."""
        rows = await self._session.scalars(
            select(Tombstone).where(
                Tombstone.connection_id.in_({connection_id for connection_id, _ in subjects}),
                Tombstone.digest.in_({digest for _, digest in subjects}),
                Tombstone.awaited,
            )
        )
        found = [(row.connection_id, row.digest) for row in rows]
        return next((one for one in found if one in subjects), None)

    async def among(self, subjects: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
        """Those that have a tombstone, of pairs of a connection and a digest."""
        if not subjects:
            return set()
        rows = await self._session.execute(
            select(Tombstone.connection_id, Tombstone.digest).where(
                Tombstone.connection_id.in_({connection_id for connection_id, _ in subjects}),
                Tombstone.digest.in_({digest for _, digest in subjects}),
            )
        )
        return {(row.connection_id, row.digest) for row in rows}
