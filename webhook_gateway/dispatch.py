"""Turns recorded deliveries into flow runs. Any number of dispatchers may work on one inbox."""

import asyncio
import logging
from collections.abc import Sequence

from store.attempts import Attempt
from store.claiming import claim_due
from store.database import DATABASE_ERRORS, Database
from store.deliveries import Deliveries
from store.run_orders import announce
from store.tables import Delivery
from webhook_gateway.batches import Batches
from webhook_gateway.metrics import Metrics
from webhook_gateway.prefect_runs import FlowRuns, PrefectUnavailable

log = logging.getLogger(__name__)

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

    def wake(self) -> None:
        """Something was recorded: do not wait for the next poll."""
        self._wake.set()

    async def run(self) -> None:
        """Works until cancelled; a database or a Prefect that is down is waited for."""
        while True:
            self._wake.clear()
            try:
                found = await self.dispatch_due()
            except DATABASE_ERRORS as error:
                log.warning("The dispatcher cannot reach the database (%s).", type(error).__name__)
                found = 0
            if found < BATCH:
                await self._wait()

    async def dispatch_due(self) -> int:
        """Claims what is due, commits, then starts its flow runs; returns how many deliveries were claimed.

        A crash in between leaves claimed deliveries without a run: `claim_due` hands them out again, and the
        idempotency key of the attempt makes a second run impossible.
        """
        async with self._database.transaction() as session:
            due = await claim_due(session, BATCH)
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._start(delivery, gate) for delivery in due))
        return len(due)

    async def _start(self, delivery: Delivery, gate: asyncio.Semaphore) -> None:
        async with gate:
            try:
                flow_run_id = await self._runs.start(delivery)
            except PrefectUnavailable as error:
                self._metrics.dispatched.labels("failed").inc()
                log.warning("Delivery %d waits for its flow run: %s", delivery.id, error)
                return
            await self._notes.do((Attempt(delivery.id, delivery.attempt), flow_run_id))
        self._metrics.dispatched.labels("started").inc()
        log.info("Delivery %d, attempt %d: flow run %s.", delivery.id, delivery.attempt, flow_run_id)

    async def _note(self, ordered: Sequence[tuple[Attempt, str]]) -> Sequence[None]:
        async with self._database.transaction() as session:
            for attempt, flow_run_id in ordered:
                await Deliveries(session).note_run(attempt, flow_run_id)
            await announce(session)
        return [None] * len(ordered)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._poll):
                await self._wake.wait()
        except TimeoutError:
            pass
