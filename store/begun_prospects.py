"""Whether a prospect's lead may be in Lever already, though its row does not say so yet: an attempt was cut off."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.prospect_tables import KnownProspect
from store.tables import Effect, EffectState


@dataclass(frozen=True)
class Begun:
    """What an attempt that set out to make the lead left: its id, or the doubt whether there is one."""

    opportunity_id: str | None
    since: datetime
    """By the database's clock: when anything was last heard of it."""
    lasts: timedelta


def making_key(row: KnownProspect) -> str:
    """The key of the effect that makes the lead (store.effects)."""
    return f"prospect/{row.crosschq_id}/{row.generation}"


async def begun_leads(session: AsyncSession, rows: Collection[KnownProspect]) -> dict[int, Begun]:
    """By the row's id, of those whose lead was made or may have been: no attempt's call was surely in vain."""
    ids = {making_key(row): row.id for row in rows if row.begun_at}
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


def was_refused() -> ColumnElement[bool]:
    """For queries of KnownProspect: the last call to make its lead surely did nothing."""
    key = func.concat("prospect/", KnownProspect.crosschq_id, "/", KnownProspect.generation)
    return exists().where(
        Effect.connection_id == KnownProspect.connection_id,
        Effect.key == key,
        Effect.state == EffectState.REFUSED,
    )


def was_made(connection_id: int, opportunity_id: str) -> ColumnElement[bool]:
    """Whether it was made as the lead of a prospect."""
    return exists().where(
        Effect.connection_id == connection_id,
        Effect.key.startswith("prospect/"),
        Effect.result == opportunity_id,
        Effect.key.not_like("%/tag"),
    )
