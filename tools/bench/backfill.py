"""A backfill as the bench runs it: prospects opt in, the switch is turned on, and off again when all is done."""

from dataclasses import dataclass

from hiring.prospects import IfInLever
from store.prospect_switches import set_switches
from store.prospect_tables import ProspectState
from store.prospect_walks import settings_of
from store.prospects import Prospects
from tools.bench.figures import NotMeasured
from tools.bench.known_prospects import KnownProspects
from tools.bench.scene import Scene

WHO = "bench"


@dataclass(frozen=True)
class Backfill:
    """Of the scene's one connection."""

    scene: Scene

    async def people_opt_in(self, count: int, seed: int) -> None:
        """So many, none with a flaw."""
        await self.scene.crosschq.add_prospects(count, seed)

    async def people_are_known(self, but: int) -> None:
        """All of Crosschq's but the newest so many count as exported, as after a backfill."""
        known = KnownProspects(self.scene.parts.database, self.scene.parts.vault)
        everybody = await self.scene.crosschq.prospects()
        await known.add(await self.scene.inbox.connection_id(), everybody[: len(everybody) - but])

    async def run(self, if_in_lever: IfInLever) -> None:
        """Beginning with empty ledgers; afterwards all prospects are leads. Raises NotMeasured."""
        await self.scene.quiet()
        await self.scene.forget_calls()
        await self._turn(if_in_lever, on=True)
        await self.scene.quiet()
        await self._turn(if_in_lever, on=False)
        await self._all_are_there()

    async def _turn(self, if_in_lever: IfInLever, *, on: bool) -> None:
        connection_id = await self.scene.inbox.connection_id()
        async with self.scene.parts.database.transaction() as session:
            settings = await settings_of(session, connection_id)
            if settings is None:
                raise NotMeasured("the connection says nothing of prospects")
            settings.if_in_lever = if_in_lever
            await set_switches(session, connection_id, existing=on, new=None, who=WHO, why=None)

    async def _all_are_there(self) -> None:
        connection_id = await self.scene.inbox.connection_id()
        async with self.scene.parts.database.transaction() as session:
            count = await Prospects(session, connection_id).count()
        everybody = len(await self.scene.crosschq.prospects())
        if count != {ProspectState.LINKED: everybody}:
            raise NotMeasured(f"of {everybody} prospects became {count}")
