"""`python -m webhook_gateway`: the public port, the private port and the dispatcher in one process."""

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from settings import Settings
from webhook_gateway.app import Gateway, create_public_app
from webhook_gateway.dispatch import Dispatcher
from webhook_gateway.metrics import Metrics
from webhook_gateway.prefect_runs import PrefectRuns
from webhook_gateway.private import create_private_app
from wiring import Parts, open_parts


async def serve() -> None:
    """Serves until SIGTERM or SIGINT; requests under way are answered first."""
    async with open_parts() as parts:
        metrics = Metrics()
        dispatcher = Dispatcher(parts.database, PrefectRuns(), metrics)
        gateway = Gateway(
            database=parts.database,
            vault=parts.vault,
            metrics=metrics,
            now=parts.now,
            retention=parts.settings.delivery_retention,
            recorded=dispatcher.wake,
        )
        public = _Server(_public_config(parts.settings, create_public_app(gateway)))
        private = _Server(_private_config(parts, metrics))
        await _until_stopped(dispatcher, public, private)


class _Server(uvicorn.Server):
    """Leaves signals to `_until_stopped`, which stops both servers and the dispatcher."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _public_config(settings: Settings, app: ASGIApp) -> uvicorn.Config:
    # No access log: the path of a webhook is a secret.
    return uvicorn.Config(
        app,
        host=settings.public_host,
        port=settings.public_port,
        access_log=False,
        log_config=None,
        lifespan="off",
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        timeout_keep_alive=15,
    )


def _private_config(parts: Parts, metrics: Metrics) -> uvicorn.Config:
    return uvicorn.Config(
        create_private_app(parts.database, metrics),
        host=parts.settings.private_host,
        port=parts.settings.private_port,
        access_log=False,
        log_config=None,
        lifespan="off",
        server_header=False,
    )


async def _until_stopped(dispatcher: Dispatcher, *servers: uvicorn.Server) -> None:
    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop)
    dispatching = asyncio.create_task(dispatcher.run())
    dispatching.add_done_callback(lambda _task: stop())
    await asyncio.gather(*(server.serve() for server in servers))
    if dispatching.done():
        dispatching.result()
    dispatching.cancel()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(serve())
