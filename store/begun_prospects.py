"""Prospects whose lead may be in Lever already, though their row does not say so yet: an attempt was cut off.

Commits nothing itself.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.effect_keys import LEAD_KEY, lead_key
from store.prospect_tables import KnownProspect, ProspectState
from store.prospects import OPTED_OUT, locked
from store.tables import Effect, EffectState


@dataclass(frozen=True)
class Begun:
    """What an attempt that set out to make the lead left: its id, or the doubt whether there is one."""

    opportunity_id: str | None
    since: datetime
    """By the database's clock: when anything was last heard of it."""
    lasts: timedelta


async def begun_leads(session: AsyncSession, rows: Collection[KnownProspect]) -> dict[int, Begun]:
    """By the row's id, of those whose lead was made or may have been: no attempt's call was surely in vain."""
    ids = {lead_key(row.crosschq_id, row.generation): row.id for row in rows if row.begun_at}
    found = await session.execute(
        select(
            Effect.key,
            Effect.result,
            Effect.updated_at,
            (func.clock_timestamp() - Effect.updated_at).label("lasts"),
        ).where(
            Effect.connection_id.in_({row.connection_id for row in rows}),
            Effect.key.in_(ids),
            Effect.state != EffectState.REFUSED,
        )
    )
    return {ids[one.key]: Begun(one.result, one.updated_at, one.lasts) for one in found}


class BegunProspects:
    def __init__(self, session: AsyncSession, connection_id: int) -> None:
        self._session = session
        self._connection_id = connection_id

    async def in_doubt(self, email_indexes: Collection[str]) -> dict[str, KnownProspect]:
        """By blind index: one whose lead may have been made already, whether its switch is still on or not."""
        rows = await self._session.scalars(
            select(KnownProspect).where(
                KnownProspect.connection_id == self._connection_id,
                KnownProspect.email_index.in_(email_indexes),
                KnownProspect.state.in_((ProspectState.WAITING, ProspectState.WITHDRAWING)),
                KnownProspect.opportunity_id.is_(None),
                KnownProspect.begun_at.is_not(None),
            )
        )
        return {row.email_index: row for row in rows if row.email_index}

    async def begin(self, row_id: int, sources: Collection[str]) -> None:
        """An attempt sets out to make its lead, with these sources: from now on it keeps the data to find it by."""
        row = await locked(self._session, row_id)
        row.begun_at = row.begun_at or func.now()
        row.begun_sources = sorted({*row.begun_sources, *sources})

    async def not_made(self, row_id: int) -> None:
        """Its lead was looked for, and there is none: it is as free as one that no attempt ever met."""
        row = await locked(self._session, row_id)
        row.begun_at = None

    async def not_made_if_refused(self, row_id: int) -> None:
        """As `not_made`, where the attempt's last call was surely in vain."""
        await self._session.execute(
            update(KnownProspect).where(KnownProspect.id == row_id, _was_refused()).values(begun_at=None)
        )

    async def is_linked(self, opportunity_id: str) -> bool:
        """Whether we made it as the lead of a prospect, who may have opted in again since.

        Somebody who was only found in Lever by it does not count: it may be the lead of another that is looked for.
        """
        linked = select(KnownProspect.id).where(
            KnownProspect.connection_id == self._connection_id,
            KnownProspect.opportunity_id == opportunity_id,
            or_(
                KnownProspect.state == ProspectState.LINKED,
                and_(KnownProspect.state.in_(OPTED_OUT), KnownProspect.begun_at.is_not(None)),
            ),
        )
        made = select(_was_made(self._connection_id, opportunity_id))
        return await self._session.scalar(linked.limit(1)) is not None or bool(
            await self._session.scalar(made)
        )


def _was_refused() -> ColumnElement[bool]:
    """For queries of KnownProspect: the last call to make its lead surely did nothing."""
    key = func.concat(f"{LEAD_KEY}/", KnownProspect.crosschq_id, "/", KnownProspect.generation)
    return exists().where(
        Effect.connection_id == KnownProspect.connection_id,
        Effect.key == key,
        Effect.state == EffectState.REFUSED,
    )


def _was_made(connection_id: int, opportunity_id: str) -> ColumnElement[bool]:
    """Whether it was made as the lead of a prospect."""
    return exists().where(
        Effect.connection_id == connection_id,
        # Written out: PostgreSQL takes a partial index only where it sees that the query implies its condition.
        literal_column(f"effect.key LIKE '{LEAD_KEY}/%'"),
        Effect.result == opportunity_id,
        Effect.key.not_like("%/tag"),
    )
