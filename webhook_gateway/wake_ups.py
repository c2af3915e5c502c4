"""Keeps a run waiting in Prefect for each follow-up, and cancels those that wait for nothing any more.

What is due happens without them as well (flows.reconcile): here it becomes visible in Prefect, and punctual.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Protocol

from store.database import DATABASE_ERRORS, Database
from store.wake_ups import WakeUp, WakeUps
from webhook_gateway.dispatch import AT_ONCE
from webhook_gateway.prefect_runs import PrefectUnavailable

log = logging.getLogger(__name__)

BATCH = 50


class WaitingRuns(Protocol):
    async def schedule(self, wake_up: WakeUp) -> str:
        """The id of the run that waits for it: the same one however often it is asked for."""

    async def cancel(self, flow_run_id: str) -> None:
        """One that still waits is cancelled; one that is gone, at work or over stays as it is."""


class Armer:
    """`poll` is in seconds: how long a new follow-up may be without its run."""

    def __init__(self, database: Database, runs: WaitingRuns, *, poll: float = 1.0) -> None:
        self._database = database
        self._runs = runs
        self._poll = poll

    async def run(self) -> None:
        """Works until cancelled; a database or a Prefect that is down is waited for."""
        while True:
            try:
                done = await self.arm_once()
            except DATABASE_ERRORS as error:
                log.warning("Follow-ups wait for the database (%s).", type(error).__name__)
                done = 0
            if done < BATCH:
                await asyncio.sleep(self._poll)

    async def arm_once(self) -> int:
        """One batch of orders and one of cancellations; the number of those that worked out.

        A crash between an order and its record leaves a run that the same order finds again by its token.
        """
        async with self._database.transaction() as session:
            unarmed = await WakeUps(session).unarmed(BATCH)
            idle = await WakeUps(session).with_void_runs(BATCH)
        void = [(row.id, flow_run_id) for row in idle for flow_run_id in row.void_runs]
        gate = asyncio.Semaphore(AT_ONCE)
        orders = [self._try(self._arm(wake_up), gate) for wake_up in unarmed]
        cancellations = [self._try(self._cancel(*one), gate) for one in void]
        return sum(await asyncio.gather(*orders, *cancellations))

    async def _try(self, doing: Coroutine[None, None, None], gate: asyncio.Semaphore) -> bool:
        async with gate:
            try:
                await doing
            except PrefectUnavailable as error:
                log.warning("A follow-up waits for Prefect: %s", error)
                return False
        return True

    async def _arm(self, wake_up: WakeUp) -> None:
        flow_run_id = await self._runs.schedule(wake_up)
        async with self._database.transaction() as session:
            await WakeUps(session).note_run(wake_up, flow_run_id)

    async def _cancel(self, follow_up_id: int, flow_run_id: str) -> None:
        await self._runs.cancel(flow_run_id)
        async with self._database.transaction() as session:
            await WakeUps(session).forget_void_run(follow_up_id, flow_run_id)
