"""The public port, the private port and the dispatcher in one process."""

import asyncio
import logging
import signal
from collections.abc import Coroutine, Iterable
from contextlib import aclosing

from logs import configure_logging
from pages.admin.app import create_admin_routes
from pages.answer import create_answer_routes
from settings import PREFIX, Settings
from store.database import GATEWAY
from store.pooler import refuse_shared_sessions
from webhook_gateway.app import Gateway, create_public_app
from webhook_gateway.connection_limits import raise_file_limit
from webhook_gateway.dispatch import Dispatcher
from webhook_gateway.inbox import Inbox
from webhook_gateway.metrics import Metrics
from webhook_gateway.prefect_runs import PrefectRuns
from webhook_gateway.private import create_private_app
from webhook_gateway.readiness import Readiness
from webhook_gateway.secret_keys import log_missing_keys
from webhook_gateway.servers import Server, private_server, public_server
from webhook_gateway.status import StatusBoard
from webhook_gateway.wake_ups import Armer
from wiring import open_parts

log = logging.getLogger(__name__)

PROVOKED = (
    "uvicorn.error",
    "asyncio",
    "webhook_gateway.app",
    "webhook_gateway.connection_limits",
    "webhook_gateway.http_protocol",
    "webhook_gateway.dispatch.faults",
    "webhook_gateway.wake_ups.faults",
)
"""Loggers in which strangers can write a line at will, or whatever is broken does all the time."""


async def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT; requests under way are answered first.

    Raises SharedSessionsError, VaultError and CannotListen.
    """
    configure_logging(settings.log_format, once_per_minute=PROVOKED)
    await refuse_shared_sessions(settings.store_url, f"{PREFIX}DATABASE_URL")
    async with open_parts(settings, pool=GATEWAY) as parts, aclosing(PrefectRuns()) as runs:
        metrics = Metrics()
        dispatcher = Dispatcher(parts.database, runs, metrics)
        gateway = Gateway(
            inbox=Inbox(parts.database),
            vault=parts.vault,
            metrics=metrics,
            now=parts.now,
            retention=parts.settings.delivery_retention,
            recorded=dispatcher.wake,
        )
        readiness = Readiness(parts.database, gateway.last)
        board = StatusBoard(
            parts.database,
            readiness,
            runs,
            work_pool=parts.settings.work_pool,
            data_dir=parts.settings.data_dir,
            now=parts.now,
        )
        pages = create_answer_routes(
            parts.database, parts.vault, parts.now, str(parts.settings.public_base_url)
        )
        public = public_server(parts.settings, create_public_app(gateway, pages), raise_file_limit())
        admin = create_admin_routes(parts)
        private_app = create_private_app(parts.database, metrics, admin, readiness=readiness, board=board)
        private = private_server(parts.settings, private_app)
        log.info("Webhooks on %s; pages, health and metrics on %s.", public.address, private.address)
        looking = asyncio.create_task(log_missing_keys(parts.database, parts.vault, parts.now()))
        work = (dispatcher.run(), Armer(parts.database, runs).run())
        await _until_stopped(work, public, private)
        looking.cancel()


async def _until_stopped(work: Iterable[Coroutine[None, None, None]], *servers: Server) -> None:
    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop)
    working = [asyncio.create_task(one) for one in work]
    for task in working:
        task.add_done_callback(lambda _task: stop())
    await asyncio.gather(*(server.run_until_stopped() for server in servers))
    for task in working:
        task.cancel()
    # To their end, as the database is closed next.
    await asyncio.wait(working)
    for task in working:
        if not task.cancelled():
            task.result()
