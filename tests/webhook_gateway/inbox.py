"""An inbox to dispatch from, and a Prefect that remembers what it was asked for."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select, update

from store.attempts import Attempt
from store.database import Database
from store.deliveries import Deliveries, NewDelivery
from store.tables import Delivery
from tests.factories import Connected
from webhook_gateway.dispatch import Dispatcher
from webhook_gateway.prefect_runs import PrefectUnavailable


class Runs:
    """Like Prefect's API: a repeated token gets the run it has. `down`: it does not answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.made: dict[str, str] = {}
        self.down = False
        self.began = asyncio.Queue[str]()
        """One token for each time it was asked."""

    async def start(self, delivery: Delivery) -> str:
        token = Attempt(delivery.id, delivery.attempt).token
        self.asked.append(token)
        self.began.put_nowait(token)
        if self.down:
            raise PrefectUnavailable("down")
        return self.made.setdefault(token, str(uuid4()))

    async def next(self) -> str:
        """The next token that is asked for; fails the test when none is within five seconds."""
        async with asyncio.timeout(5):
            return await self.began.get()


@asynccontextmanager
async def running(dispatcher: Dispatcher) -> AsyncIterator[asyncio.Task[None]]:
    """The dispatcher at work for the length of a block."""
    task = asyncio.create_task(dispatcher.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Hung(Runs):
    """A Prefect that takes the order, and its answer never comes."""

    async def start(self, delivery: Delivery) -> str:
        await super().start(delivery)
        return await asyncio.Future[str]()


async def record(database: Database, connected: Connected, *opportunities: str) -> None:
    """One recorded stage change for each."""
    async with database.transaction() as session:
        for opportunity in opportunities:
            new = NewDelivery(
                connection_id=connected.connection.id,
                endpoint_id=connected.lever.id,
                origin="webhook",
                event="candidateStageChange",
                subject=f"opportunity:{opportunity}",
                opportunity_id=None,
                replay_key=str(uuid4()),
                body=None,
                body_sha256="",
                triggered_at=None,
            )
            await Deliveries(session).record(new)


async def deliveries(database: Database) -> Sequence[Delivery]:
    async with database.transaction() as session:
        return (await session.scalars(select(Delivery).order_by(Delivery.id))).all()


async def let_time_pass(database: Database, passed: timedelta) -> None:
    """As the store sees it, whose clock is the database's."""
    async with database.transaction() as session:
        await session.execute(update(Delivery).values(next_attempt_at=Delivery.next_attempt_at - passed))
