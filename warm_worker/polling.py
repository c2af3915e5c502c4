"""Asks what is to be run and hands it to the crew: at times, and at once when told that there is something."""

import asyncio
from collections.abc import Awaitable, Callable

from prefect.client.schemas.objects import FlowRun
from prefect.logging import get_logger

from outbound.transport import CallFailed
from warm_worker.crew import Crew

log = get_logger("warm_worker")

Due = Callable[[int], Awaitable[list[FlowRun]]]
"""Asks Prefect for so many of the runs that may begin now, at most."""

ROOM_SECONDS = 5.0
"""How long a poll that found more than fits waits for a lane before it counts as over."""


class Polls:
    """One poll at a time: each counts what room the crew has."""

    def __init__(self, due: Due, crew: Crew) -> None:
        self._due = due
        self._crew = crew
        self._at_work = asyncio.Lock()
        self._told = asyncio.Event()

    def tell(self) -> None:
        """There may be something: `when_told` polls. Told during a poll it polls again after it, and once in all."""
        self._told.set()

    async def when_told(self) -> None:
        """Until cancelled."""
        while True:
            await self._told.wait()
            async with self._at_work:
                self._told.clear()
                try:
                    await self._poll()
                except CallFailed as error:
                    # The regular poll meets it too, and decides how often is too often.
                    log.debug("A poll between the regular ones failed (%s).", type(error).__name__)

    async def once(self) -> list[FlowRun]:
        """Those that were taken; raises what `due` raises."""
        async with self._at_work:
            return await self._poll()

    async def _poll(self) -> list[FlowRun]:
        """While there is more than fits, another one as soon as there is room, without the pause between polls."""
        taken: list[FlowRun] = []
        while wanted := self._crew.room:
            fresh = [run for run in await self._due(2 * self._crew.size) if run.id not in self._crew.jobs]
            for flow_run in fresh[:wanted]:
                self._crew.take(flow_run)
            taken += fresh[:wanted]
            if len(fresh) < wanted or not await self._crew.has_room(ROOM_SECONDS):
                break
        return taken
