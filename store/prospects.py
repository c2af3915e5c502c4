"""Every prospect that was met, and what became of it. Commits nothing itself.

One export works on a connection's prospects at a time (tasks.export_orders); the looks at Crosschq may run beside it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.prospect_tables import KnownProspect, ProspectKind, ProspectState

OPTED_OUT = (ProspectState.WITHDRAWING, ProspectState.WITHDRAWN)


class Prospects:
    def __init__(self, session: AsyncSession, connection_id: int) -> None:
        self._session = session
        self._connection_id = connection_id

    async def known(self, crosschq_ids: Collection[str]) -> Sequence[KnownProspect]:
        """Those of them that were met."""
        rows = await self._session.scalars(
            select(KnownProspect).where(
                KnownProspect.connection_id == self._connection_id,
                KnownProspect.crosschq_id.in_(crosschq_ids),
            )
        )
        return rows.all()

    async def waiting(
        self, kinds: Collection[ProspectKind], limit: int, only: Collection[str] = ()
    ) -> Sequence[KnownProspect]:
        """Whose turn it is: new ones before those of a long list, none of the same person twice."""
        query = (
            select(KnownProspect)
            .where(
                KnownProspect.connection_id == self._connection_id,
                KnownProspect.state == ProspectState.WAITING,
                KnownProspect.kind.in_(kinds),
                KnownProspect.try_after <= func.clock_timestamp(),
            )
            .order_by(KnownProspect.kind.desc(), KnownProspect.id)
            .limit(limit)
        )
        if only:
            query = query.where(KnownProspect.crosschq_id.in_(only))
        rows = (await self._session.scalars(query)).all()
        # By address: two rows of one person in one batch would each find the other not made yet.
        first = {row.email_index or f"row {row.id}": row for row in reversed(rows)}
        return list(reversed(first.values()))

    async def next_try(self, kinds: Collection[ProspectKind]) -> datetime | None:
        """When the first of those that wait, to be made or to be taken out, is to be tried; None: nobody waits."""
        waits = (KnownProspect.state == ProspectState.WAITING) & KnownProspect.kind.in_(kinds)
        first: datetime | None = await self._session.scalar(
            select(func.min(KnownProspect.try_after)).where(
                KnownProspect.connection_id == self._connection_id,
                or_(waits, KnownProspect.state == ProspectState.WITHDRAWING),
            )
        )
        return first

    async def same_people(self, email_indexes: Collection[str]) -> dict[str, KnownProspect]:
        """By blind index: another prospect of the same person who is in Lever already."""
        rows = await self._session.scalars(
            select(KnownProspect).where(
                KnownProspect.connection_id == self._connection_id,
                KnownProspect.email_index.in_(email_indexes),
                KnownProspect.state.in_((ProspectState.LINKED, ProspectState.EXISTING)),
            )
        )
        return {row.email_index: row for row in rows if row.email_index}

    async def is_as_met(self, met: KnownProspect) -> bool:
        """Whether it still waits with the data that it was met with; it stays so until the transaction ends."""
        row = await locked(self._session, met.id)
        was = (ProspectState.WAITING, met.generation, met.sealed)
        return (row.state, row.generation, row.sealed) == was

    async def leaving(self, limit: int) -> Sequence[KnownProspect]:
        """Withdrawn in Crosschq, and Lever does not show it yet."""
        rows = await self._session.scalars(
            select(KnownProspect)
            .where(
                KnownProspect.connection_id == self._connection_id,
                KnownProspect.state == ProspectState.WITHDRAWING,
                KnownProspect.try_after <= func.clock_timestamp(),
            )
            .order_by(KnownProspect.id)
            .limit(limit)
        )
        return rows.all()

    async def linked(
        self, row_id: int, opportunity_id: str, tags: Sequence[str], remark: str | None = None
    ) -> None:
        """Its lead was made; `remark` says what it lacks. Who has withdrawn meanwhile leaves Lever again."""
        row = await locked(self._session, row_id)
        row.opportunity_id, row.tags_given, row.reason = opportunity_id, list(tags), None
        if row.state in OPTED_OUT:
            row.state, row.sealed = ProspectState.WITHDRAWING, None
        else:
            end_row(row, ProspectState.LINKED, remark)

    async def found(self, row_id: int, opportunity_id: str | None, reason: str) -> None:
        """The person was in Lever already."""
        row = await locked(self._session, row_id)
        if row.state is ProspectState.WAITING:
            row.opportunity_id, row.begun_at = opportunity_id, None
            end_row(row, ProspectState.EXISTING, reason)

    async def unreadable(self, row_id: int, reason: str) -> None:
        """As `failed`, for data that cannot be opened: whatever its source tells next is news."""
        await self.failed(row_id, reason)
        (await locked(self._session, row_id)).updated_on = None

    async def failed(self, row_id: int, reason: str) -> None:
        """It keeps its data: a person may have it tried again."""
        row = await locked(self._session, row_id)
        if row.state is ProspectState.WAITING:
            row.state, row.reason, row.ended_at = ProspectState.FAILED, reason, func.now()

    async def withdrawn(self, row_id: int, reason: str) -> None:
        """Lever shows it, or there was nothing to show."""
        row = await locked(self._session, row_id)
        if row.state is ProspectState.WITHDRAWING:
            end_row(row, ProspectState.WITHDRAWN, reason)
            row.email_index = None

    async def put_back(self, row_ids: Collection[int], until: datetime) -> None:
        """They wait, and are not tried before then."""
        await self._session.execute(
            update(KnownProspect).where(KnownProspect.id.in_(row_ids)).values(try_after=until)
        )

    async def retry(self, crosschq_ids: Collection[str] | None) -> int:
        """Sets failed ones waiting again, all of them for None; how many."""
        query = update(KnownProspect).where(
            KnownProspect.connection_id == self._connection_id, KnownProspect.state == ProspectState.FAILED
        )
        if crosschq_ids is not None:
            query = query.where(KnownProspect.crosschq_id.in_(crosschq_ids))
        again = query.values(state=ProspectState.WAITING, reason=None, ended_at=None, try_after=func.now())
        return len((await self._session.scalars(again.returning(KnownProspect.id))).all())

    async def count(self, kinds: Collection[ProspectKind] = tuple(ProspectKind)) -> dict[ProspectState, int]:
        # All kinds are no condition: without it the index alone tells.
        of_kinds = [] if {*kinds} == {*ProspectKind} else [KnownProspect.kind.in_(kinds)]
        rows = await self._session.execute(
            select(KnownProspect.state, func.count().label("number"))
            .where(KnownProspect.connection_id == self._connection_id, *of_kinds)
            .group_by(KnownProspect.state)
        )
        return {row.state: row.number for row in rows}

    async def listed(
        self, states: Collection[ProspectState], limit: int, ended_since: datetime | None = None
    ) -> Sequence[KnownProspect]:
        """The newest first."""
        query = (
            select(KnownProspect)
            .where(KnownProspect.connection_id == self._connection_id, KnownProspect.state.in_(states))
            .order_by(KnownProspect.id.desc())
            .limit(limit)
        )
        if ended_since is not None:
            query = query.where(KnownProspect.ended_at >= ended_since)
        return (await self._session.scalars(query)).all()


def end_row(row: KnownProspect, state: ProspectState, reason: str | None) -> None:
    """Its data is not needed any more."""
    row.state, row.reason, row.ended_at, row.sealed = state, reason, func.now(), None


async def locked(session: AsyncSession, row_id: int) -> KnownProspect:
    """As it is now, and stays until the transaction ends."""
    return await session.get_one(KnownProspect, row_id, with_for_update=True, populate_existing=True)
