"""What a test of the export sees and does on an installation that is killed; what counts as made once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import func, select, text

from hiring.prospects import IfInLever
from store.database import DATABASE_ERRORS
from store.prospect_switches import set_switches
from store.prospect_tables import KnownProspect, ProspectState, ProspectWalk
from store.prospect_walks import settings_of
from store.tables import UNFINISHED, Connection, Delivery, DeliveryState, Effect, EffectState
from tests.chaos.conftest import Hardy

PATIENCE = 100.0
LOOK_SECONDS = 0.1
IN_LEVER = {ProspectState.LINKED, ProspectState.EXISTING}

_NO_TURNS = text(
    "INSERT INTO rate_bucket SELECT id, 'lever', 10, now() FROM connection"
    " ON CONFLICT (connection_id, vendor) DO UPDATE SET tokens = rate_bucket.tokens"
)


@dataclass
class Exporting:
    """Both switches of the one connection; `linked` were made before the test's own prospects came."""

    hardy: Hardy
    linked: int = 0

    async def people_opt_in(self, count: int) -> None:
        self.linked = (await self.rows())[ProspectState.LINKED]
        await self.hardy.crosschq.add_prospects(count)

    async def turn(self, *, existing: bool, new: bool = False) -> None:
        """Without the check by e-mail: the first call to Lever about somebody is the one that makes the lead."""
        async with self.hardy.parts.database.transaction() as session:
            connection_id = (await session.scalars(select(Connection.id))).one()
            settings = await settings_of(session, connection_id)
            assert settings is not None
            settings.if_in_lever = IfInLever.CREATE
            await set_switches(session, connection_id, existing=existing, new=new, who="test", why=None)

    async def connection_id(self) -> int:
        async with self.hardy.parts.database.transaction() as session:
            return (await session.scalars(select(Connection.id))).one()

    async def until(self, what: str, look: Callable[[], Awaitable[bool]]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not await _is_seen(look):  # noqa: ASYNC110 - other processes: no event tells
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise AssertionError(f"not within {PATIENCE:.0f} s: {what}; {await self.told()}") from None

    async def has_made_some(self) -> bool:
        return (await self.rows())[ProspectState.LINKED] > self.linked

    async def intends(self, count: int) -> bool:
        """Whether so many calls are under way, or were when their worker died."""
        return (await self.effects())[EffectState.INTENDED] == count

    async def is_scheduled(self) -> bool:
        async with self.hardy.parts.database.transaction() as session:
            return await session.scalar(select(ProspectWalk.scheduled_on)) is not None

    async def is_quiet(self) -> bool:
        return not set(UNFINISHED) & set(await self._orders())

    async def effects(self) -> Counter[EffectState]:
        async with self.hardy.parts.database.transaction() as session:
            states = await session.scalars(select(Effect.state).where(Effect.key.like("prospect/%")))
            return Counter(states)

    async def rows(self) -> Counter[ProspectState]:
        async with self.hardy.parts.database.transaction() as session:
            return Counter(await session.scalars(select(KnownProspect.state)))

    async def told(self) -> str:
        """For whoever has waited in vain."""
        return f"orders {await self._orders()}, effects {await self.effects()}, prospects {await self.rows()}"

    async def each_is_one_lead(self) -> None:
        """Waits until nothing is at work any more; then compares by e-mail address."""
        await self.until("everybody is in Lever", self._all_are_there)
        wanted = [one["email"] for one in await self.hardy.crosschq.prospects()]
        made = Counter(email for lead in await self.hardy.lever.leads() for email in lead["emails"])
        assert made == Counter(wanted)

    async def _all_are_there(self) -> bool:
        rows, everybody = await self.rows(), len(await self.hardy.crosschq.prospects())
        return await self.is_quiet() and sum(rows[state] for state in IN_LEVER) == everybody

    async def _orders(self) -> Collection[DeliveryState]:
        async with self.hardy.parts.database.transaction() as session:
            query = select(Delivery.state).where(Delivery.event.like("prospects.%"))
            return (await session.scalars(query)).all()


async def _is_seen(look: Callable[[], Awaitable[bool]]) -> bool:
    """Not while PostgreSQL, which a test may have killed, is away."""
    try:
        return await look()
    except DATABASE_ERRORS:
        return False


@asynccontextmanager
async def locked(hardy: Hardy, table: str) -> AsyncIterator[None]:
    """Nobody else can write the table within the block."""
    async with hardy.parts.database.engine.begin() as connection:
        await connection.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))
        yield


@asynccontextmanager
async def no_turns(hardy: Hardy) -> AsyncIterator[None]:
    """Nobody gets a turn to call Lever within the block."""
    async with hardy.parts.database.engine.begin() as connection:
        await connection.execute(_NO_TURNS)
        yield


async def waiting_for_a_lock(hardy: Hardy) -> bool:
    """Whether somebody waits for a lock that another holds."""
    async with hardy.parts.database.transaction() as session:
        query = select(func.count()).select_from(text("pg_locks")).where(text("NOT granted"))
        return bool(await session.scalar(query))
