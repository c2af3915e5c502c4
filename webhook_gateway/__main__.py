"""`python -m webhook_gateway`: the public port, the private port and the dispatcher in one process."""

import asyncio
import logging
import signal
import sys

from settings import SettingsError
from store.vault import VaultError
from webhook_gateway.app import Gateway, create_public_app
from webhook_gateway.dispatch import Dispatcher
from webhook_gateway.inbox import Inbox
from webhook_gateway.metrics import Metrics
from webhook_gateway.prefect_runs import PrefectRuns
from webhook_gateway.private import create_private_app
from webhook_gateway.servers import CannotListen, Server, private_server, public_server
from wiring import open_parts

log = logging.getLogger(__name__)


async def serve() -> None:
    """Serves until SIGTERM or SIGINT; requests under way are answered first."""
    async with open_parts() as parts:
        metrics = Metrics()
        dispatcher = Dispatcher(parts.database, PrefectRuns(), metrics)
        gateway = Gateway(
            inbox=Inbox(parts.database),
            vault=parts.vault,
            metrics=metrics,
            now=parts.now,
            retention=parts.settings.delivery_retention,
            recorded=dispatcher.wake,
        )
        public = public_server(parts.settings, create_public_app(gateway))
        private = private_server(parts.settings, create_private_app(parts.database, metrics))
        log.info("Webhooks on %s; health and metrics on %s.", public.address, private.address)
        await _until_stopped(dispatcher, public, private)


async def _until_stopped(dispatcher: Dispatcher, *servers: Server) -> None:
    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop)
    dispatching = asyncio.create_task(dispatcher.run())
    dispatching.add_done_callback(lambda _task: stop())
    await asyncio.gather(*(server.run_until_stopped() for server in servers))
    dispatching.cancel()
    # To its end, as the database is closed next.
    await asyncio.wait([dispatching])
    if not dispatching.cancelled():
        dispatching.result()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(serve())
    except (SettingsError, VaultError, CannotListen) as error:
        sys.exit(str(error))
