"""Hears in our database that flow runs were ordered, so that the worker asks Prefect at once. Asks for nothing itself.

A help and no more: while the database cannot be heard, the worker finds at its next poll what was ordered.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
from prefect.logging import get_logger
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

log = get_logger("warm_worker")

CHANNEL = "crosschq_lever_runs"
"""Where store.run_orders announces them."""

AGAIN_SECONDS = 2.0
"""Between two tries to connect."""

SILENCE_SECONDS = 30.0
"""After so long the connection is asked whether it is still there: a network that is gone does not tell."""

_AWAY = (
    *(SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError),
    asyncpg.InternalClientError,
)


async def hear_of_orders(store_url: str, heard: Callable[[], None]) -> None:
    """Until cancelled: calls `heard` for each announcement, and once it listens (again), as it missed what was before.

    The database may go and come back; it is said once that it is away.
    """
    engine = create_async_engine(
        store_url, poolclass=NullPool, connect_args={"timeout": 5, "command_timeout": 5}, hide_parameters=True
    )
    said = False

    def listening() -> None:
        nonlocal said
        if said:
            log.info("New flow runs are heard of again.")
        said = False
        heard()

    while True:
        why = await _listen(engine, listening, heard)
        if not said:
            log.warning("The database cannot be heard (%s): new flow runs are found by polling.", why)
        said = True
        await asyncio.sleep(AGAIN_SECONDS)


async def _listen(engine: AsyncEngine, listening: Callable[[], None], heard: Callable[[], None]) -> str:
    """Until the connection is lost, or there is none; why."""
    lost = asyncio.Event()
    try:
        async with engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            driver.add_termination_listener(lambda _: lost.set())
            await driver.add_listener(CHANNEL, lambda *_: heard())
            listening()
            while not await _comes(lost, SILENCE_SECONDS):
                if await driver.fetchval("SHOW transaction_read_only") == "on":
                    return "its server was demoted: announcements are made elsewhere"
    except _AWAY as error:
        return _why(error)
    return "its connection was closed"


def _why(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, OSError):
        return "it cannot be reached"
    sqlstate = getattr(getattr(error, "orig", error), "sqlstate", None)
    return f"it answers with an error, {sqlstate}" if sqlstate else "its connection was cut"


async def _comes(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
