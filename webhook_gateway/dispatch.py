"""Turns recorded deliveries into flow runs. Any number of dispatchers may work on one inbox."""

import asyncio
import logging
from collections.abc import Sequence

from store.attempts import Attempt
from store.claiming import claim_due, claim_or_take_back, due_ids, set_aside
from store.database import DATABASE_ERRORS, Database
from store.deliveries import Deliveries
from store.outages import is_outage, why_not_written
from store.run_orders import announce
from store.tables import Delivery
from webhook_gateway.batches import Batches
from webhook_gateway.metrics import Metrics
from webhook_gateway.poison import REFUSED, UNEXPECTED, Backoff, Strikes
from webhook_gateway.prefect_runs import FlowRuns, NotOrderable, PrefectRefused, PrefectUnavailable

log = logging.getLogger(__name__)
faults = logging.getLogger(f"{__name__}.faults")
"""For what repeats as long as something is broken: one line of a kind each minute (see __main__)."""

BATCH = 50
AT_ONCE = 8
"""Orders to Prefect's API under way at a time; its server has 15 database connections."""


class Dispatcher:
    """`poll` is in seconds: how long something due by time, or recorded by another process, may lie there."""

    def __init__(self, database: Database, runs: FlowRuns, metrics: Metrics, *, poll: float = 1.0) -> None:
        self._database = database
        self._runs = runs
        self._metrics = metrics
        self._poll = poll
        self._wake = asyncio.Event()
        self._notes = Batches(self._note)
        self._strikes, self._backoff = Strikes(), Backoff()

    def wake(self) -> None:
        """Something was recorded: do not wait for the next poll."""
        self._wake.set()

    async def run(self) -> None:
        """Works until cancelled; a database or a Prefect that is down is waited for, and so is whatever else fails."""
        while True:
            self._wake.clear()
            found, pause = 0, self._poll
            try:
                found = await self.dispatch_due()
                self._backoff.reset()
            except DATABASE_ERRORS as error:
                faults.warning("The dispatcher cannot reach the database (%s).", why_not_written(error))
            except Exception:  # noqa: BLE001 - logged with all
                # Whatever it is: webhooks are still to be taken, and their deliveries wait.
                faults.exception("The dispatcher failed, and tries again.")
                pause = max(pause, self._backoff.pause())
            if found < BATCH:
                await self._wait(pause)

    async def dispatch_due(self) -> int:
        """Claims what is due, commits, then starts its flow runs; returns how many deliveries were claimed.

        A crash in between leaves claimed deliveries without a run: `claim_due` hands them out again, and the
        idempotency key of the attempt makes a second run impossible. Raises what failed, after all were tried.
        """
        due = await self._claim()
        gate = asyncio.Semaphore(AT_ONCE)
        ends = await asyncio.gather(*(self._start(one, gate) for one in due), return_exceptions=True)
        for end in ends:
            if end is not None:
                raise end
        return len(due)

    async def _claim(self) -> Sequence[Delivery]:
        try:
            async with self._database.transaction() as session:
                return await claim_due(session, BATCH)
        except Exception as error:
            if is_outage(error):
                raise
            faults.warning("A batch could not be claimed (%s): one at a time.", type(error).__name__)
            return await self._claim_one_by_one()

    async def _claim_one_by_one(self) -> Sequence[Delivery]:
        """Those that can be claimed. Raises what the last of the others failed with when none can."""
        claimed: list[Delivery] = []
        last: Exception | None = None
        async with self._database.transaction() as session:
            ids = await due_ids(session, BATCH)
        for delivery_id in ids:
            try:
                async with self._database.transaction() as session:
                    delivery = await claim_or_take_back(session, delivery_id)
            except Exception as error:
                if is_outage(error):
                    raise
                last = error
                await self._failed(delivery_id, error, UNEXPECTED, "it cannot be read from the database")
            else:
                claimed += [delivery] if delivery is not None else []
        if last is not None and not claimed:
            raise last
        return claimed

    async def _start(self, delivery: Delivery, gate: asyncio.Semaphore) -> None:
        async with gate:
            try:
                flow_run_id = await self._runs.start(delivery)
            except PrefectRefused as error:
                await self._failed(delivery.id, error, REFUSED, f"Prefect takes others: {error}")
            except PrefectUnavailable as error:
                self._waits(delivery.id, error)
            except NotOrderable as error:
                await self._set_aside(delivery.id, f"no order can be made of it ({error})")
            except Exception as error:  # noqa: BLE001 - logged, and counted against the row
                await self._failed(delivery.id, error, UNEXPECTED, "it fails while others do not")
            else:
                await self._notes.do((Attempt(delivery.id, delivery.attempt), flow_run_id))
                self._strikes.succeeded(delivery.id)
                self._metrics.dispatched.labels("started").inc()
                log.info("Delivery %d, attempt %d: flow run %s.", delivery.id, delivery.attempt, flow_run_id)

    def _waits(self, delivery_id: int, error: Exception) -> None:
        self._metrics.dispatched.labels("failed").inc()
        faults.warning("Delivery %d waits for its flow run: %s", delivery_id, error)

    async def _failed(self, delivery_id: int, error: Exception, most: int, why: str) -> None:
        """It waits for another try, or is set aside where it is the row's own fault."""
        if self._strikes.is_poison(delivery_id, most):
            await self._set_aside(delivery_id, why)
        elif isinstance(error, PrefectUnavailable):
            self._waits(delivery_id, error)
        else:
            self._metrics.dispatched.labels("failed").inc()
            faults.error("Delivery %d waits, as something failed.", delivery_id, exc_info=error)

    async def _set_aside(self, delivery_id: int, why: str) -> None:
        async with self._database.transaction() as session:
            await set_aside(
                session, delivery_id, f"No flow run could be started: {why}. Replay it once that is mended."
            )
        self._metrics.dispatched.labels("set aside").inc()
        faults.error("Delivery %d was given up: %s.", delivery_id, why)

    async def _note(self, ordered: Sequence[tuple[Attempt, str]]) -> Sequence[None]:
        async with self._database.transaction() as session:
            for attempt, flow_run_id in ordered:
                await Deliveries(session).note_run(attempt, flow_run_id)
            await announce(session)
        return [None] * len(ordered)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass
