"""The runs in hand and the lanes they run on. Decides who runs where and when, never how.

Everything here is called on the worker's own loop.
"""

import asyncio
from collections.abc import Callable, Coroutine
from uuid import UUID

from prefect.client.schemas.objects import FlowRun
from prefect.logging import get_logger

from warm_worker.job import Job, Why
from warm_worker.lane import Home, Lane

log = get_logger("warm_worker")

CarryOut = Callable[[Job], Coroutine[None, None, None]]

LAST_SECONDS = 15.0
"""For what was handed back: the vendor's call under way ends (see tasks.effects), Prefect and the inbox are told."""


class Crew:
    """Runs at most `size` at a time; as many again may wait for a lane, unclaimed, so that no lane waits for a poll."""

    def __init__(self, size: int, carry_out: CarryOut, home: Home) -> None:
        self.size = size
        self.jobs: dict[UUID, Job] = {}
        self.at_work: dict[UUID, Lane] = {}
        self._carry_out = carry_out
        self._home = home
        self._idle: list[Lane] = []
        self._places = asyncio.Semaphore(size)
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self._closing = False
        self.hurry = asyncio.Event()
        """Set, `finish` waits no longer for runs to end by themselves."""

    async def open(self) -> None:
        """One lane is warm before the first run comes; raises what keeps it from opening."""
        lane = self._new_lane()
        await asyncio.wrap_future(lane.opened)
        self._idle.append(lane)

    @property
    def room(self) -> int:
        """How many more runs it takes."""
        return 0 if self._closing else 2 * self.size - len(self.jobs)

    async def has_room(self, seconds: float) -> bool:
        """Whether, within so long, nobody waits for a lane."""
        try:
            async with asyncio.timeout(seconds):
                while len(self.jobs) > self.size:
                    await self._change()
        except TimeoutError:
            return False
        return True

    def take(self, flow_run: FlowRun) -> None:
        """Once, however often Prefect offers it."""
        if flow_run.id not in self.jobs and not self._closing:
            job = self.jobs[flow_run.id] = Job(flow_run)
            task = self._tasks[job.id] = asyncio.ensure_future(self._work(job))
            task.add_done_callback(lambda ended: self._forget(job, ended))

    async def _work(self, job: Job) -> None:
        async with self._places:
            lane = self.at_work[job.id] = self._idle.pop() if self._idle else self._new_lane()
            try:
                await asyncio.wrap_future(lane.opened)
                await asyncio.wrap_future(lane.run(lambda: self._carry_out(job)))
            finally:
                del self.at_work[job.id]
                if lane.is_open:
                    self._idle.append(lane)

    def _forget(self, job: Job, ended: asyncio.Task[None]) -> None:
        del self.jobs[job.id], self._tasks[job.id]
        self._changed.set()
        if not ended.cancelled() and (error := ended.exception()):
            log.error(
                "Run %s could not be brought to an end that Prefect knows of: reconcile finds it.",
                job.label,
                exc_info=error,
            )

    def stop(self, job: Job, why: Why) -> None:
        """At its next await. A run that waits for a lane was never claimed: it is simply let go."""
        if lane := self.at_work.get(job.id):
            lane.call(lambda: job.stop(why))
        else:
            self._tasks[job.id].cancel()

    async def finish(self, patience: float) -> None:
        """Takes nothing more, gives the runs `patience` seconds (or until `hurry`), then hands the rest back."""
        self._closing = True
        log.info("Stopping: %d runs in hand may end within %.0f s.", len(self.jobs), patience)
        for job in [job for job in self.jobs.values() if job.id not in self.at_work]:
            self.stop(job, Why.HANDED_BACK)
        await self._empty(patience, self.hurry)
        if self.jobs:
            log.warning("Handing back %d runs that did not end in time.", len(self.jobs))
        for job in list(self.jobs.values()):
            self.stop(job, Why.HANDED_BACK)
        await self._empty(LAST_SECONDS, asyncio.Event())
        for job in self.jobs.values():
            log.error("Run %s is left behind: reconcile finds it.", job.label)
        await asyncio.gather(*(asyncio.to_thread(lane.close) for lane in self._idle))

    async def _empty(self, seconds: float, or_until: asyncio.Event) -> None:
        async def until_empty() -> None:
            while self.jobs:
                await self._change()

        waiting = [asyncio.ensure_future(until_empty()), asyncio.ensure_future(or_until.wait())]
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in waiting:
            wait.cancel()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _new_lane(self) -> Lane:
        return Lane(f"lane-{len(self._idle) + len(self.at_work) + 1}", self._home)
