"""Every outside effect has a row under a unique key, written before the call (docs/decisions/06). Commits nothing."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.attempts import Attempt
from store.tables import Effect, EffectState


@dataclass(frozen=True)
class Before:
    """What an earlier attempt left; `result` is the vendor's id of what was made."""

    state: EffectState
    result: str | None


class Effects:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def intend(self, connection_id: int, key: str, attempt: Attempt) -> Before | None:
        """The row as it was before this attempt, or None when nobody has intended this effect yet.

        Found `intended` or `unknown`, the act may have happened; `refused`, it did not; `done`, it did.
        """
        fresh = await self._session.scalar(
            insert(Effect)
            .values(
                connection_id=connection_id,
                key=key,
                delivery_id=attempt.delivery_id,
                attempt_token=attempt.token,
                state=EffectState.INTENDED,
            )
            .on_conflict_do_nothing(index_elements=[Effect.connection_id, Effect.key])
            .returning(Effect.id)
        )
        if fresh is not None:
            return None
        known = (
            await self._session.scalars(
                select(Effect)
                .where(Effect.connection_id == connection_id, Effect.key == key)
                .with_for_update()
            )
        ).one()
        before = Before(known.state, known.result)
        if known.state is not EffectState.DONE:
            known.state, known.attempt_token, known.delivery_id = (
                EffectState.INTENDED,
                attempt.token,
                attempt.delivery_id,
            )
        return before

    async def known(self, connection_id: int, key: str) -> Before | None:
        """What is known of an effect; None when nobody has intended it."""
        row = await self._session.scalar(
            select(Effect).where(Effect.connection_id == connection_id, Effect.key == key)
        )
        return Before(row.state, row.result) if row else None

    async def all_known(self, connection_id: int, keys: Collection[str]) -> dict[str, Before]:
        """As `known` for each of them that is."""
        rows = await self._session.scalars(
            select(Effect).where(Effect.connection_id == connection_id, Effect.key.in_(keys))
        )
        return {row.key: Before(row.state, row.result) for row in rows}

    async def settle(
        self,
        connection_id: int,
        key: str,
        attempt: Attempt,
        state: EffectState,
        *,
        result: str | None,
        detail: str | None,
    ) -> bool:
        """Writes what became of it; False when a newer attempt has taken the effect over."""
        settled = await self._session.scalar(
            update(Effect)
            .where(
                Effect.connection_id == connection_id,
                Effect.key == key,
                Effect.attempt_token == attempt.token,
            )
            .values(state=state, result=result, detail=detail)
            .returning(Effect.id)
        )
        return settled is not None
