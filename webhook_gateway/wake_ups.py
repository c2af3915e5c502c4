"""Keeps a run waiting in Prefect for each follow-up, and cancels those that wait for nothing any more.

What is due happens without them as well (flows.reconcile): here it becomes visible in Prefect, and punctual.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from functools import partial
from typing import Protocol

from store.database import DATABASE_ERRORS, Database
from store.follow_ups import FollowUps
from store.outages import is_outage, why_not_written
from store.wake_ups import WakeUp, WakeUps
from webhook_gateway.dispatch import AT_ONCE
from webhook_gateway.poison import REFUSED, UNEXPECTED, Backoff, Strikes
from webhook_gateway.prefect_runs import NotOrderable, PrefectRefused, PrefectUnavailable

faults = logging.getLogger(f"{__name__}.faults")
"""For what repeats as long as something is broken: one line of a kind each minute (see __main__)."""

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
        self._strikes, self._backoff = Strikes(), Backoff()

    async def run(self) -> None:
        """Works until cancelled; a database or a Prefect that is down is waited for, and so is whatever else fails."""
        while True:
            done, pause = 0, self._poll
            try:
                done = await self.arm_once()
                self._backoff.reset()
            except DATABASE_ERRORS as error:
                faults.warning("Follow-ups wait for the database (%s).", why_not_written(error))
            except Exception:  # noqa: BLE001 - logged with all
                # Whatever it is: webhooks are still to be taken, and what is due happens without a waiting run, too.
                faults.exception("Ordering runs for follow-ups failed, and is tried again.")
                pause = max(pause, self._backoff.pause())
            if done < BATCH:
                await asyncio.sleep(pause)

    async def arm_once(self) -> int:
        """One batch of orders and one of cancellations; the number of those that worked out.

        A crash between an order and its record leaves a run that the same order finds again by its token. Raises what
        the database failed with, after all were tried.
        """
        async with self._database.transaction() as session:
            unarmed = await WakeUps(session).unarmed(BATCH)
            idle = await WakeUps(session).with_void_runs(BATCH)
        void = [(row.id, flow_run_id) for row in idle for flow_run_id in row.void_runs]
        gate = asyncio.Semaphore(AT_ONCE)
        orders = [self._try(gate, one.token, self._arm(one), partial(self._give_up, one)) for one in unarmed]
        cancellations = [
            self._try(gate, one, self._cancel(*one), partial(self._forget_void_run, *one)) for one in void
        ]
        ends = await asyncio.gather(*orders, *cancellations, return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        return sum(end is True for end in ends)

    async def _try(
        self,
        gate: asyncio.Semaphore,
        row: Hashable,
        doing: Coroutine[None, None, None],
        give_up: Callable[[str], Awaitable[None]],
    ) -> bool:
        async with gate:
            try:
                await doing
            except PrefectUnavailable as error:
                if isinstance(error, PrefectRefused) and self._strikes.is_poison(row, REFUSED):
                    await give_up(f"Prefect takes others: {error}")
                else:
                    faults.warning("A follow-up waits for Prefect: %s", error)
                return False
            except NotOrderable as error:
                await give_up(f"no order can be made of it ({error})")
                return False
            except Exception as error:
                if is_outage(error):
                    raise
                if self._strikes.is_poison(row, UNEXPECTED):
                    await give_up("it fails while others do not")
                else:
                    faults.error("A follow-up waits, as something failed.", exc_info=error)
                return False
        self._strikes.succeeded(row)
        return True

    async def _give_up(self, wake_up: WakeUp, why: str) -> None:
        """It ends, and a person sees why and can let it begin anew."""
        faults.error("Follow-up %d was ended: %s.", wake_up.follow_up_id, why)
        async with self._database.transaction() as session:
            follow_up = await FollowUps(session).find(wake_up.follow_up_id)
            if follow_up and follow_up.generation == wake_up.generation and follow_up.delivery_id is None:
                because = f"No flow run could be scheduled: {why}. Ask now, once that is mended."
                await FollowUps(session).end(follow_up, because)

    async def _arm(self, wake_up: WakeUp) -> None:
        flow_run_id = await self._runs.schedule(wake_up)
        async with self._database.transaction() as session:
            await WakeUps(session).note_run(wake_up, flow_run_id)

    async def _cancel(self, follow_up_id: int, flow_run_id: str) -> None:
        await self._runs.cancel(flow_run_id)
        async with self._database.transaction() as session:
            await WakeUps(session).forget_void_run(follow_up_id, flow_run_id)

    async def _forget_void_run(self, follow_up_id: int, flow_run_id: str, why: str) -> None:
        """It does nothing when its time comes: it is of an older generation."""
        faults.error("A run that waits for nothing is left in Prefect: %s.", why)
        async with self._database.transaction() as session:
            await WakeUps(session).forget_void_run(follow_up_id, flow_run_id)
